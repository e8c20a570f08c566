#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>

namespace diemcau::http {

/// Another program listens there, or nobody may. what() says so in both languages.
struct PortTaken : std::runtime_error {
  using runtime_error::runtime_error;
};

/// Throws PortTaken when nobody may listen on that port of that address (TCP, and UDP when `datagrams`).
void require_free_port(const std::string& bind, std::uint16_t port, bool datagrams);

/// What stands for every address of this machine: "::", which takes IPv4 too, or "0.0.0.0" where the kernel
/// has no IPv6.
std::string every_address();

/// A numeric IPv6 address.
bool is_ipv6(const std::string& address);

/// A host as URLs name it: an IPv6 address in brackets (RFC 3986 3.2.2).
std::string in_url(const std::string& host);

}  // namespace diemcau::http
