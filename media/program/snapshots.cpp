#include "media/program/snapshots.h"

#include <atomic>
#include <string>

#include "media/program/pipeline.h"

namespace diemcau::program {
namespace {

using namespace std::chrono_literals;

constexpr int rest = 4;  // times as long as one took
constexpr auto limit = 2s;
constexpr auto look_again = 20 * GST_MSECOND;

std::string text(rtp::Codec codec) {
  const bool h264 = codec == rtp::Codec::h264;
  return std::string(
             "appsrc name=packets format=time caps=\"application/x-rtp,media=video,clock-rate=90000,") +
         "payload=96,encoding-name=" + rtp::name_of(codec) + "\" ! " +
         (h264 ? "rtph264depay ! h264parse ! avdec_h264 max-threads=1 output-corrupt=false"
               : "rtpvp8depay ! vp8dec threads=1") +
         " ! videoconvert ! videoscale add-borders=true ! "
         "video/x-raw,format=I420,width=256,height=144,pixel-aspect-ratio=1/1 ! jpegenc quality=60 ! "
         "appsink name=snapshot sync=false";
}

}  // namespace

std::optional<std::vector<std::byte>> draw_snapshot(const Keyframe& keyframe) {
  start_gstreamer();
  std::atomic<bool> broken = false;
  Pipeline pipeline(text(keyframe.codec), [&broken](const Fault& fault) { broken = !fault.end_of_stream; });
  const auto packets = pipeline.get<GstAppSrc>("packets");
  const auto snapshot = pipeline.get<GstAppSink>("snapshot");
  pipeline.play();
  for (const auto& packet : keyframe.packets) {
    GstBuffer* const buffer = gst_buffer_new_memdup(packet.data(), packet.size());
    // The payload type is the sender's; the caps have one.
    const std::byte type{static_cast<unsigned char>(96U | (std::to_integer<unsigned>(packet[1]) & 0x80U))};
    gst_buffer_fill(buffer, 1, &type, 1);
    GST_BUFFER_PTS(buffer) = 0;
    gst_app_src_push_buffer(packets.get(), buffer);
  }
  gst_app_src_end_of_stream(packets.get());
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!broken && std::chrono::steady_clock::now() < until) {
    const SampleRef sample(gst_app_sink_try_pull_sample(snapshot.get(), look_again));
    if (sample) return bytes_of(sample.get());
    if (gst_app_sink_is_eos(snapshot.get()) != 0) break;
  }
  return std::nullopt;
}

Snapshots::Snapshots(std::function<void(media::Snapshot)> on_snapshot)
    : on_snapshot_(std::move(on_snapshot)), thread_([this] { run(); }) {}

Snapshots::~Snapshots() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Snapshots::put(Keyframe keyframe) {
  const auto of = std::pair(keyframe.stage, keyframe.source);
  {
    const std::lock_guard lock(mutex_);
    waiting_[of] = std::move(keyframe);
  }
  wake_.notify_one();
}

void Snapshots::run() {
  std::pair<media::StageId, media::SourceId> last{};
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    auto next = waiting_.upper_bound(last);  // each in its turn
    if (next == waiting_.end()) next = waiting_.begin();
    last = next->first;
    const auto keyframe = std::move(next->second);
    waiting_.erase(next);
    lock.unlock();
    const auto begun = std::chrono::steady_clock::now();
    if (auto jpeg = draw_snapshot(keyframe))
      on_snapshot_({keyframe.stage, keyframe.source, *std::move(jpeg)});
    const auto took = std::chrono::steady_clock::now() - begun;
    lock.lock();
    wake_.wait_for(lock, rest * took, [this] { return stopping_; });
  }
}

}  // namespace diemcau::program
