#include "media/program/graph.h"

#include <initializer_list>

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
