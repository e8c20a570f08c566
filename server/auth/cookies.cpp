#include "server/auth/cookies.h"

#include "server/auth/random.h"

namespace diemcau::auth {
namespace {
constexpr std::size_t token_size = 32;
constexpr auto attributes = "; Secure; HttpOnly; SameSite=Lax; Path=/";
}  // namespace

LogInToken new_log_in_token() {
  const auto cookie = base64url(random_bytes(token_size));
  return {cookie, sha256_hex(cookie)};
}

std::string token_hash(const std::string& cookie) {
  return from_base64url(cookie).size() == token_size ? sha256_hex(cookie) : "";
}

std::string set_cookie(const std::string& cookie) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(log_in_lasts).count();
  return std::string(cookie_name) + "=" + cookie + attributes + "; Max-Age=" + std::to_string(seconds);
}

std::string clear_cookie() { return std::string(cookie_name) + "=" + attributes + "; Max-Age=0"; }

}  // namespace diemcau::auth
