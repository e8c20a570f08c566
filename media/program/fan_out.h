#pragma once
#include <algorithm>
#include <mutex>
#include <vector>

#include "media/program/pipeline.h"
#include "media/stage/source.h"

namespace diemcau::program {

/// Takes the program's one encoding into a pipeline of its own: whatever it does, the program goes on.
class Consumer {
 public:
  virtual ~Consumer() = default;
  /// One access unit of H.264 or one AAC frame, with the program's running time. Streaming threads; must not
  /// wait. A consumer begins at any moment: it skips what comes before the first keyframe.
  virtual void push(stage::Kind kind, GstSample* sample) = 0;
};

/// Hands what the program encodes to who consumes it now. The mutex is held while a picture is passed on, so
/// that who is removed is not called any more.
class FanOut {
 public:
  void add(Consumer& consumer) {
    const std::lock_guard lock(mutex_);
    consumers_.push_back(&consumer);
  }
  void remove(const Consumer& consumer) {
    const std::lock_guard lock(mutex_);
    std::erase(consumers_, &consumer);
  }
  bool empty() const {
    const std::lock_guard lock(mutex_);
    return consumers_.empty();
  }
  /// Streaming threads.
  void pass(stage::Kind kind, GstSample* sample) {
    const std::lock_guard lock(mutex_);
    for (auto* consumer : consumers_) consumer->push(kind, sample);
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Consumer*> consumers_;
};

}  // namespace diemcau::program
