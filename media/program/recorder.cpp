#include "media/program/recorder.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace diemcau::program {
namespace {

// filesink buffers 64 KB by default: seconds of a low-rate stream.
constexpr auto text =
    "appsrc name=video is-live=true format=time max-time=3000000000 max-bytes=0 leaky-type=downstream ! "
    "h264parse ! queue ! mp4mux name=m fragment-duration=1000 streamable=true ! "
    "filesink name=file buffer-mode=unbuffered sync=false async=false "
    "appsrc name=audio is-live=true format=time max-time=3000000000 max-bytes=0 leaky-type=downstream ! "
    "aacparse ! queue ! m.";

constexpr auto finish_limit = std::chrono::seconds(2);
constexpr gint64 held_longest = 2 * GST_SECOND;
/// Of an AAC frame (1,024 samples at 48 kHz): the one that is nearest to the first picture begins with it.
constexpr gint64 half_sound = GST_SECOND * 512 / 48000;

}  // namespace

Recorder::Recorder(std::filesystem::path file, std::function<void(Fault)> on_fault)
    : file_(std::move(file)),
      pipeline_(text,
                [this, on_fault = std::move(on_fault)](const Fault& fault) {
                  {
                    const std::lock_guard lock(mutex_);
                    ended_ = true;
                  }
                  ended_changed_.notify_all();
                  if (!fault.end_of_stream) on_fault(fault);
                }),
      video_(pipeline_.get<GstAppSrc>("video")),
      audio_(pipeline_.get<GstAppSrc>("audio")) {
  pipeline_.set("file", "location", file_.string());
  pipeline_.play();
}

Recorder::~Recorder() = default;

void Recorder::push(stage::Kind kind, GstSample* sample) {
  const auto time = running_time(sample);
  if (time < 0) return;
  if (!start()) {
    const bool delta = GST_BUFFER_FLAG_IS_SET(gst_sample_get_buffer(sample), GST_BUFFER_FLAG_DELTA_UNIT) != 0;
    if (kind == stage::Kind::audio) return hold(sample, time);
    if (delta) return;
    {
      const std::lock_guard lock(mutex_);
      start_ = static_cast<GstClockTime>(time);
    }
    for (const auto& early : std::exchange(early_, {}))
      write(stage::Kind::audio, early.get(), running_time(early.get()));
  }
  write(kind, sample, time);
}

/// Of the first picture's moment the sound is encoded before the picture is. Without it the sound would begin
/// late, and mp4mux, whose fragments know no such gap, would let all of it be heard early.
void Recorder::hold(GstSample* sample, gint64 time) {
  early_.emplace_back(gst_sample_ref(sample));
  while (time - running_time(early_.front().get()) > held_longest) early_.pop_front();
}

void Recorder::write(stage::Kind kind, GstSample* sample, gint64 time) {
  // The file starts at 0: without this mp4mux writes an edit list as long as the session has lasted.
  const auto at = time - static_cast<gint64>(*start());
  const auto earliest = kind == stage::Kind::audio ? -half_sound : 0;
  if (at < earliest) return;
  push_at(kind == stage::Kind::video ? video_.get() : audio_.get(), sample,
          static_cast<GstClockTime>(std::max<gint64>(at, 0)));
}

void Recorder::finish() {
  gst_app_src_end_of_stream(video_.get());
  gst_app_src_end_of_stream(audio_.get());
  std::unique_lock lock(mutex_);
  ended_changed_.wait_for(lock, finish_limit, [this] { return ended_; });
}

void Recorder::sync_to_disk() const {
  const int fd = open(file_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  fdatasync(fd);
  close(fd);
}

std::int64_t Recorder::bytes() const {
  std::error_code none;
  const auto size = std::filesystem::file_size(file_, none);
  return none ? 0 : static_cast<std::int64_t>(size);
}

std::optional<GstClockTime> Recorder::start() const {
  const std::lock_guard lock(mutex_);
  return start_;
}

}  // namespace diemcau::program
