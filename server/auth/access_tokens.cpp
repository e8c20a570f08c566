#include "server/auth/access_tokens.h"

#include "server/auth/seal.h"

namespace diemcau::auth {
namespace {
constexpr std::size_t pass_size = 1 + 8 + 8 + 4;  // a hall link's is shorter: neither passes for the other
}

std::string AccessTokens::token(const AccessPass& pass) const {
  std::string bytes;
  append_number(bytes, static_cast<std::uint64_t>(pass.use), 1);
  append_number(bytes, static_cast<std::uint64_t>(number(pass.meeting)), 8);
  append_number(bytes, static_cast<std::uint64_t>(number(pass.site)), 8);
  append_number(bytes, static_cast<std::uint64_t>(pass.generation), 4);
  return sealed(key_, bytes);
}

scheduler::Result<AccessPass> AccessTokens::read(const std::string& token) const {
  const auto bytes = unsealed(key_, token, pass_size);
  if (!bytes) return scheduler::refuse(scheduler::ErrorCode::forbidden, "token.wrong");
  return AccessPass{static_cast<TokenUse>(bytes->at(0)),
                    MeetingId{static_cast<std::int64_t>(read_number(*bytes, 1, 8))},
                    SiteId{static_cast<std::int64_t>(read_number(*bytes, 9, 8))},
                    static_cast<int>(read_number(*bytes, 17, 4))};
}

scheduler::Result<AccessPass> AccessTokens::check(const AccessPass& pass, const scheduler::Meeting& meeting,
                                                  scheduler::Time now) {
  if (pass.use == TokenUse::publish) {
    const auto hall = HallLinks::check({pass.meeting, pass.site, pass.generation}, meeting, now);
    if (!hall) return tl::unexpected(hall.error());
  } else if (const auto in_time = HallLinks::check(meeting, now); !in_time) {
    return tl::unexpected(in_time.error());
  }
  return pass;
}

}  // namespace diemcau::auth
