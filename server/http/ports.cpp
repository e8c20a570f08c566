#include "server/http/ports.h"

#include <cerrno>
#include <system_error>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

namespace diemcau::http {
namespace {

class Socket {
 public:
  Socket(int family, int type) : fd_(socket(family, type | SOCK_CLOEXEC, 0)) {}
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  void set(int level, int option, int value) const { setsockopt(fd_, level, option, &value, sizeof value); }
  /// 0, or errno.
  int bind_to(const sockaddr_storage& name, socklen_t size) const {
    if (fd_ < 0) return errno;
    return bind(fd_, reinterpret_cast<const sockaddr*>(&name), size) == 0 ? 0 : errno;
  }

 private:
  int fd_;
};

int try_to_bind(const std::string& address, std::uint16_t port, bool datagrams) {
  sockaddr_storage name{};
  socklen_t size = sizeof(sockaddr_in);
  auto& v4 = reinterpret_cast<sockaddr_in&>(name);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(name);
  if (inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
  } else if (inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    size = sizeof v6;
  } else {
    throw PortTaken("bind: \"" + address + "\" không phải địa chỉ IP / is not an IP address");
  }
  const Socket test(name.ss_family, datagrams ? SOCK_DGRAM : SOCK_STREAM);
  // As a listener does it: the last run's connections that still wait to be forgotten do not count.
  if (!datagrams) test.set(SOL_SOCKET, SO_REUSEADDR, 1);
  if (name.ss_family == AF_INET6) test.set(IPPROTO_IPV6, IPV6_V6ONLY, 0);
  return test.bind_to(name, size);
}

}  // namespace

void require_free_port(const std::string& bind, std::uint16_t port, bool datagrams) {
  const int why = try_to_bind(bind, port, datagrams);
  if (why == 0) return;
  const std::string which = std::to_string(port) + (datagrams ? "/UDP" : "/TCP");
  if (why == EADDRINUSE)
    throw PortTaken("Cổng " + which +
                    " đang được chương trình khác dùng. Hãy dừng chương trình đó, hoặc chọn cổng "
                    "khác bằng --port và --media-port.\nPort " +
                    which +
                    " is in use by another program. Stop it, or "
                    "choose other ports with --port and --media-port.");
  const std::string reason = std::generic_category().message(why);
  throw PortTaken("Không mở được cổng " + which + " tại " + bind + ": " + reason +
                  ". Hãy kiểm tra \"bind\" và quyền (cổng dưới 1024 cần quyền quản trị).\nPort " + which +
                  " at " + bind + " cannot be opened: " + reason +
                  ". Check \"bind\" and permissions (ports below 1024 need an administrator).");
}

std::string every_address() { return try_to_bind("::", 0, false) == 0 ? "::" : "0.0.0.0"; }

bool is_ipv6(const std::string& address) {
  in6_addr parsed{};
  return inet_pton(AF_INET6, address.c_str(), &parsed) == 1;
}

std::string in_url(const std::string& host) { return is_ipv6(host) ? "[" + host + "]" : host; }

}  // namespace diemcau::http
