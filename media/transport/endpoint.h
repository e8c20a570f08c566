#pragma once
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>

#include <netinet/in.h>
#include <sys/socket.h>

namespace diemcau::transport {

/// Where a peer's packets come from and go to: a UDP address, or one of our TCP connections (then
/// `connection` is not 0). IPv4 is kept as an IPv4-mapped IPv6 address, so that one form serves all tables.
struct Endpoint {
  in6_addr address{};
  std::uint16_t port{};          ///< host order
  std::uint32_t connection = 0;  ///< number of the TCP connection, never used twice

  bool is_tcp() const { return connection != 0; }
  bool is_v4() const { return IN6_IS_ADDR_V4MAPPED(&address) != 0; }
  friend bool operator==(const Endpoint& a, const Endpoint& b) {
    return a.port == b.port && a.connection == b.connection &&
           std::memcmp(&a.address, &b.address, sizeof a.address) == 0;
  }
};

Endpoint endpoint_from(const sockaddr_storage& address);
/// Fills `out` for a socket of that family (AF_INET or AF_INET6) and returns its length.
socklen_t to_sockaddr(const Endpoint& endpoint, int family, sockaddr_storage& out);
std::string to_text(const Endpoint& endpoint);

struct EndpointHash {
  std::size_t operator()(const Endpoint& endpoint) const {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::memcpy(&high, &endpoint.address, 8);
    std::memcpy(&low, reinterpret_cast<const char*>(&endpoint.address) + 8, 8);
    return std::hash<std::uint64_t>()(high * 0x9e3779b97f4a7c15ULL ^ low ^
                                      (static_cast<std::uint64_t>(endpoint.port) << 48) ^
                                      endpoint.connection);
  }
};

}  // namespace diemcau::transport
