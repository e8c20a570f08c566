#include "media/program/tap.h"

#include <gst/video/video.h>

#include "media/program/codecs.h"

namespace diemcau::program {
namespace {

// No drop-on-latency: with frames 40 ms apart it threw away the keyframe whenever the timer was a moment
// late. A packet that is later than `latency` is a new beginning for it, whose times jump: 160 ms are more
// than a line jitters. What is only kept has time to wait for repairs from far away.
std::string buffer(const char* name, const std::string& caps, Tap::Form form) {
  return std::string("appsrc name=") + name +
         " is-live=true format=time max-buffers=600 leaky-type=downstream caps=\"application/x-rtp," + caps +
         "\" ! rtpjitterbuffer latency=" + (form == Tap::Form::raw ? "160" : "400") + " ! ";
}

constexpr auto vp8_pictures = "rtpvp8depay wait-for-keyframe=true request-keyframe=true";
constexpr auto h264_pictures = "rtph264depay wait-for-keyframe=true request-keyframe=true ! h264parse";
constexpr auto opus_decoder =
    " ! opusdec plc=true ! audioconvert ! audioresample ! "
    "audio/x-raw,format=S16LE,rate=48000,channels=2,layout=interleaved";

std::string text(stage::Codec picture, Tap::Form form) {
  const bool h264 = picture == stage::Codec::h264;
  const bool raw = form == Tap::Form::raw;
  auto all = buffer(
      "video",
      std::string("media=video,encoding-name=") + rtp::name_of(picture) + ",clock-rate=90000,payload=96",
      form);
  all += h264 ? h264_pictures : vp8_pictures;
  if (raw) all += " ! " + (h264 ? codecs().h264_decoder : codecs().vp8_decoder).text;
  if (!raw && h264) all += " ! video/x-h264,stream-format=avc,alignment=au";
  all += " ! appsink name=picture sync=false async=false max-buffers=4 drop=true ";
  all +=
      buffer("audio", "media=audio,encoding-name=OPUS,clock-rate=48000,payload=111", form) + "rtpopusdepay";
  if (raw) all += opus_decoder;
  return all + " ! appsink name=sound sync=false async=false max-buffers=50 drop=true";
}

constexpr std::byte video_type{96};
constexpr std::byte audio_type{111};

// What is further from now than this would hold up or starve the mixers. What is only kept may be late. After
// a line has stood still all it kept comes at once, with times that lie ahead: words are worth the wait,
// pictures are not.
constexpr gint64 earliest = -static_cast<gint64>(GST_SECOND);
constexpr gint64 latest_picture = 300 * static_cast<gint64>(GST_MSECOND);
constexpr gint64 latest_sound = static_cast<gint64>(GST_SECOND);

std::int64_t milliseconds_now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

GstPadProbeReturn hear_wish(GstPad*, GstPadProbeInfo* info, gpointer wants_keyframe) {
  if (gst_video_event_is_force_key_unit(gst_pad_probe_info_get_event(info)) != 0)
    (*static_cast<const std::function<void()>*>(wants_keyframe))();
  return GST_PAD_PROBE_OK;
}

}  // namespace

Tap::Tap(GstClockTime base_time, stage::Codec picture, Form form, OnSample on_sample,
         std::function<void()> wants_keyframe)
    : picture_codec_(picture),
      form_(form),
      on_sample_(std::move(on_sample)),
      wants_keyframe_(std::move(wants_keyframe)),
      take_picture_([this](GstSample* sample) { pass(stage::Kind::video, sample); }),
      take_sound_([this](GstSample* sample) { pass(stage::Kind::audio, sample); }),
      // A broken bitstream is dropped by the elements; if one of them gives up all the same, this source
      // stays dark.
      pipeline_(text(picture, form), [](const Fault&) {}),
      video_(pipeline_.get<GstAppSrc>("video")),
      audio_(pipeline_.get<GstAppSrc>("audio")) {
  pipeline_.use_base_time(base_time);
  take_samples(pipeline_.get<GstAppSink>("picture").get(), &take_picture_);
  take_samples(pipeline_.get<GstAppSink>("sound").get(), &take_sound_);
  const Ref<GstPad> entrance(gst_element_get_static_pad(GST_ELEMENT(video_.get()), "src"));
  gst_pad_add_probe(entrance.get(), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, hear_wish, &wants_keyframe_, nullptr);
  pipeline_.play();
}

Tap::~Tap() = default;

bool Tap::push(stage::Codec codec, std::span<const std::byte> rtp, GstClockTime arrived) {
  if (rtp.size() < 12) return true;
  const auto kind = stage::kind_of(codec);
  if (kind == stage::Kind::video && codec != picture_codec_) return false;
  std::uint32_t ssrc = 0;
  for (std::size_t i = 8; i < 12; ++i) ssrc = ssrc << 8 | std::to_integer<std::uint32_t>(rtp[i]);
  auto& known = ssrcs_.at(kind == stage::Kind::video ? 0 : 1);
  if (known.value_or(ssrc) != ssrc) return false;
  known = ssrc;
  GstBuffer* const buffer = gst_buffer_new_memdup(rtp.data(), rtp.size());
  // Payload types differ between browsers; the caps above know one.
  const auto type = (rtp[1] & std::byte{0x80}) | (kind == stage::Kind::video ? video_type : audio_type);
  gst_buffer_fill(buffer, 1, &type, 1);
  const auto base = pipeline_.base_time();
  GST_BUFFER_PTS(buffer) = GST_BUFFER_DTS(buffer) = arrived > base ? arrived - base : 0;
  gst_app_src_push_buffer(kind == stage::Kind::video ? video_.get() : audio_.get(), buffer);
  return true;
}

std::chrono::milliseconds Tap::picture_age() const {
  const auto last = last_picture_ms_.load();
  return last < 0 ? std::chrono::hours(1) : std::chrono::milliseconds(milliseconds_now() - last);
}

void Tap::pass(stage::Kind kind, GstSample* sample) {
  const auto at = running_time(sample);
  const auto ahead = at - static_cast<gint64>(pipeline_.now());
  if (at < 0 || (form_ == Form::raw && ahead < earliest) ||
      ahead > (kind == stage::Kind::video ? latest_picture : latest_sound))
    return;
  if (kind == stage::Kind::video) last_picture_ms_ = milliseconds_now();
  on_sample_(kind, sample, static_cast<GstClockTime>(at));
}

}  // namespace diemcau::program
