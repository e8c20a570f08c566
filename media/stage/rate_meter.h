#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "media/stage/keyframe_gate.h"

namespace diemcau::stage {

/// What a stream costs a line that it is sent over, by temporal layer (RFC 7741 4.2), over two seconds.
class RateMeter {
 public:
  static constexpr std::size_t most_layers = 4;

  /// `bytes` on the line.
  void add(std::size_t bytes, int layer, Clock::time_point now) {
    const auto index = index_of(now);
    if (index - newest_ > longest_gap) first_ = index;
    newest_ = index;
    auto& bucket = buckets_[static_cast<std::size_t>(index) % buckets_.size()];
    if (bucket.index != index) bucket = {index, {}};
    bucket.bytes.at(static_cast<std::size_t>(layer)) += bytes;
  }

  /// bit/s of each layer with those below it; nullopt when nothing came lately, or not for long enough.
  std::optional<std::array<std::int64_t, most_layers>> rates(Clock::time_point now) const {
    const auto index = index_of(now);
    if (index - newest_ > longest_gap) return std::nullopt;
    const auto from = std::max(first_, index - static_cast<std::int64_t>(buckets_.size()) + 1);
    std::array<std::int64_t, most_layers> rates{};
    std::int64_t counted = 0;
    for (const auto& bucket : buckets_) {
      // The bucket that is being filled does not count yet.
      if (bucket.index < from || bucket.index >= index) continue;
      ++counted;
      for (std::size_t i = 0; i < most_layers; ++i) rates[i] += static_cast<std::int64_t>(bucket.bytes[i]);
    }
    if (counted == 0 || index - from < least) return std::nullopt;
    std::int64_t sum = 0;
    for (auto& rate : rates) rate = sum += rate * 8000 / ((index - from) * width.count());
    return rates;
  }

 private:
  static constexpr std::chrono::milliseconds width{250};
  static constexpr std::int64_t least = 4;  // buckets
  static constexpr std::int64_t longest_gap =
      2;  // buckets: then it was paused, and what it costs is not known
  struct Bucket {
    std::int64_t index = -1;
    std::array<std::size_t, most_layers> bytes{};
  };
  static std::int64_t index_of(Clock::time_point at) { return at.time_since_epoch() / width; }

  std::array<Bucket, 9> buckets_{};
  std::int64_t newest_ = -100, first_ = 0;
};

}  // namespace diemcau::stage
