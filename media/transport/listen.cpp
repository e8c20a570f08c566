#include "media/transport/listen.h"

#include <cerrno>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace diemcau::transport {

FileDescriptor bound_socket(const std::string& address, std::uint16_t port, int type, int& family,
                            Sharing sharing) {
  sockaddr_storage name{};
  socklen_t size = 0;
  auto& v4 = reinterpret_cast<sockaddr_in&>(name);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(name);
  if (inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1) {
    family = v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    size = sizeof v4;
  } else if (inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) == 1) {
    family = v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    size = sizeof v6;
  } else {
    throw std::system_error(EINVAL, std::generic_category(), "media address " + address);
  }
  FileDescriptor opened(::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const std::string where = (type == SOCK_DGRAM ? "udp " : "tcp ") + address + ":" + std::to_string(port);
  if (!opened) throw std::system_error(errno, std::generic_category(), where);
  const int yes = 1;
  const int no = 0;
  // A listener may return to its port while old connections linger; a UDP port must not be shared with
  // another program. The kernel lets sockets share a port when both say so, and asks at bind: the first says
  // so only afterwards. (Later on another program of the same user that says so too gets in: only on
  // purpose.)
  const auto share = [&] { setsockopt(opened.get(), SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes); };
  if (type == SOCK_STREAM) setsockopt(opened.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (sharing == Sharing::further) share();
  if (family == AF_INET6) setsockopt(opened.get(), IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
  if (bind(opened.get(), reinterpret_cast<const sockaddr*>(&name), size) != 0)
    throw std::system_error(errno, std::generic_category(), where);
  if (sharing == Sharing::first) share();
  return opened;
}

}  // namespace diemcau::transport
