#include "media/program/graph.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <optional>
#include <span>

#include "media/program/codecs.h"
#include "media/program/pipeline.h"

namespace diemcau::program {
namespace {

// min-upstream-latency covers the taps' jitter buffer (160 ms) and decoding; without it each source that
// joins would renegotiate the latency of the whole program.
const std::string live_mixing = "force-live=true ignore-inactive-pads=true min-upstream-latency=" +
                                std::to_string(std::chrono::nanoseconds(mixing_delay).count()) + " ";
// An encoder that gets no processor for more than a second loses pictures: it must not fall behind the sound.
constexpr auto live_queue = "leaky=downstream max-size-buffers=25";
constexpr auto live_picture = "is-live=true format=time max-buffers=3 leaky-type=downstream";
// A second that a tap gives ahead of its time, and the mixer's wait.
constexpr auto live_sound = "is-live=true format=time max-time=1500000000 max-bytes=0 leaky-type=downstream";

constexpr guint64 bytes_per_second = 48000 * 2 * sizeof(std::int16_t);  // of a sound that a tap gives

constexpr auto patient_queue = "max-size-buffers=25";
constexpr auto patient_source = "format=time max-buffers=0 max-bytes=0 max-time=0";

// For halls on poor lines: 300 kbit/s with what the line adds.
constexpr auto small_picture =
    "t. ! valve name=fed drop=true ! queue leaky=downstream max-size-buffers=5 max-size-bytes=0 "
    "max-size-time=0 ! "
    "videorate drop-only=true ! video/x-raw,framerate=15/1 ! videoscale ! video/x-raw,width=640,height=360 ! "
    "vp8enc name=fed_encoder deadline=1 cpu-used=8 threads=1 target-bitrate=280000 end-usage=cbr "
    "buffer-size=500 "
    "buffer-initial-size=300 buffer-optimal-size=400 max-intra-bitrate=300 keyframe-max-dist=300 "
    "lag-in-frames=0 error-resilient=default noise-sensitivity=1 ! "
    "rtpvp8pay pt=96 mtu=1100 picture-id-mode=15-bit ! appsink name=fed_packets sync=false async=false ";

/// GLib has no other value for a list of integers that vp8enc takes, and no text for one.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
void set_list(GstElement* element, const char* property, std::initializer_list<int> numbers) {
  GValueArray* const list = g_value_array_new(static_cast<guint>(numbers.size()));
  GValue value = G_VALUE_INIT;
  g_value_init(&value, G_TYPE_INT);
  for (const int number : numbers) {
    g_value_set_int(&value, number);
    g_value_array_append(list, &value);
  }
  g_object_set(element, property, list, nullptr);
  g_value_array_free(list);
}
#pragma GCC diagnostic pop

GstPadProbeReturn begin_before_end(GstPad*, GstPadProbeInfo* info, gpointer) {
  auto* const picture = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
  GST_PAD_PROBE_INFO_DATA(info) = picture;
  constexpr GstClockTime length = GST_SECOND / canvas::pictures_per_second;
  if (GST_BUFFER_DURATION(picture) > length) {
    GST_BUFFER_PTS(picture) += GST_BUFFER_DURATION(picture) - length;
    GST_BUFFER_DURATION(picture) = length;
  }
  return GST_PAD_PROBE_OK;
}
GstPadProbeReturn without_priming(GstPad*, GstPadProbeInfo* info, gpointer) {
  constexpr GstClockTime priming = GST_SECOND * 1024 / 48000;
  if (GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info)) < priming) return GST_PAD_PROBE_DROP;
  auto* const sound = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
  GST_PAD_PROBE_INFO_DATA(info) = sound;
  GST_BUFFER_PTS(sound) -= priming;
  GST_BUFFER_DTS(sound) = GST_CLOCK_TIME_NONE;
  return GST_PAD_PROBE_OK;
}

/// Of one input of the mixer.
struct Place {
  std::optional<GstClockTime> next;  ///< where a sound goes that continues the last
  GstClockTime in_place = 0;         ///< when the last went where its time is
  bool returns = false;              ///< what is late leaves out its pauses
};
// Well below what is seen (EBU R 37: +40 ms, -60 ms).
constexpr GstClockTime slack = 10 * GST_MSECOND;
/// On a line that jitters by more than its jitter buffer holds, times jump ahead and slide back every second
/// or two: a sound that stays where the latest packets are is whole. After so long it comes back in its
/// pauses,
constexpr GstClockTime patience_of_sound = 3 * GST_SECOND;
/// and after so long in any case.
constexpr GstClockTime longest_out_of_place = 5 * GST_SECOND;
/// No jitter makes a sound so late.
constexpr GstClockTime far_from_picture = 300 * GST_MSECOND;

/// -40 dBFS: between two words.
bool is_quiet(GstBuffer* sound) {
  constexpr int loud = 328;
  GstMapInfo map;
  if (gst_buffer_map(sound, &map, GST_MAP_READ) == 0) return false;
  const std::span samples(reinterpret_cast<const std::int16_t*>(map.data), map.size / sizeof(std::int16_t));
  const bool quiet =
      std::all_of(samples.begin(), samples.end(), [](int sample) { return std::abs(sample) < loud; });
  gst_buffer_unmap(sound, &map);
  return quiet;
}

// The mixer would append a sound whose time is not far from the last one's, each time anew, and cut off what
// overlaps when it is far for a second: times that slide (a jitter buffer that finds back after a stall, a
// sound card that is not exact) would move the sound away from its picture for good, or cost a word. So every
// sound is given its place here. What is late comes back between two words, as in an adaptive jitter buffer.
GstPadProbeReturn put_in_place(GstPad*, GstPadProbeInfo* info, gpointer data) {
  auto* const sound = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
  GST_PAD_PROBE_INFO_DATA(info) = sound;
  auto& place = *static_cast<Place*>(data);
  const auto at = GST_BUFFER_PTS(sound);
  const auto late = place.next && *place.next > at + slack ? *place.next - at : 0;
  if (late == 0) place.in_place = at;
  const auto waited = at - std::min(at, place.in_place);
  place.returns = late > 0 && (place.returns || late > far_from_picture || waited > patience_of_sound);
  if (place.returns && is_quiet(sound)) return GST_PAD_PROBE_DROP;
  if (!place.next || at > *place.next + slack || waited > longest_out_of_place) {
    GST_BUFFER_FLAG_SET(sound, GST_BUFFER_FLAG_RESYNC);
    place = {at, at, false};
  } else {
    GST_BUFFER_FLAG_UNSET(sound, GST_BUFFER_FLAG_DISCONT);  // it would be put at its time
    GST_BUFFER_PTS(sound) = *place.next;
  }
  *place.next += gst_util_uint64_scale(gst_buffer_get_size(sound), GST_SECOND, bytes_per_second);
  return GST_PAD_PROBE_OK;
}
}  // namespace

// Several voices at once are more than full scale: summed in floating point, then limited softly (nothing
// happens below half of full scale), with room for the 13 % by which AAC overshoots.
std::string graph(std::size_t count, Pace pace) {
  const bool live = pace == Pace::live;
  const std::string mixing = live ? live_mixing : "";
  std::string all =
      "compositor name=c emit-signals=true background=black " + mixing +
      "max-threads=1 ! video/x-raw,format=I420,width=1280,height=720,framerate=25/1 ! "
      "overlaycomposition name=captions ! " +
      (live ? std::string("tee name=t ") + small_picture + "t. ! valve name=recorded drop=true ! " : "") +
      "queue " + (live ? live_queue : patient_queue) + " max-size-bytes=0 max-size-time=0 ! " +
      codecs().h264_encoder.text +
      " ! video/x-h264,profile=main ! "
      "h264parse config-interval=-1 ! video/x-h264,stream-format=avc,alignment=au ! "
      "appsink name=picture sync=false async=false "
      "audiomixer name=m " +
      mixing +
      "output-buffer-duration=20000000 ! audio/x-raw,format=F32LE,rate=48000,channels=2,layout=interleaved ! "
      "queue ! rglimiter ! volume volume=0.85 ! audioconvert ! avenc_aac bitrate=96000 ! aacparse name=aac ! "
      "appsink "
      "name=sound sync=false "
      "async=false ";
  for (std::size_t i = 0; i < count; ++i) {
    const auto n = std::to_string(i);
    all += "appsrc name=v" + n + " " + (live ? live_picture : patient_source) + " ! c.sink_" + n +
           " appsrc name=a" + n + " " + (live ? live_sound : patient_source) + " ! m.sink_" + n + " ";
  }
  return all;
}

void keep_time(GstElement* compositor) {
  const Ref<GstPad> composed(gst_element_get_static_pad(compositor, "src"));
  gst_pad_add_probe(composed.get(), GST_PAD_PROBE_TYPE_BUFFER, begin_before_end, nullptr, nullptr);
}

void keep_place(GstElement* mixer) {
  gst_element_foreach_sink_pad(
      mixer,
      [](GstElement*, GstPad* input, gpointer) -> gboolean {
        gst_pad_add_probe(input, GST_PAD_PROBE_TYPE_BUFFER, put_in_place, new Place,
                          [](gpointer place) { delete static_cast<Place*>(place); });
        return TRUE;
      },
      nullptr);
}

void leave_out_priming(GstElement* aac) {
  const Ref<GstPad> encoded(gst_element_get_static_pad(aac, "src"));
  gst_pad_add_probe(encoded.get(), GST_PAD_PROBE_TYPE_BUFFER, without_priming, nullptr, nullptr);
}

void let_leave_out(GstElement* encoder) {
  g_object_set(encoder, "temporal-scalability-number-layers", 2, "temporal-scalability-periodicity", 2,
               nullptr);
  set_list(encoder, "temporal-scalability-layer-id", {0, 1});
  set_list(encoder, "temporal-scalability-rate-decimator", {2, 1});
  set_list(encoder, "temporal-scalability-target-bitrate", {168000, 280000});
  const auto object = G_OBJECT(encoder);
  gst_util_set_object_arg(object, "temporal-scalability-layer-sync-flags", "<false, true>");
  gst_util_set_object_arg(object, "temporal-scalability-layer-flags",
                          "<no-ref-golden+no-ref-alt+no-upd-golden+no-upd-alt, "
                          "no-ref-golden+no-ref-alt+no-upd-last+no-upd-golden+no-upd-alt+no-upd-entropy>");
}

}  // namespace diemcau::program
