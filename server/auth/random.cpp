#include "server/auth/random.h"

#include <stdexcept>

#include <sodium.h>

namespace diemcau::auth {

std::string random_bytes(std::size_t count) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be used");
  std::string bytes(count, '\0');
  randombytes_buf(bytes.data(), count);
  return bytes;
}

std::string base64url(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  text.pop_back();  // the terminating zero
  return text;
}

std::string from_base64url(std::string_view text) {
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &size, nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
    return {};
  bytes.resize(size);
  return bytes;
}

std::string sha256_hex(std::string_view bytes) {
  unsigned char digest[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(digest, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  char hex[2 * sizeof digest + 1];
  sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
  return hex;
}

std::string readable_password() {
  static constexpr std::string_view first = "bcdghklmnrstvx";
  static constexpr std::string_view second = "aeiou";
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be used");
  std::string text;
  for (int syllable = 0; syllable < 8; ++syllable) {
    if (syllable > 0 && syllable % 2 == 0) text += '-';
    text += first.at(randombytes_uniform(static_cast<std::uint32_t>(first.size())));
    text += second.at(randombytes_uniform(static_cast<std::uint32_t>(second.size())));
  }
  return text;
}

}  // namespace diemcau::auth
