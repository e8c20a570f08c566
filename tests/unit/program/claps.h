#pragma once
#include <algorithm>
#include <cmath>
#include <functional>
#include <future>
#include <string>
#include <vector>

#include "tests/unit/program/program_fixture.h"

/// What a hall sends together is seen and heard together: a hall that claps, and how far apart its claps come
/// out.
namespace diemcau::program {

inline constexpr GstClockTime clap = 80 * GST_MSECOND;  // two pictures
inline constexpr int clap_rate = 48000;

/// Buffers of the named element are painted, or filled, by their own time.
inline void paint(const Pipeline& pipeline, const char* name,
                  void (*fill)(std::span<std::byte> bytes, GstClockTime at)) {
  const auto element = pipeline.get(name);
  const Ref<GstPad> pad(gst_element_get_static_pad(element.get(), "src"));
  gst_pad_add_probe(
      pad.get(), GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer data) {
        auto* const buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
        GST_PAD_PROBE_INFO_DATA(info) = buffer;
        GstMapInfo map;
        if (gst_buffer_map(buffer, &map, GST_MAP_WRITE) != 0) {
          reinterpret_cast<void (*)(std::span<std::byte>, GstClockTime)>(data)(
              std::as_writable_bytes(std::span(map.data, map.size)), GST_BUFFER_PTS(buffer));
          gst_buffer_unmap(buffer, &map);
        }
        return GST_PAD_PROBE_OK;
      },
      reinterpret_cast<gpointer>(fill), nullptr);
}

/// A hall that claps: each second a flash and a beep, together.
class ClappingHall {
 public:
  /// `send`: streaming threads.
  explicit ClappingHall(Camera::Send send)
      : picture_([send](GstSample* sample) { send(stage::Codec::vp8, sample); }),
        sound_([send](GstSample* sample) { send(stage::Codec::opus, sample); }),
        pipeline_(
            "videotestsrc name=lens is-live=true pattern=black ! "
            "video/x-raw,format=I420,width=320,height=180,framerate=25/1 ! "
            "vp8enc deadline=1 cpu-used=-16 threads=1 keyframe-max-dist=50 ! "
            "rtpvp8pay mtu=1150 picture-id-mode=2 ! appsink name=picture sync=false "
            "audiotestsrc name=voice is-live=true samplesperbuffer=480 ! "
            "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=1 ! "
            "opusenc ! rtpopuspay ! appsink name=sound sync=false",
            [](const Fault& fault) { ADD_FAILURE() << fault.text; }) {
    paint(pipeline_, "lens", [](std::span<std::byte> bytes, GstClockTime at) {
      if (at % GST_SECOND < clap) std::fill_n(bytes.begin(), 320 * 180, std::byte{235});
    });
    paint(pipeline_, "voice", [](std::span<std::byte> bytes, GstClockTime at) {
      const std::span samples(reinterpret_cast<std::int16_t*>(bytes.data()), bytes.size() / 2);
      for (std::size_t i = 0; i < samples.size(); ++i) {
        const auto time = (at + i * GST_SECOND / clap_rate) % GST_SECOND;
        samples[i] = time < clap ? static_cast<std::int16_t>(
                                       12000 * std::sin(static_cast<double>(time) * 1e-9 * 2 * M_PI * 1000))
                                 : std::int16_t{0};
      }
    });
    take_samples(pipeline_.get<GstAppSink>("picture").get(), &picture_);
    take_samples(pipeline_.get<GstAppSink>("sound").get(), &sound_);
    pipeline_.play();
  }

 private:
  TakeSample picture_, sound_;
  Pipeline pipeline_;
};

/// When a film flashes and when it beeps, in seconds.
struct Claps {
  std::vector<double> flashes, beeps;
};
/// Of coded streams that come out of `source` at `picture_from` and `sound_from`; `prepare` starts the
/// pipeline.
inline Claps claps_of(const std::string& source, const std::string& picture_from,
                      const std::string& sound_from, const std::function<void(Pipeline&)>& prepare) {
  Claps claps;
  bool bright = true;    // a film may begin in the middle of a clap
  double loud_at = 0.0;  // seconds
  const TakeSample look = [&](GstSample* sample) {
    GstBuffer* const buffer = gst_sample_get_buffer(sample);
    std::uint8_t middle = 0;  // of the picture
    gst_buffer_extract(buffer, gst_buffer_get_size(buffer) / 3, &middle, 1);
    if (std::exchange(bright, middle > 120) || !bright) return;
    claps.flashes.push_back(static_cast<double>(running_time(sample)) * 1e-9);
  };
  const TakeSample listen = [&](GstSample* sample) {
    GstBuffer* const buffer = gst_sample_get_buffer(sample);
    GstMapInfo map;
    if (gst_buffer_map(buffer, &map, GST_MAP_READ) == 0) return;
    const std::span samples(reinterpret_cast<const float*>(map.data), map.size / sizeof(float));
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (std::abs(samples[i]) < 0.05F) continue;
      const double at = static_cast<double>(running_time(sample)) * 1e-9 + static_cast<double>(i) / clap_rate;
      if (at - std::exchange(loud_at, at) > 0.15) claps.beeps.push_back(at);
    }
    gst_buffer_unmap(buffer, &map);
  };
  std::promise<Fault> over;
  Pipeline pipeline(
      source + " " + picture_from +
          " ! queue ! h264parse ! avdec_h264 ! videoconvert ! videoscale ! "
          "video/x-raw,format=GRAY8,width=64,height=36 ! appsink name=picture sync=false async=false " +
          sound_from +
          " ! queue ! aacparse ! avdec_aac ! audioconvert ! "
          "audio/x-raw,format=F32LE,layout=interleaved,channels=1 ! "
          "appsink name=sound sync=false async=false",
      [&](const Fault& fault) { over.set_value(fault); });
  take_samples(pipeline.get<GstAppSink>("picture").get(), &look);
  take_samples(pipeline.get<GstAppSink>("sound").get(), &listen);
  prepare(pipeline);
  if (over.get_future().wait_for(600s) != std::future_status::ready) throw std::runtime_error("no end");
  return claps;
}

inline double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// By how many milliseconds each beep comes after its flash; of flashes that have one within half a second.
inline std::vector<double> sound_after_picture(const Claps& claps) {
  std::vector<double> offsets;
  for (const auto flash : claps.flashes) {
    const auto beep = std::min_element(claps.beeps.begin(), claps.beeps.end(), [&](double one, double other) {
      return std::abs(one - flash) < std::abs(other - flash);
    });
    if (beep != claps.beeps.end() && std::abs(*beep - flash) < 0.5) offsets.push_back((*beep - flash) * 1000);
  }
  return offsets;
}

}  // namespace diemcau::program
