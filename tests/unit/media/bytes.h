#pragma once
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Bytes as the tests of media/ write and compare them.
namespace diemcau {

using Bytes = std::vector<std::byte>;

/// "80 6f 0102" with anything from '#' to the end of a line as a comment.
inline Bytes hex(std::string_view text) {
  Bytes bytes;
  std::string digits;
  bool comment = false;
  for (const char c : text) {
    if (c == '#') comment = true;
    if (c == '\n') comment = false;
    if (!comment && std::isxdigit(static_cast<unsigned char>(c)) != 0) digits += c;
  }
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes.push_back(static_cast<std::byte>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  return bytes;
}

inline std::string to_hex(std::span<const std::byte> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const auto byte : bytes) {
    text += digits[std::to_integer<std::size_t>(byte >> 4)];
    text += digits[std::to_integer<std::size_t>(byte & std::byte{15})];
  }
  return text;
}

inline Bytes copy(std::span<const std::byte> bytes) { return {bytes.begin(), bytes.end()}; }
inline Bytes text_bytes(std::string_view text) { return copy(std::as_bytes(std::span(text))); }

template <class... Parts>
Bytes joined(const Parts&... parts) {
  Bytes all;
  (all.insert(all.end(), std::begin(parts), std::end(parts)), ...);
  return all;
}

/// A small generator of reproducible noise: the same in every run, so that a failure can be repeated.
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 1) {}
  std::uint32_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return static_cast<std::uint32_t>(state_ >> 32);
  }
  std::size_t below(std::size_t limit) { return next() % limit; }
  Bytes bytes(std::size_t size) {
    Bytes all(size);
    for (auto& byte : all) byte = static_cast<std::byte>(next());
    return all;
  }

 private:
  std::uint64_t state_;
};

}  // namespace diemcau
