#include "media/program/hls_output.h"

#include <string>
#include <utility>

namespace diemcau::program {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

// A segment ends where the encoder has a keyframe, every two seconds. Players begin three before the last;
// who is late for a moment still finds those before.
constexpr auto text =
    "hlssink2 name=sink target-duration=2 playlist-length=6 max-files=12 send-keyframe-requests=false "
    "appsrc name=video is-live=true format=time max-bytes=0 ! h264parse ! sink.video "
    "appsrc name=audio is-live=true format=time max-bytes=0 ! aacparse ! sink.audio";

constexpr auto wait = 5s;

}  // namespace

HlsOutput::HlsOutput(fs::path folder, std::function<void()> want_keyframe)
    : folder_(std::move(folder)), want_keyframe_(std::move(want_keyframe)) {
  begin();
}

HlsOutput::~HlsOutput() = default;

void HlsOutput::begin() {
  measured_.state = media::OutputState::connecting;
  std::error_code fault;
  fs::remove_all(folder_, fault);
  fs::create_directories(folder_, fault);
  if (fault) {
    const std::lock_guard lock(mutex_);
    fault_ = Fault{folder_.string() + ": " + fault.message(), false, false, false};
    return;
  }
  auto pipeline = std::make_unique<Pipeline>(text, [this](Fault what) {
    const std::lock_guard lock(mutex_);
    if (!fault_) fault_ = std::move(what);
  });
  // A player that knew the segments of a run before must not take one of this run for one of them.
  const auto run = std::to_string(std::chrono::system_clock::now().time_since_epoch() / 1ms);
  pipeline->set("sink", "location", (folder_ / (run + "-%05d.ts")).string());
  pipeline->set("sink", "playlist-location", (folder_ / "live.m3u8").string());
  pipeline->play();
  {
    const std::lock_guard lock(mutex_);
    inlet_.emplace(pipeline->get<GstAppSrc>("video"), pipeline->get<GstAppSrc>("audio"));
    pipeline_ = std::move(pipeline);
  }
  want_keyframe_();
}

std::unique_ptr<Pipeline> HlsOutput::take_pipeline() {
  const std::lock_guard lock(mutex_);
  inlet_.reset();
  return std::move(pipeline_);
}

void HlsOutput::push(stage::Kind kind, GstSample* sample) {
  const std::lock_guard lock(mutex_);
  if (!inlet_) return;
  inlet_->push(kind, sample);
  bytes_ += gst_buffer_get_size(gst_sample_get_buffer(sample));
}

void HlsOutput::stop() {
  take_pipeline().reset();  // outside of the lock: its threads may wait for it
  std::error_code none;
  fs::remove_all(folder_, none);
}

media::OutputMeasured HlsOutput::measured() {
  std::optional<Fault> fault;
  std::uint64_t bytes = 0;
  {
    const std::lock_guard lock(mutex_);
    fault = std::exchange(fault_, std::nullopt);
    bytes = std::exchange(bytes_, 0);
  }
  const auto now = Clock::now();
  if (fault) {
    take_pipeline().reset();
    measured_.state = media::OutputState::waiting;
    measured_.trouble = media::OutputTrouble::lost;
    measured_.detail = fault->text;
    again_ = now + wait;
  } else if (measured_.state == media::OutputState::waiting && now >= again_) {
    begin();
  }
  std::error_code none;
  if (measured_.state == media::OutputState::connecting && fs::exists(folder_ / "live.m3u8", none)) {
    measured_.state = media::OutputState::live;
    measured_.trouble = media::OutputTrouble::none;
  }
  measured_.retry_in = std::chrono::ceil<std::chrono::seconds>(measured_.state == media::OutputState::waiting
                                                                   ? std::max(again_ - now, Clock::duration{})
                                                                   : Clock::duration{});
  measured_.bytes += bytes;
  measured_.bitrate = static_cast<std::int64_t>(bytes * 8);  // asked once a second
  return measured_;
}

}  // namespace diemcau::program
