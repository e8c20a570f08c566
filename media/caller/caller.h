#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "media/caller/dtls_client.h"
#include "media/rtp/rtcp.h"
#include "media/transport/file_descriptor.h"
#include "media/transport/srtp.h"
#include "media/transport/stun.h"
#include "media/transport/tcp_port.h"

namespace diemcau::caller {

/// A WebRTC peer as a page of ours is one, without browser and codecs: full ICE against a server at one
/// address, DTLS client, SRTP. The caller makes the RTP packets it sends and gets those it receives,
/// decrypted. One thread: nothing happens outside of the calls. poll() moves one peer on; who has hundreds of
/// them watches fd() and calls receive() and tend() itself.
class Caller {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::uint8_t opus = 111;
  static constexpr std::uint8_t red = 63;
  static constexpr std::uint8_t vp8 = 96;
  static constexpr std::uint8_t repair = 97;
  static constexpr std::uint8_t h264 = 102;
  static constexpr int level_extension = 1;
  static constexpr int transport_sequence_extension = 3;
  static constexpr int mid_extension = 4;
  static constexpr int rid_extension = 5;
  static constexpr int playout_extension = 6;

  enum class Pictures { vp8, h264, both };  ///< what it knows; repairs are of VP8 only
  struct Shape {
    bool sends = false;  ///< one microphone (mid 0) and one camera (mid 1)
    int video_slots = 0, audio_slots = 0;
    bool over_tcp = false;
    bool protects_voice = true;  ///< knows NACK and RED for sound; false: an old browser
    /// The DTLS role it offers. A server that would take the active part of an actpass offer, as RFC 5763 5
    /// recommends, is asked to be passive: this peer is always the client.
    const char* setup = "actpass";
    bool reports_arrivals = false;  ///< knows transport-wide feedback for what it receives
    bool simulcast = false;         ///< its camera has the layers q, h, f
    Pictures camera = Pictures::vp8, slots = Pictures::vp8;
    bool has_screen = false;      ///< sends a screen too (mid 2)
    bool delays_playout = false;  ///< may be told how long to wait before it shows a picture
  };
  struct Slot {
    bool video{};
    std::string mid;
    std::uint32_t ssrc{};
  };

  explicit Caller(const Shape& shape);
  ~Caller();
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  std::string offer() const;
  /// Takes the answer and sends the first connectivity check.
  void start(const std::string& answer);
  /// Goes on from another port, as after a change of the network; nominates it at once. With the answer to an
  /// ICE restart: with its credentials.
  void move(const std::string& restarted = {});
  /// Goes on from another port as a browser does whose NAT has given it another: it checks when the next
  /// check is due. UDP only.
  transport::FileDescriptor move_unnoticed() {  ///< returns the port that it had
    auto old = std::move(socket_);
    open_path(candidate_);
    return old;
  }
  /// Goes on from that port, and gives back the one that it had.
  void exchange_path(transport::FileDescriptor& other) { std::swap(socket_, other); }
  std::uint32_t checks() const { return checks_; }  ///< sent so far
  /// The other way round, for servers that offer what they send: our answer, which takes all of it. Once the
  /// server has the answer, start() without argument sends the first check.
  std::string answer(const std::string& offer);
  void start();
  bool connected() const { return sender_.has_value(); }
  /// The server said goodbye.
  bool closed() const { return dtls_.closed_by_peer(); }
  /// In order of the offer.
  const std::vector<Slot>& video_slots() const { return video_slots_; }
  const std::vector<Slot>& audio_slots() const { return audio_slots_; }

  /// Takes what waits; waits for it at most so long. Resends checks and handshake when it is time.
  void poll(std::chrono::milliseconds wait);
  void receive();  ///< takes what waits
  void tend();     ///< resends what is due; every 50 ms is often enough
  /// When the kernel took the packet that on_rtp is being called for (UDP; how busy this thread is does not
  /// matter).
  Clock::time_point arrived() const { return arrived_; }
  int fd() const { return socket_.get(); }

  /// Called for each plain packet, in poll().
  std::function<void(std::span<const std::byte> rtp)> on_rtp;
  std::function<void(const rtp::RtcpReport&, std::span<const std::byte> plain)> on_rtcp;
  /// Called for an authentic check of the server, instead of the answer to it.
  std::function<void(const transport::BindingRequest&)> on_check;
  /// True: this SRTP packet got lost on its way to us.
  std::function<bool(std::span<const std::byte> srtp)> loses;

  /// Encrypts and sends. The caller counts how often its sequence number wrapped.
  void send_rtp(std::span<const std::byte> plain, std::uint32_t rollover = 0);
  void send_rtcp(std::span<const std::byte> plain);
  /// As it is: for bytes that make no sense.
  void send_raw(std::span<const std::byte> bytes);
  std::uint64_t sent() const { return sent_; }  ///< packets of any kind
  void say_goodbye() { dtls_.close(); }

  const std::string& local_ufrag() const { return local_ufrag_; }
  const std::string& remote_ufrag() const { return remote_ufrag_; }
  static constexpr const char* local_password = "abcdefghijklmnopqrstuvwx";

 private:
  void read(const std::string& description);
  void read_credentials(const std::string& line);
  void open_path(const std::string& candidate);
  void receive_datagrams();
  void receive_stream();
  void check();
  void on_packet(std::span<std::byte> packet);
  void on_stun(std::span<const std::byte> packet);

  Shape shape_;
  std::string local_ufrag_, remote_ufrag_, remote_password_, remote_fingerprint_, candidate_;
  std::vector<Slot> video_slots_, audio_slots_;
  transport::FileDescriptor socket_;
  transport::FrameReader frames_;
  DtlsClient dtls_;
  std::optional<transport::SrtpSender> sender_;
  std::optional<transport::SrtpReceiver> receiver_;
  Clock::time_point checked_{}, arrived_{};
  std::uint32_t checks_ = 0;
  std::uint64_t sent_ = 0;
  bool answered_ = false;
  bool controlling_ = true;  ///< who offers nominates the path (RFC 8445 6.1.1)
  bool nominated_ = false;
  transport::Endpoint server_;
};

}  // namespace diemcau::caller
