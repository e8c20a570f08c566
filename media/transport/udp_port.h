#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <sys/socket.h>
#include <sys/uio.h>

#include "media/transport/endpoint.h"
#include "media/transport/file_descriptor.h"
#include "media/transport/listen.h"

namespace diemcau::transport {

/// Longest packet that is taken or sent: an Ethernet frame and some.
inline constexpr std::size_t packet_limit = 1600;

/// The UDP socket that all peers of a worker share. Belongs to the media thread.
class UdpPort {
 public:
  /// Binds; throws std::system_error naming address and port.
  UdpPort(const std::string& address, std::uint16_t port, Sharing sharing = Sharing::alone);
  int fd() const { return socket_.get(); }
  int family() const { return family_; }

  /// Takes what waits (at most 64 datagrams a call) and hands each to `visit(Endpoint, span<byte>)`; the
  /// bytes may be changed in place. Returns how many there were.
  template <class Visit>
  std::size_t receive(Visit visit) {
    const auto count = fill();
    for (std::size_t i = 0; i < count; ++i)
      visit(endpoint_from(slots_->names[i]), std::span(slots_->bytes[i]).first(slots_->messages[i].msg_len));
    return count;
  }

  /// One datagram, at once: for STUN and DTLS. What the kernel does not take is dropped, as a network would.
  void send(const Endpoint& to, std::span<const std::byte> datagram);

 private:
  static constexpr std::size_t batch = 64;
  struct Slots {
    std::array<mmsghdr, batch> messages{};
    std::array<iovec, batch> parts{};
    std::array<sockaddr_storage, batch> names{};
    std::array<std::array<std::byte, packet_limit>, batch> bytes;
  };
  std::size_t fill();

  int family_ = AF_INET;  // first: binding the socket sets it
  FileDescriptor socket_;
  std::unique_ptr<Slots> slots_ = std::make_unique<Slots>();
};

}  // namespace diemcau::transport
