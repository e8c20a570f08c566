#pragma once
#include <optional>
#include <string>

namespace diemcau::auth {

/// A text that rests in the database but that only a running server may read: encrypted and authenticated
/// (XSalsa20-Poly1305) with a key made of `key` (32 bytes), as base64url. Twice the same text gives two
/// locked ones.
std::string locked(const std::string& key, const std::string& text);
/// nullopt: not locked by us, or with another key.
std::optional<std::string> unlocked(const std::string& key, const std::string& locked);

}  // namespace diemcau::auth
