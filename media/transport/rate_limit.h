#pragma once
#include <algorithm>
#include <chrono>

namespace diemcau::transport {

/// A token bucket: `per_second` in the long run, `burst` at once.
class RateLimit {
 public:
  using Clock = std::chrono::steady_clock;

  RateLimit(double per_second, double burst) : per_second_(per_second), burst_(burst), tokens_(burst) {}

  /// False: too many.
  bool take(Clock::time_point now) {
    const double passed = std::chrono::duration<double>(now - filled_).count();
    if (passed > 0) {
      tokens_ = std::min(burst_, tokens_ + passed * per_second_);
      filled_ = now;
    }
    if (tokens_ < 1) return false;
    --tokens_;
    return true;
  }
  Clock::time_point last_taken() const { return filled_; }

 private:
  double per_second_, burst_, tokens_;
  Clock::time_point filled_{};
};

}  // namespace diemcau::transport
