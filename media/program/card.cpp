#include "media/program/card.h"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include <gst/video/video.h>

#include "media/program/clip.h"

namespace diemcau::program {
namespace {

constexpr auto look_limit = std::chrono::seconds(5);
constexpr GstClockTime look_again = 20 * GST_MSECOND;
constexpr std::int64_t most_pixels = 50'000'000;

// What does not move needs no more pictures a second than a keyframe may wait for. The other settings:
// clip.cpp.
constexpr auto video_end =
    "vp8enc deadline=1 cpu-used=-4 threads=1 target-bitrate=1500000 end-usage=cbr keyframe-max-dist=9999 ! "
    "rtpvp8pay mtu=1150 picture-id-mode=2 timestamp-offset=0 ! appsink name=video sync=false async=false ";
constexpr auto picture_text =
    "filesrc name=file ! decodebin ! videoconvert ! videoscale add-borders=true ! "
    "video/x-raw,format=I420,width=1280,height=720,pixel-aspect-ratio=1/1 ! imagefreeze is-live=true ! "
    "video/x-raw,framerate=10/1 ! ";
constexpr auto bars_text =
    "videotestsrc is-live=true ! video/x-raw,format=I420,width=1280,height=720,framerate=10/1 ! ";
constexpr auto tone_text =
    "audiotestsrc is-live=true freq=1000 volume=0.1259 samplesperbuffer=960 ! "
    "audio/x-raw,format=S16LE,rate=48000,channels=2,layout=interleaved ! opusenc bitrate=64000 ! "
    "rtpopuspay timestamp-offset=0 ! appsink name=audio sync=false async=false";

/// Its size stands in front of it: what would take gigabytes is never decoded.
void refuse_too_large(const std::filesystem::path& file) {
  std::mutex mutex;
  std::optional<std::string> fault;
  Pipeline pipeline("filesrc name=file ! parsebin ! appsink name=coded sync=false", [&](const Fault& why) {
    const std::lock_guard lock(mutex);
    if (!fault) fault = why.text;
  });
  pipeline.set("file", "location", file.string());
  const auto coded = pipeline.get<GstAppSink>("coded");
  pipeline.play();
  SampleRef sample;
  for (const auto until = std::chrono::steady_clock::now() + look_limit; !sample;) {
    sample.reset(gst_app_sink_try_pull_sample(coded.get(), look_again));
    const std::lock_guard lock(mutex);
    if (!sample && (fault || std::chrono::steady_clock::now() > until))
      throw NoFilm(fault.value_or("no picture"));
  }
  int width = 0, height = 0;
  const auto* const form = gst_caps_get_structure(gst_sample_get_caps(sample.get()), 0);
  if (gst_structure_get_int(form, "width", &width) == 0 ||
      gst_structure_get_int(form, "height", &height) == 0)
    throw NoFilm("a picture that does not say how large it is");
  if (std::int64_t{width} * height > most_pixels)
    throw NoFilm("a picture of " + std::to_string(width) + "x" + std::to_string(height));
}

}  // namespace

Card::Card(const std::filesystem::path& picture, OnPacket on_packet, OnFault on_fault)
    : take_video_([on_packet](GstSample* sample) { on_packet(stage::Kind::video, bytes_of(sample)); }),
      pipeline_(std::string(picture_text) + video_end, std::move(on_fault)) {
  refuse_too_large(picture);
  pipeline_.set("file", "location", picture.string());
  take_samples(pipeline_.get<GstAppSink>("video").get(), &take_video_);
  pipeline_.play();
}

Card::Card(OnPacket on_packet, OnFault on_fault)
    : take_video_([on_packet](GstSample* sample) { on_packet(stage::Kind::video, bytes_of(sample)); }),
      take_audio_([on_packet](GstSample* sample) { on_packet(stage::Kind::audio, bytes_of(sample)); }),
      pipeline_(std::string(bars_text) + video_end + tone_text, std::move(on_fault)) {
  take_samples(pipeline_.get<GstAppSink>("video").get(), &take_video_);
  take_samples(pipeline_.get<GstAppSink>("audio").get(), &take_audio_);
  pipeline_.play();
}

void Card::request_keyframe() {
  const auto packets = pipeline_.get<GstAppSink>("video");
  const Ref<GstPad> pad(gst_element_get_static_pad(GST_ELEMENT(packets.get()), "sink"));
  gst_pad_push_event(pad.get(), gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
}

}  // namespace diemcau::program
