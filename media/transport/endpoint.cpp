#include "media/transport/endpoint.h"

#include <array>

#include <arpa/inet.h>

namespace diemcau::transport {

Endpoint endpoint_from(const sockaddr_storage& address) {
  Endpoint endpoint;
  if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    endpoint.address = v6.sin6_addr;
    endpoint.port = ntohs(v6.sin6_port);
  } else {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    endpoint.address.s6_addr[10] = endpoint.address.s6_addr[11] = 0xff;
    std::memcpy(&endpoint.address.s6_addr[12], &v4.sin_addr, 4);
    endpoint.port = ntohs(v4.sin_port);
  }
  return endpoint;
}

socklen_t to_sockaddr(const Endpoint& endpoint, int family, sockaddr_storage& out) {
  out = {};
  if (family == AF_INET6) {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
    v6.sin6_family = AF_INET6;
    v6.sin6_addr = endpoint.address;
    v6.sin6_port = htons(endpoint.port);
    return sizeof v6;
  }
  auto& v4 = reinterpret_cast<sockaddr_in&>(out);
  v4.sin_family = AF_INET;
  std::memcpy(&v4.sin_addr, &endpoint.address.s6_addr[12], 4);
  v4.sin_port = htons(endpoint.port);
  return sizeof v4;
}

std::string to_text(const Endpoint& endpoint) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (endpoint.is_v4()) {
    inet_ntop(AF_INET, &endpoint.address.s6_addr[12], text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, &endpoint.address, text.data(), text.size());
  }
  return std::string(endpoint.is_tcp() ? "tcp " : "udp ") + text.data() + ":" + std::to_string(endpoint.port);
}

}  // namespace diemcau::transport
