#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/load/stamp.h"

namespace diemcau::load {

/// Counts what became of every packet that was sent within a window. The window is one of counters, not of
/// time: what was sent in it and comes late is still counted, so losses are exact.
class Tally {
 public:
  using Clock = std::chrono::steady_clock;

  struct Result {
    std::uint64_t received = 0;    ///< different packets, over all viewers
    std::uint64_t lost = 0;        ///< sent, and never seen by a viewer to whom its stream is forwarded
    std::uint64_t duplicated = 0;  ///< copies beyond the first
    std::uint64_t reordered = 0;   ///< came after one that was sent later in the same stream
    /// Pairs of viewer and stream of which nothing came in the whole window. Servers that forward the loudest
    /// voices only leave some out on purpose; of a camera, every packet of it is counted as lost.
    std::uint64_t silent_voices = 0, silent_cameras = 0;
    std::chrono::nanoseconds delay_median{}, delay_99{}, delay_longest{};
  };

  Tally(std::size_t viewers, std::size_t streams);

  /// From the next packets of the streams on; `next` has the counter that each will get, `camera` whether it
  /// is one. Those of a window before are forgotten.
  void open(const std::vector<std::uint32_t>& next, const std::vector<bool>& camera);
  /// No packet from these on counts. Late ones of the window may still come before result().
  void close(const std::vector<std::uint32_t>& next);
  void record(std::size_t viewer, const Stamp& stamp, Clock::time_point arrived);
  Result result();

 private:
  struct Stream {
    std::uint32_t first = 0, end = 0;
    bool camera = false;
  };
  struct Seen {
    std::vector<bool> counters;  ///< from the window's first on
    std::uint64_t received = 0, duplicated = 0, reordered = 0;
    std::uint32_t highest = 0;
  };

  std::vector<Stream> streams_;
  std::vector<Seen> seen_;  ///< by viewer, then stream
  std::vector<std::int64_t> delays_;
  bool open_ = false;
};

}  // namespace diemcau::load
