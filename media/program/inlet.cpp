#include "media/program/inlet.h"

namespace diemcau::program {
namespace {

using namespace std::chrono_literals;

constexpr GstClockTime longest_queue = 2 * GST_SECOND;
constexpr GstClockTime short_queue = GST_SECOND / 2;  // before it goes on
constexpr auto slow_shown = 5s;

}  // namespace

void Inlet::push(stage::Kind kind, GstSample* sample) {
  const auto time = running_time(sample);
  if (time < 0 || ended_) return;
  const bool keyframe = kind == stage::Kind::video && GST_BUFFER_FLAG_IS_SET(gst_sample_get_buffer(sample),
                                                                             GST_BUFFER_FLAG_DELTA_UNIT) == 0;
  const auto queued = gst_app_src_get_current_level_time(video_.get());
  if (!skipping_ && queued > longest_queue) {
    skipping_ = true;
    slow_until_ = Clock::now() + slow_shown;
  }
  if (skipping_ && (!keyframe || queued > short_queue)) return;
  const auto at = static_cast<GstClockTime>(time);
  if (!start_) {
    // A pipeline that begins to play gives its elements the clock first and the base time then: in between,
    // running time would be the time since the machine started.
    if (GST_STATE(video_.get()) != GST_STATE_PLAYING) return;
    began_ = gst_element_get_current_running_time(GST_ELEMENT(video_.get()));
    start_ = at;
  }
  skipping_ = false;
  if (at < *start_) return;
  lasts_ = at - *start_;
  push_at(kind == stage::Kind::video ? video_.get() : audio_.get(), sample, *lasts_ + began_);
}

void Inlet::end() {
  ended_ = true;
  gst_app_src_end_of_stream(video_.get());
  gst_app_src_end_of_stream(audio_.get());
}

}  // namespace diemcau::program
