#include "media/transport/udp_port.h"

#include <cerrno>
#include <system_error>
namespace diemcau::transport {

UdpPort::UdpPort(const std::string& address, std::uint16_t port, Sharing sharing)
    : socket_(bound_socket(address, port, SOCK_DGRAM, family_, sharing)) {
  // A keyframe to a hundred halls is a burst of a few hundred kilobytes in one turn of the loop.
  const int size = 4 << 20;
  setsockopt(socket_.get(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  for (std::size_t i = 0; i < batch; ++i) {
    slots_->parts[i] = {slots_->bytes[i].data(), slots_->bytes[i].size()};
    slots_->messages[i].msg_hdr.msg_iov = &slots_->parts[i];
    slots_->messages[i].msg_hdr.msg_iovlen = 1;
    slots_->messages[i].msg_hdr.msg_name = &slots_->names[i];
  }
}

std::size_t UdpPort::fill() {
  for (auto& message : slots_->messages) message.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
  const int count = recvmmsg(socket_.get(), slots_->messages.data(), batch, MSG_DONTWAIT, nullptr);
  // An ICMP error of an earlier send may surface here; the socket goes on.
  return count < 0 ? 0 : static_cast<std::size_t>(count);
}

void UdpPort::send(const Endpoint& to, std::span<const std::byte> datagram) {
  sockaddr_storage name;
  const auto size = to_sockaddr(to, family_, name);
  sendto(socket_.get(), datagram.data(), datagram.size(), MSG_DONTWAIT,
         reinterpret_cast<const sockaddr*>(&name), size);
}

}  // namespace diemcau::transport
