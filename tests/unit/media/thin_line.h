#pragma once
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "media/rtp/transport_feedback.h"
#include "tests/unit/media/bytes.h"

namespace diemcau {

/// A line as thin as wanted with a queue in front of it, in simulated time: says when a packet gets through.
class ThinLine {
 public:
  using Clock = std::chrono::steady_clock;

  double rate = 500'000;                                   ///< bit/s
  Clock::duration queue = std::chrono::milliseconds(300);  ///< what would wait longer is lost
  Clock::duration way = std::chrono::milliseconds(20);
  double loss = 0;  ///< 0 … 1, by chance
  Clock::time_point lost_until{};

  /// When the packet that is sent now arrives; nullopt: it is lost.
  std::optional<Clock::time_point> send(std::size_t bytes, Clock::time_point now) {
    if (now < lost_until) return std::nullopt;
    if (static_cast<double>(noise_.below(100000)) < loss * 100000) return std::nullopt;
    const auto begin = std::max(now, free_);
    if (begin - now > queue) return std::nullopt;
    free_ = begin + std::chrono::duration_cast<Clock::duration>(
                        std::chrono::duration<double>(static_cast<double>(bytes) * 8 / rate));
    return free_ + way;
  }
  /// How long a packet would wait.
  Clock::duration waiting(Clock::time_point now) const {
    return std::max(Clock::duration::zero(), free_ - now);
  }

 private:
  Clock::time_point free_{};
  Noise noise_{7};
};

}  // namespace diemcau
