#include "media/program/clip.h"

#include <gst/pbutils/pbutils.h>
#include <gst/video/video.h>

namespace diemcau::program {
namespace {

constexpr GstClockTime look_limit = 5 * GST_SECOND;

struct Contents {
  bool picture = false, sound = false;
  std::chrono::milliseconds duration{};
};

/// What is in the file, by GStreamer's own discoverer. Throws NoFilm.
Contents look_into(const std::filesystem::path& file) {
  start_gstreamer();
  GError* error = nullptr;
  const std::unique_ptr<char, decltype(&g_free)> uri(gst_filename_to_uri(file.c_str(), nullptr), g_free);
  const std::unique_ptr<GstDiscoverer, decltype(&g_object_unref)> discoverer(
      gst_discoverer_new(look_limit, &error), g_object_unref);
  if (error != nullptr) {
    g_error_free(error);
    throw std::runtime_error("discoverer");
  }
  const std::unique_ptr<GstDiscovererInfo, decltype(&g_object_unref)> info(
      gst_discoverer_discover_uri(discoverer.get(), uri.get(), &error), g_object_unref);
  if (error != nullptr) {
    const std::string text = error->message;
    g_error_free(error);
    throw NoFilm(text);
  }
  Contents contents;
  contents.duration = std::chrono::milliseconds(gst_discoverer_info_get_duration(info.get()) / GST_MSECOND);
  GList* const pictures = gst_discoverer_info_get_video_streams(info.get());
  for (const auto* entry = pictures; entry != nullptr; entry = entry->next)
    if (gst_discoverer_video_info_is_image(static_cast<GstDiscovererVideoInfo*>(entry->data)) == 0)
      contents.picture = true;
  gst_discoverer_stream_info_list_free(pictures);
  GList* const sounds = gst_discoverer_info_get_audio_streams(info.get());
  contents.sound = sounds != nullptr;
  gst_discoverer_stream_info_list_free(sounds);
  if (!contents.picture) throw NoFilm("no moving picture in it");
  return contents;
}

// Facts behind the settings: deadline=1 is real time; a negative cpu-used is a fixed speed (a positive one
// adapts to measured time and was seen to run slower than real time); keyframes only on demand. Positions of
// RTP: 15-bit picture ids, payload small enough for SRTP, extensions and any VPN below 1,200 bytes.
constexpr auto encoder_text =
    "appsrc name=picture is-live=true format=time max-buffers=3 leaky-type=downstream ! "
    "compositor background=black force-live=true ignore-inactive-pads=true min-upstream-latency=60000000 "
    "max-threads=1 ! "
    "video/x-raw,format=I420,width=1280,height=720,framerate=25/1 ! queue ! "
    "vp8enc deadline=1 cpu-used=-12 threads=1 target-bitrate=1500000 end-usage=cbr keyframe-max-dist=9999 ! "
    "rtpvp8pay mtu=1150 picture-id-mode=2 timestamp-offset=0 ! appsink name=video sync=false async=false "
    "appsrc name=sound is-live=true format=time max-time=500000000 max-bytes=0 leaky-type=downstream ! "
    "audiomixer force-live=true ignore-inactive-pads=true min-upstream-latency=60000000 "
    "output-buffer-duration=20000000 ! "
    "audio/x-raw,format=S16LE,rate=48000,channels=2,layout=interleaved ! queue ! opusenc bitrate=64000 ! "
    "rtpopuspay timestamp-offset=0 ! appsink name=audio sync=false async=false";

std::string player_text(const Contents& contents) {
  std::string text =
      "filesrc name=file ! decodebin name=d d. ! queue ! videoconvert ! videoscale add-borders=true ! "
      "videorate ! "
      "video/x-raw,format=I420,width=1280,height=720,framerate=25/1,pixel-aspect-ratio=1/1 ! "
      "appsink name=picture sync=true max-buffers=2";
  if (contents.sound)
    text +=
        " d. ! queue ! audioconvert ! audioresample ! "
        "audio/x-raw,format=S16LE,rate=48000,channels=2,layout=interleaved ! "
        "appsink name=sound sync=true max-buffers=4";
  return text;
}

}  // namespace

Clip::Clip(const std::filesystem::path& file, media::ClipStart start, OnPacket on_packet, OnFault on_fault)
    : on_packet_(std::move(on_packet)) {
  const auto contents = look_into(file);
  duration_ = contents.duration;
  encoder_ = std::make_unique<Pipeline>(encoder_text, on_fault);
  player_ = std::make_unique<Pipeline>(player_text(contents), std::move(on_fault));
  player_->set("file", "location", file.string());

  picture_in_ = encoder_->get<GstAppSrc>("picture");
  sound_in_ = encoder_->get<GstAppSrc>("sound");
  video_packets_ = encoder_->get<GstAppSink>("video");
  picture_out_ = player_->get<GstAppSink>("picture");
  take_picture_ = [this](GstSample* sample) { forward(sample, picture_out_.get(), picture_in_.get()); };
  take_still_ = [this](GstSample* sample) { hold_still(sample); };
  take_sound_ = [this](GstSample* sample) { forward(sample, sound_out_.get(), sound_in_.get()); };
  take_video_packet_ = [this](GstSample* sample) { send(sample, stage::Kind::video); };
  take_audio_packet_ = [this](GstSample* sample) { send(sample, stage::Kind::audio); };
  take_samples(video_packets_.get(), &take_video_packet_);
  take_samples(encoder_->get<GstAppSink>("audio").get(), &take_audio_packet_);
  take_samples(picture_out_.get(), &take_picture_, &take_still_);
  if (contents.sound) {
    sound_out_ = player_->get<GstAppSink>("sound");
    take_samples(sound_out_.get(), &take_sound_);
  }
  encoder_->play();
  if (start == media::ClipStart::playing) {
    player_->play();
  } else {
    player_->pause();
  }
}

Clip::~Clip() {
  // The player pushes into the encoder: it ends first.
  player_.reset();
  encoder_.reset();
}

void Clip::pause() { player_->pause(); }
void Clip::resume() { player_->play(); }

void Clip::seek(std::chrono::milliseconds position) {
  // What has not prepared its first picture cannot seek.
  gst_element_get_state(player_->element(), nullptr, nullptr, GST_SECOND);
  const auto to = static_cast<gint64>(std::chrono::nanoseconds(position).count());
  gst_element_seek_simple(player_->element(), GST_FORMAT_TIME,
                          static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE), to);
}

void Clip::request_keyframe() {
  const Ref<GstPad> pad(gst_element_get_static_pad(GST_ELEMENT(video_packets_.get()), "sink"));
  gst_pad_push_event(pad.get(), gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
}

void Clip::forward(GstSample* sample, GstAppSink* from, GstAppSrc* to) {
  const auto time = running_time(sample);
  if (time < 0) return;
  // The player's base time moves with every pause: it is read now. Both run on the system clock.
  const auto at = time + static_cast<gint64>(gst_element_get_base_time(GST_ELEMENT(from))) -
                  static_cast<gint64>(encoder_->base_time());
  push_at(to, sample, static_cast<GstClockTime>(std::max<gint64>(at, 0)));
}

void Clip::hold_still(GstSample* sample) { push_at(picture_in_.get(), sample, encoder_->now()); }

void Clip::send(GstSample* sample, stage::Kind kind) { on_packet_(kind, bytes_of(sample)); }

}  // namespace diemcau::program

namespace diemcau::media {

std::optional<std::chrono::milliseconds> film_length(const std::filesystem::path& file) {
  try {
    return program::look_into(file).duration;
  } catch (const program::NoFilm&) {
    return std::nullopt;
  }
}

}  // namespace diemcau::media
