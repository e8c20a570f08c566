#include "server/auth/passwords.h"

#include <stdexcept>

#include <sodium.h>

#include "server/auth/random.h"

namespace diemcau::auth {
namespace {
constexpr unsigned long long passes = 3;
constexpr std::size_t memory = std::size_t{64} << 20;
}  // namespace

std::string hash_password(const std::string& password) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be used");
  char text[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str_alg(text, password.data(), password.size(), passes, memory,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
    throw std::runtime_error("not enough memory to hash a password");
  return text;
}

bool password_fits(const std::string& password, const std::string& hash) {
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

const std::string& nobodys_hash() {
  static const std::string hash = hash_password(random_bytes(32));
  return hash;
}

scheduler::Result<std::string> accept_password(const std::string& password) {
  if (password.size() < 10)
    return scheduler::refuse(scheduler::ErrorCode::invalid, "auth.password_short", "10");
  if (password.size() > 200)
    return scheduler::refuse(scheduler::ErrorCode::invalid, "auth.password_long", "200");
  return password;
}

}  // namespace diemcau::auth
