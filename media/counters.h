#pragma once
#include <atomic>
#include <cstdint>

#include "media/media.h"

namespace diemcau::media {

/// A worker's counters as its thread writes them and anybody reads them.
struct LiveCounters {
  using Count = std::atomic<std::uint64_t>;
  Count packets_in{0}, bytes_in{0}, packets_out{0}, bytes_out{0};
  Count dropped_unknown{0}, dropped_malformed{0}, dropped_forged{0}, dropped_flooding{0};
  Count retransmitted{0}, nacks_sent{0}, keyframe_requests{0}, peers{0};

  /// One writer: a plain load and store, no locked instruction on the packet path.
  static void add(Count& count, std::uint64_t value = 1) {
    count.store(count.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
  }
  Counters read() const {
    return {packets_in,     bytes_in,         packets_out,   bytes_out,  dropped_unknown,   dropped_malformed,
            dropped_forged, dropped_flooding, retransmitted, nacks_sent, keyframe_requests, peers};
  }
};

}  // namespace diemcau::media
