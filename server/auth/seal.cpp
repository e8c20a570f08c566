#include "server/auth/seal.h"

#include <sodium.h>

#include "server/auth/random.h"

namespace diemcau::auth {
namespace {

constexpr std::size_t seal_size = 16;

std::string seal_of(const std::string& key, const std::string& bytes) {
  unsigned char hash[crypto_auth_hmacsha256_BYTES];
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(key.data()), key.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  crypto_auth_hmacsha256_final(&state, hash);
  return {reinterpret_cast<const char*>(hash), seal_size};
}

}  // namespace

std::string sealed(const std::string& key, const std::string& bytes) {
  return base64url(bytes + seal_of(key, bytes));
}

std::optional<std::string> unsealed(const std::string& key, const std::string& text, std::size_t size) {
  const auto bytes = from_base64url(text);
  if (bytes.size() != size + seal_size) return std::nullopt;
  auto inside = bytes.substr(0, size);
  const auto expected = seal_of(key, inside);
  if (sodium_memcmp(expected.data(), bytes.data() + size, seal_size) != 0) return std::nullopt;
  return inside;
}

void append_number(std::string& bytes, std::uint64_t value, int size) {
  for (int shift = (size - 1) * 8; shift >= 0; shift -= 8)
    bytes += static_cast<char>((value >> shift) & 0xff);
}

std::uint64_t read_number(const std::string& bytes, std::size_t from, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = from; i < from + size; ++i)
    value = (value << 8) | static_cast<unsigned char>(bytes.at(i));
  return value;
}

}  // namespace diemcau::auth
