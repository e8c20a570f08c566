#pragma once
#include <cstdint>
#include <string>

#include "media/transport/file_descriptor.h"

namespace diemcau::transport {

/// Whether other sockets of this program may have the same UDP port: the kernel spreads flows over them.
enum class Sharing {
  alone,
  first,   ///< fails when anybody has the port, and then lets `further` ones in
  further  ///< needs a first one
};

/// A non-blocking socket of `type` (SOCK_DGRAM or SOCK_STREAM) bound to a numeric address; `family` is set to
/// AF_INET or AF_INET6. Throws std::system_error with address and port in its text.
FileDescriptor bound_socket(const std::string& address, std::uint16_t port, int type, int& family,
                            Sharing sharing = Sharing::alone);

}  // namespace diemcau::transport
