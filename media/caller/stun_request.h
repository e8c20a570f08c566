#pragma once
#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace diemcau::caller {

/// A binding request of a full ICE agent (RFC 8445 7.2.4).
struct StunRequest {
  std::string username;  ///< "theirs:ours"
  std::string password;  ///< theirs
  bool use_candidate = false;
  std::array<std::byte, 12> transaction{};
  bool controlling = true;
};

std::vector<std::byte> write_request(const StunRequest& request);

}  // namespace diemcau::caller
