#include "media/program/copy_reader.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace diemcau::program {
namespace {

using namespace std::chrono_literals;

// A file without a picture for a while has sound for so long: 500 buffers are ten seconds.
constexpr auto text =
    "filesrc name=file ! decodebin name=d "
    "d. ! queue name=video_queue max-size-buffers=2 ! videoconvert ! video/x-raw,format=I420 ! "
    "appsink name=video sync=false async=false max-buffers=4 "
    "d. ! queue name=audio_queue ! audioconvert ! audioresample ! "
    "audio/x-raw,format=S16LE,rate=48000,channels=2,layout=interleaved ! "
    "appsink name=audio sync=false async=false max-buffers=500";

constexpr auto patience = 30s;  // for a file that gives nothing
constexpr std::int64_t rate = 48000;
// Matroska counts milliseconds and clocks differ a little: what is nearer than this goes on without a gap.
constexpr std::int64_t tolerance = rate / 25;

std::int64_t samples_at(GstClockTime time) {
  return static_cast<std::int64_t>(gst_util_uint64_scale(time, rate, GST_SECOND));
}

}  // namespace

CopyReader::CopyReader(const std::filesystem::path& file)
    : pipeline_(text, [this](Fault fault) { signals_.set_fault(std::move(fault)); }) {
  pipeline_.set("file", "location", file.string());
  g_signal_connect(pipeline_.get("d").get(), "no-more-pads", G_CALLBACK(+[](GstElement*, gpointer signals) {
                     static_cast<Signals*>(signals)->set_tracks_known();
                   }),
                   &signals_);
  pipeline_.play();
  signals_.wait(patience, [] { return false; });
  for (const std::string track : {"video", "audio"}) {
    // From the sink of a track that is not there nothing ever comes.
    const Ref<GstPad> pad(gst_element_get_static_pad(pipeline_.get(track + "_queue").get(), "sink"));
    if (gst_pad_is_linked(pad.get()) != 0)
      (track == "video" ? video_ : audio_) = pipeline_.get<GstAppSink>(track);
  }
}

GstClockTime CopyReader::time_of(GstSample* sample) {
  return sample == nullptr ? 0 : static_cast<GstClockTime>(std::max<gint64>(running_time(sample), 0));
}

SampleRef CopyReader::pull(Ref<GstAppSink>& sink) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (sink) {
    // Before the look: what came before the fault is taken.
    const bool broken = signals_.fault().has_value() || std::chrono::steady_clock::now() > until;
    SampleRef sample(gst_app_sink_try_pull_sample(sink.get(), 50 * GST_MSECOND));
    if (sample && running_time(sample.get()) >= 0) return sample;
    if (!sample && (broken || gst_app_sink_is_eos(sink.get()) != 0)) sink.reset();
  }
  return nullptr;
}

void CopyReader::seek_picture(GstClockTime at) {
  for (;;) {
    if (!upcoming_) upcoming_ = pull(video_);
    if (!upcoming_ || time_of(upcoming_.get()) > at) return;
    current_ = std::move(upcoming_);
  }
}

void CopyReader::read_sound(GstClockTime at, std::span<std::int16_t> samples) {
  const auto begin = samples_at(at);
  const auto end = begin + static_cast<std::int64_t>(samples.size() / 2);
  while (sound_begin_ + static_cast<std::int64_t>(sound_.size() / 2) < end) {
    const auto sample = pull(audio_);
    if (!sample) break;
    take_sound(sample.get());
  }
  for (auto i = begin; i < end; ++i)
    for (std::int64_t channel = 0; channel < 2; ++channel) {
      const auto from = 2 * (i - sound_begin_) + channel;
      samples[static_cast<std::size_t>(2 * (i - begin) + channel)] =
          from >= 0 && from < static_cast<std::int64_t>(sound_.size())
              ? sound_[static_cast<std::size_t>(from)]
              : std::int16_t{0};
    }
  const auto used =
      std::clamp<std::int64_t>(2 * (end - sound_begin_), 0, static_cast<std::int64_t>(sound_.size()));
  sound_.erase(sound_.begin(), sound_.begin() + used);
  sound_begin_ += used / 2;
}

void CopyReader::take_sound(GstSample* sample) {
  const auto begin = samples_at(time_of(sample));
  if (!std::exchange(heard_, true)) sound_begin_ = begin;
  const auto expected = sound_begin_ + static_cast<std::int64_t>(sound_.size() / 2);
  if (begin > expected + tolerance)
    sound_.insert(sound_.end(), static_cast<std::size_t>(2 * (begin - expected)), 0);
  GstMapInfo map;
  GstBuffer* const buffer = gst_sample_get_buffer(sample);
  if (gst_buffer_map(buffer, &map, GST_MAP_READ) == 0) return;
  const std::span values(reinterpret_cast<const std::int16_t*>(map.data), map.size / sizeof(std::int16_t));
  const auto late = begin + tolerance < expected ? 2 * (expected - begin) : 0;
  const auto left_out = std::min(static_cast<std::size_t>(late), values.size());
  sound_.insert(sound_.end(), values.begin() + static_cast<std::ptrdiff_t>(left_out), values.end());
  gst_buffer_unmap(buffer, &map);
}

}  // namespace diemcau::program
