#pragma once
#include <chrono>
#include <optional>

#include "media/program/pipeline.h"
#include "media/stage/source.h"

namespace diemcau::program {

/// Where what the program encodes enters another live pipeline, through its two appsrcs. Begins with a
/// keyframe; what the pipeline does not take within `longest_queue` is left out up to a keyframe, so that
/// neither memory nor delay grows. Not guarded: one caller at a time.
class Inlet {
 public:
  Inlet(Ref<GstAppSrc> video, Ref<GstAppSrc> audio) : video_(std::move(video)), audio_(std::move(audio)) {}

  void push(stage::Kind kind, GstSample* sample);
  /// Up to the next keyframe nothing goes in.
  void skip() { skipping_ = true; }
  void end();
  /// Since the first keyframe; none before.
  std::optional<GstClockTime> lasts() const { return lasts_; }
  /// Something was left out lately.
  bool slow() const { return Clock::now() < slow_until_; }

 private:
  using Clock = std::chrono::steady_clock;

  Ref<GstAppSrc> video_, audio_;
  std::optional<GstClockTime> start_;  ///< of the first keyframe, in the program's running time
  std::optional<GstClockTime> lasts_;
  GstClockTime began_{};  ///< the first keyframe, in the other pipeline's running time
  bool skipping_ = true;
  bool ended_ = false;
  Clock::time_point slow_until_{};
};

}  // namespace diemcau::program
