#pragma once
#include <string>

namespace diemcau::media {

/// What one side of a connection is known by (RFC 8445 5.3): checks that go to it carry its user name, and a
/// digest with its password.
struct IceCredentials {
  std::string ufrag, password;
};

}  // namespace diemcau::media
