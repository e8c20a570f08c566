#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace diemcau::media {

/// Reads big-endian fields from the front; past the end it yields zeros and ok() turns false for good.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : rest_(bytes) {}

  template <class T>
  T read() {
    T value{};
    for (const auto byte : take(sizeof(T))) value = static_cast<T>((value << 8) | std::to_integer<T>(byte));
    return value;
  }
  std::span<const std::byte> take(std::size_t count) {
    if (count > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const auto head = rest_.first(count);
    rest_ = rest_.subspan(count);
    return head;
  }
  std::span<const std::byte> rest() const { return rest_; }
  bool ok() const { return ok_; }

 private:
  std::span<const std::byte> rest_;
  bool ok_ = true;
};

}  // namespace diemcau::media
