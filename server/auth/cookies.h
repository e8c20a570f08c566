#pragma once
#include <chrono>
#include <string>

/// The log-in cookie: 32 random bytes, known to the database by their SHA-256 only.
namespace diemcau::auth {

inline constexpr auto cookie_name = "__Host-sid";
inline constexpr std::chrono::hours log_in_lasts{14 * 24};

struct LogInToken {
  std::string cookie;  ///< what the browser keeps
  std::string hash;    ///< what we keep
};
LogInToken new_log_in_token();
/// The hash under which a cookie's value is known; empty for what cannot be one.
std::string token_hash(const std::string& cookie);
/// Values of the header set-cookie.
std::string set_cookie(const std::string& cookie);
std::string clear_cookie();

}  // namespace diemcau::auth
