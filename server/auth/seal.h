#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace diemcau::auth {

/// `bytes` and a keyed hash over them (HMAC-SHA256, 16 bytes of it) in base64url: nobody without the key can
/// make one, so nothing needs to be stored. `key` is 32 bytes.
std::string sealed(const std::string& key, const std::string& bytes);
/// What was sealed; nullopt for anything that we did not make of `size` bytes. The hash is compared in
/// constant time. What two kinds of tokens seal must differ in size, or one would open what the other is for.
std::optional<std::string> unsealed(const std::string& key, const std::string& text, std::size_t size);

/// Numbers as the sealed bytes hold them: big-endian, `size` bytes.
void append_number(std::string& bytes, std::uint64_t value, int size);
std::uint64_t read_number(const std::string& bytes, std::size_t from, std::size_t size);

}  // namespace diemcau::auth
