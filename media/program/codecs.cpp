#include "media/program/codecs.h"

#include <atomic>
#include <chrono>

#include "media/program/pipeline.h"
#include "media/program/signals.h"

namespace diemcau::program {
namespace {

using namespace std::chrono_literals;

// A driver that needs longer for ten pictures is of no use in a session.
constexpr auto patience = 5s;

constexpr std::string_view some_pictures =
    "videotestsrc num-buffers=10 ! video/x-raw,format=I420,width=1280,height=720,framerate=25/1";
constexpr std::string_view as_main_profile = "video/x-h264,profile=main ! h264parse";
constexpr std::string_view as_i420 = "video/x-raw,format=I420";

const std::vector<CodecChoice> h264_encoders{
    {"nvh264enc",
     "videoconvert ! video/x-raw,format=NV12 ! nvh264enc preset=low-latency-hq rc-mode=cbr "
     "zerolatency=true bitrate=2000 gop-size=50"},
    {"vah264enc",
     "videoconvert ! video/x-raw,format=NV12 ! vah264enc rate-control=cbr bitrate=2000 "
     "key-int-max=50 b-frames=0"},
    {"vaapih264enc",
     "videoconvert ! video/x-raw,format=NV12 ! vaapih264enc rate-control=cbr bitrate=2000 "
     "keyframe-period=50 max-bframes=0"},
    {"x264enc", "x264enc tune=zerolatency speed-preset=superfast bitrate=2000 key-int-max=50 threads=1"}};

const std::vector<CodecChoice> h264_decoders{
    {"nvh264dec", "nvh264dec ! videoconvert ! video/x-raw,format=I420"},
    {"vah264dec", "vah264dec ! videoconvert ! video/x-raw,format=I420"},
    {"vaapih264dec", "vaapih264dec ! videoconvert ! video/x-raw,format=I420"},
    // One thread: with more, it holds back a picture for each.
    {"avdec_h264",
     "avdec_h264 max-threads=1 max-errors=-1 output-corrupt=false automatic-request-sync-points=true"}};

const std::vector<CodecChoice> vp8_decoders{
    {"nvvp8dec", "nvvp8dec ! videoconvert ! video/x-raw,format=I420"},
    {"vavp8dec", "vavp8dec ! videoconvert ! video/x-raw,format=I420"},
    {"vaapivp8dec", "vaapivp8dec ! videoconvert ! video/x-raw,format=I420"},
    {"vp8dec", "vp8dec threads=1 max-errors=-1 automatic-request-sync-points=true"}};

bool installed(const std::string& element) {
  const Ref<GstElementFactory> factory(gst_element_factory_find(element.c_str()));
  return factory != nullptr;
}

bool works(const CodecChoice& choice, std::string_view before, std::string_view after) {
  Signals signals;
  std::atomic<int> pictures = 0;
  const TakeSample count = [&pictures](GstSample*) { ++pictures; };
  try {
    Pipeline pipeline(std::string(before) + " ! " + choice.text + " ! " + std::string(after) +
                          " ! appsink name=out sync=false async=false",
                      [&signals](Fault fault) { signals.set_fault(std::move(fault)); });
    take_samples(pipeline.get<GstAppSink>("out").get(), &count);
    pipeline.play();
    signals.wait(patience, [] { return false; });
  } catch (const std::exception&) {  // a setting that this version does not know
    return false;
  }
  const auto fault = signals.fault();
  return fault && fault->end_of_stream && pictures > 0;
}

Codecs look() {
  start_gstreamer();
  const auto encoded = std::string(some_pictures) + " ! x264enc tune=zerolatency ! h264parse";
  const auto encoded_vp8 = std::string(some_pictures) + " ! vp8enc deadline=1 cpu-used=8";
  return {first_that_works(h264_encoders, some_pictures, as_main_profile),
          first_that_works(h264_decoders, encoded, as_i420),
          first_that_works(vp8_decoders, encoded_vp8, as_i420)};
}

}  // namespace

CodecChoice first_that_works(const std::vector<CodecChoice>& candidates, std::string_view before,
                             std::string_view after) {
  start_gstreamer();
  for (const auto& candidate : candidates) {
    const bool last = &candidate == &candidates.back();
    if (last || (installed(candidate.element) && works(candidate, before, after))) return candidate;
  }
  return {};
}

const Codecs& codecs() {
  static const Codecs found = look();
  return found;
}

}  // namespace diemcau::program
