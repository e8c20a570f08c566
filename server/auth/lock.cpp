#include "server/auth/lock.h"

#include <array>
#include <string_view>

#include <sodium.h>

#include "server/auth/random.h"

namespace diemcau::auth {
namespace {

using Key = std::array<unsigned char, crypto_secretbox_KEYBYTES>;

/// Links are sealed with `key` itself: one key, one use.
Key key_for_locks(const std::string& key) {
  constexpr std::string_view use = "diemcau locked texts";
  Key made{};
  crypto_generichash(made.data(), made.size(), reinterpret_cast<const unsigned char*>(use.data()), use.size(),
                     reinterpret_cast<const unsigned char*>(key.data()), key.size());
  return made;
}

}  // namespace

std::string locked(const std::string& key, const std::string& text) {
  auto box = random_bytes(crypto_secretbox_NONCEBYTES);
  box.resize(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + text.size());
  auto* const bytes = reinterpret_cast<unsigned char*>(box.data());
  crypto_secretbox_easy(bytes + crypto_secretbox_NONCEBYTES,
                        reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes,
                        key_for_locks(key).data());
  return base64url(box);
}

std::optional<std::string> unlocked(const std::string& key, const std::string& locked) {
  constexpr std::size_t around = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  const auto box = from_base64url(locked);
  if (box.size() < around) return std::nullopt;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(box.data());
  std::string text(box.size() - around, '\0');
  if (crypto_secretbox_open_easy(
          reinterpret_cast<unsigned char*>(text.data()), bytes + crypto_secretbox_NONCEBYTES,
          box.size() - crypto_secretbox_NONCEBYTES, bytes, key_for_locks(key).data()) != 0)
    return std::nullopt;
  return text;
}

}  // namespace diemcau::auth
