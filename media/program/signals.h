#pragma once
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "media/program/pipeline.h"

namespace diemcau::program {

/// What streaming threads tell the thread that waits for a pipeline: its first fault (or end), and whatever
/// else has changed.
class Signals {
 public:
  void set_fault(Fault fault) {
    {
      const std::lock_guard lock(mutex_);
      if (!fault_) fault_ = std::move(fault);
    }
    changed_.notify_all();
  }
  void set_tracks_known() {
    {
      const std::lock_guard lock(mutex_);
      tracks_known_ = true;
    }
    changed_.notify_all();
  }
  /// Something that somebody waits for may be so now.
  void tell() {
    { const std::lock_guard lock(mutex_); }
    changed_.notify_all();
  }
  std::optional<Fault> fault() const {
    const std::lock_guard lock(mutex_);
    return fault_;
  }
  /// Until there is a fault, the tracks are known, or `enough`, which is looked at now and at each signal.
  template <class Condition>
  void wait(std::chrono::nanoseconds longest, Condition enough) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, longest, [&] { return fault_.has_value() || tracks_known_ || enough(); });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Fault> fault_;
  bool tracks_known_ = false;
};

}  // namespace diemcau::program
