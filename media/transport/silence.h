#pragma once
#include <chrono>
#include <utility>

namespace diemcau::transport {

/// What it means that a peer is not heard. A line that is cut comes back within seconds, most often: its peer
/// keeps its keys and its place as long as consent lasts, and goes on where it was. Media thread.
class Silence {
 public:
  using Clock = std::chrono::steady_clock;

  enum class Turn { none, silent, gone };
  /// To be asked now and then, of a peer that is connected; `silent` once in a silence.
  Turn look(Clock::time_point last_heard, Clock::time_point now) {
    if (now - last_heard > consent) return Turn::gone;
    if (now - last_heard > patience && !std::exchange(told_, true)) return Turn::silent;
    return Turn::none;
  }

  struct Ended {
    bool interruption;  ///< so long that the peer has lost its pictures
    bool silence;       ///< it had been told
  };
  /// An authentic packet has come; before it, the last one at `last_heard`.
  Ended end(Clock::time_point last_heard, Clock::time_point now) {
    return {now - last_heard > interruption, std::exchange(told_, false)};
  }

  /// Longer than the intervals of a browser's reports and checks: those of a silent viewer are 1 s apart.
  static constexpr auto interruption = std::chrono::seconds(2);

 private:
  static constexpr auto patience = std::chrono::seconds(8);
  static constexpr auto consent = std::chrono::seconds(30);  // RFC 7675 5.1
  bool told_ = false;
};

}  // namespace diemcau::transport
