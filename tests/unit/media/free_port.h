#pragma once
#include <cerrno>
#include <cstdint>
#include <system_error>

#include <netinet/in.h>
#include <sys/socket.h>

#include "media/transport/file_descriptor.h"

namespace diemcau {

/// A port of the loopback that is free for UDP and TCP: tests run side by side.
inline std::uint16_t free_port() {
  for (int attempt = 0; attempt < 50; ++attempt) {
    const transport::FileDescriptor udp(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const transport::FileDescriptor tcp(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof name;
    auto* const address = reinterpret_cast<sockaddr*>(&name);
    if (bind(udp.get(), address, size) == 0 && getsockname(udp.get(), address, &size) == 0 &&
        bind(tcp.get(), address, size) == 0)
      return ntohs(name.sin_port);
  }
  throw std::system_error(EADDRINUSE, std::generic_category(), "no free port");
}

}  // namespace diemcau
