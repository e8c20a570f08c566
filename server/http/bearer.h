#pragma once
#include <optional>
#include <string>

#include "server/auth/access_tokens.h"
#include "server/http/services.h"

namespace diemcau::http {

/// The pass of the request's bearer token (RFC 6750 2.1: from the header only), when it is good for `use` in
/// `meeting`. nullopt: answered already, with 401 (none, or one that is not good any more), 403 (good for
/// something else) or 429 (too many wrong ones from there); `headers` go along.
std::optional<auth::AccessPass> bearer_pass(Services& services, const Request& request, const Reply& reply,
                                            auth::TokenUse use, MeetingId meeting,
                                            std::vector<std::pair<std::string, std::string>> headers = {});

}  // namespace diemcau::http
