#pragma once
#include <string>

namespace diemcau::scheduler {

/// A random UUID (RFC 9562, version 4): the name under which a record may leave this server. Any thread.
std::string new_uuid();

}  // namespace diemcau::scheduler
