#pragma once
#include <chrono>

namespace diemcau::stage {
using Clock = std::chrono::steady_clock;

/// Many viewers want a keyframe of one source at once, and one request makes a browser send keyframes in all
/// its layers: wishes are merged, spaced, and repeated until a keyframe comes.
class KeyframeGate {
 public:
  /// Somebody needs a keyframe. True: send the request now.
  bool want(Clock::time_point now) {
    wanted_ = true;
    return due(now);
  }
  /// True when a wish waits and it is time to ask (again).
  bool due(Clock::time_point now) {
    if (!wanted_ || now - asked_ < spacing) return false;
    asked_ = now;
    return true;
  }
  /// A wish waits: due() is to be asked again soon.
  bool is_waiting() const { return wanted_; }
  void on_keyframe() { wanted_ = false; }
  /// The line was cut when it was asked for: the next wish need not wait.
  void forget_request() { asked_ = {}; }

 private:
  static constexpr auto spacing = std::chrono::milliseconds(150);
  bool wanted_ = false;
  Clock::time_point asked_{};
};

}  // namespace diemcau::stage
