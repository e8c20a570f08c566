#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "media/transport/dtls.h"
#include "media/transport/ports.h"
#include "media/transport/srtp.h"
#include "media/transport/stun.h"

namespace diemcau::transport {

using Clock = std::chrono::steady_clock;

/// One peer's path: which address it uses (ICE), its DTLS association and SRTP keys. Media thread.
class alignas(64) Link {
 public:
  struct Ice {
    media::IceCredentials ours, theirs;
  };
  /// `number` is dense and belongs to this link alone while it lives.
  Link(Ports& ports, const DtlsContext& dtls, std::uint32_t number, Ice ice, std::string fingerprint,
       Clock::time_point now);

  const Ice& ice() const { return ice_; }
  std::uint32_t number() const { return number_; }
  bool connected() const { return sender_.has_value(); }
  const std::optional<Endpoint>& endpoint() const { return endpoint_; }
  Clock::time_point last_heard() const { return last_heard_; }

  /// ICE restart: checks come and go with other credentials from now on. The path stays until one moves it.
  void restart(Ice ice) { ice_ = std::move(ice); }

  /// An authenticated binding request came from `from`: answers it. Returns true when the path changed to
  /// that address. The first valid check opens the path; after that only a nominated one moves it (RFC
  /// 8445 7.3.1.5): Chromium's first checks carry no USE-CANDIDATE because it nominates only what has proved
  /// writable.
  bool on_check(const BindingRequest& request, const Endpoint& from, Clock::time_point now);

  /// An authentic packet of media came from `from`. When that is not where we send to, and nothing comes from
  /// there any more, the peer may have another address (a NAT forgot it, a modem dialled again) and not know
  /// it yet: asks `from` whether it is the peer, as a full ICE agent would (RFC 8445 7.3.1.4).
  void on_media(const Endpoint& from, Clock::time_point now);
  /// The answer to that: what we send goes there from now on. False: to nothing that was asked, or forged.
  bool on_response(std::span<const std::byte> message, const Endpoint& from, Clock::time_point now);

  enum class Dtls { pending, just_connected, running, over };
  Dtls on_dtls(std::span<const std::byte> datagram, Clock::time_point now);
  void on_timer();
  void close();

  std::optional<std::span<std::byte>> unprotect_rtp(std::span<std::byte> packet, Clock::time_point now);
  std::optional<std::span<std::byte>> unprotect_rtcp(std::span<std::byte> packet, Clock::time_point now);

  /// A plain packet of `size` bytes stands in ports().reserve(): encrypts and queues it.
  void send_rtp(std::span<std::byte> buffer, std::size_t size, std::size_t header_size,
                std::uint32_t rollover);
  void send_rtcp(std::span<std::byte> buffer, std::size_t size);
  Ports& ports() { return ports_; }

  struct Traffic {
    std::uint64_t packets{}, bytes{};
  };
  const Traffic& received() const { return received_; }  ///< what was genuine
  const Traffic& sent() const { return sent_; }

 private:
  /// A check of ours that has no answer yet.
  struct Asked {
    Endpoint whom;
    Transaction transaction{};
    Clock::time_point when;
  };
  std::optional<std::span<std::byte>> count(std::size_t size, std::optional<std::span<std::byte>> plain,
                                            Clock::time_point now);
  void send(std::size_t size);
  void send_to(const Endpoint& endpoint, Clock::time_point now);

  // First what is needed to send, side by side: see stage::Slot.
  Ports& ports_;
  std::uint32_t number_;
  std::optional<Endpoint> endpoint_;
  Traffic sent_;
  std::optional<SrtpSender> sender_;

  Traffic received_;
  Clock::time_point last_heard_, heard_there_;  ///< from anywhere; from where we send to
  Ice ice_;
  std::optional<Asked> asked_;
  DtlsSession dtls_;
  std::optional<SrtpReceiver> receiver_;
};

}  // namespace diemcau::transport
