#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace diemcau::auth {

/// `count` random bytes of the operating system.
std::string random_bytes(std::size_t count);
/// RFC 4648 section 5, without padding.
std::string base64url(std::string_view bytes);
/// Empty for anything that is not canonical base64url.
std::string from_base64url(std::string_view text);
/// SHA-256 as 64 hex digits.
std::string sha256_hex(std::string_view bytes);
/// Eight syllables that people can read out: "tami-loga-…": 49 bits.
std::string readable_password();

}  // namespace diemcau::auth
