#pragma once
#include <initializer_list>
#include <string>
#include <string_view>

namespace diemcau::media {

/// A text of a library, which may repeat what it was given, for the log: each of `secrets` in it is three
/// stars. Empty ones are none.
inline std::string without_secrets(std::string text, std::initializer_list<std::string_view> secrets) {
  constexpr std::string_view stars = "***";
  for (const auto secret : secrets) {
    if (secret.empty()) continue;
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + stars.size()))
      text.replace(at, secret.size(), stars);
  }
  return text;
}

}  // namespace diemcau::media
