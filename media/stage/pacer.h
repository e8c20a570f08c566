#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "media/stage/slot.h"

namespace diemcau::stage {

/// What waits in front of a thin line, so that a key frame does not stand there before everybody's voice:
/// plain packets in order of their slots. A bucket of tokens at the line's rate decides; who is within it
/// does not wait. Pure: `now` is given.
class Pacer {
 public:
  struct Held {
    Slot* slot;  ///< whose it is; nothing is done with it here
    Slot::Written written;
    std::vector<std::byte> bytes;
  };

  /// bit/s; 0: nothing waits any more.
  void set_rate(std::int64_t rate) { rate_ = rate; }
  bool is_empty() const { return held_.empty(); }

  /// True: a packet of so many bytes may leave now, and its tokens are taken. False: hold() it.
  bool passes(std::size_t bytes, Clock::time_point now) {
    if (rate_ == 0 && held_.empty()) return true;
    return held_.empty() && take(bytes, now);
  }
  /// Leaves by another way (voices, repairs), and counts.
  void spend(std::size_t bytes) { tokens_ -= static_cast<double>(bytes); }
  void hold(Slot* slot, const Slot::Written& written, std::span<const std::byte> bytes);
  /// Packets whose time has come, in order, each for `leave(Held&)`; every 10 ms.
  template <class Leave>
  void release(Clock::time_point now, Leave leave) {
    while (!held_.empty() && (rate_ == 0 || take(held_.front().bytes.size(), now))) {
      auto held = std::move(held_.front());
      held_.pop_front();
      waiting_ -= held.bytes.size();
      leave(held);
    }
  }

 private:
  bool take(std::size_t bytes, Clock::time_point now);

  std::int64_t rate_ = 0;
  double tokens_ = 0;  ///< bytes
  Clock::time_point filled_{};
  std::deque<Held> held_;
  std::size_t waiting_ = 0;  ///< bytes
};

}  // namespace diemcau::stage
