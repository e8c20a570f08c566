#pragma once
#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "media/transport/file_descriptor.h"

namespace diemcau {

/// Free on the loopback for UDP and TCP alike.
inline bool is_free_port(std::uint16_t port) {
  for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
    const transport::FileDescriptor test(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(test.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) return false;
  }
  return true;
}

/// A port of the loopback for this process alone: tests run side by side. It lies below the ports that the
/// kernel gives to outgoing connections, so nobody takes it between this call and its use; a socket with the
/// port's name (unix(7), abstract) keeps other tests away from it until this process ends.
inline std::uint16_t free_port() {
  static std::vector<transport::FileDescriptor> kept;
  std::random_device random;
  std::uniform_int_distribution<int> any(20000, 32000);
  for (int attempt = 0; attempt < 1000; ++attempt) {
    const auto port = static_cast<std::uint16_t>(any(random));
    const auto text = "diemcau-test-port-" + std::to_string(port);
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    text.copy(name.sun_path + 1, sizeof name.sun_path - 1);
    transport::FileDescriptor mine(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (bind(mine.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0 || !is_free_port(port))
      continue;
    kept.push_back(std::move(mine));
    return port;
  }
  throw std::runtime_error("no free port");
}

}  // namespace diemcau
