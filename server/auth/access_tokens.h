#pragma once
#include <string>

#include "server/auth/hall_links.h"

namespace diemcau::auth {

/// What a bearer token lets a machine do in one meeting.
enum class TokenUse : unsigned char {
  publish = 1,  ///< join as one site (WHIP)
  watch = 2,    ///< watch the stage (WHEP)
  command = 3,  ///< command the session as its operator
  monitor = 4   ///< watch the program (RTSP); `generation` is the output
};

struct AccessPass {
  TokenUse use{};
  MeetingId meeting{};
  SiteId site{};     ///< of publish, else 0
  int generation{};  ///< of publish: that of the site's hall link, so that a new link ends both
  friend bool operator==(const AccessPass&, const AccessPass&) = default;
};

/// Bearer tokens (RFC 6750) for encoders, players and control desks, sealed like hall links: no table of
/// them.
class AccessTokens {
 public:
  /// 32 bytes, may be that of the hall links.
  explicit AccessTokens(std::string key) : key_(std::move(key)) {}

  std::string token(const AccessPass& pass) const;
  /// Refuses token.wrong for anything that we did not make.
  scheduler::Result<AccessPass> read(const std::string& token) const;

  /// Whether the pass is still good: refuses as HallLinks::check does.
  static scheduler::Result<AccessPass> check(const AccessPass& pass, const scheduler::Meeting& meeting,
                                             scheduler::Time now);

 private:
  std::string key_;
};

}  // namespace diemcau::auth
