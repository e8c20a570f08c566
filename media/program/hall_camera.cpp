#include "media/program/hall_camera.h"

#include <algorithm>
#include <memory>
#include <string>

#include <gst/rtp/rtp.h>
#include <gst/rtsp/gstrtspurl.h>
#include <gst/video/video.h>

namespace diemcau::program {
namespace {

// Over TCP: what a hall's router lets through, and no packet gets lost on the way to us.
constexpr auto stream_text = "pipeline.( rtspsrc name=source protocols=tcp latency=100 tcp-timeout=5000000 )";
// A sound card has a clock of its own; the pipeline's, which stamps both, is the system's (pipeline.h).
constexpr auto picture_text = "v4l2src name=picture ";
constexpr auto sound_source_text = "alsasrc name=sound ";

std::string source_text(const media::CameraAddress& address) {
  if (address.device.empty()) return stream_text;
  return std::string("pipeline.( ") + picture_text + (address.sound.empty() ? "" : sound_source_text) + ")";
}

// The parameter sets go before every keyframe: who joins later has them.
constexpr auto h264_text =
    "queue name=in ! rtph264depay ! h264parse config-interval=-1 ! "
    "video/x-h264,stream-format=byte-stream,alignment=au ! "
    "rtph264pay mtu=1150 aggregate-mode=zero-latency pt=102 ! appsink name=out sync=false async=false";
// The settings of a clip's encoder (clip.cpp).
constexpr auto other_picture_text =
    "queue name=in ! decodebin ! videoconvert ! videoscale add-borders=true ! videorate ! "
    "video/x-raw,format=I420,width=1280,height=720,framerate=25/1,pixel-aspect-ratio=1/1 ! "
    "vp8enc deadline=1 cpu-used=-12 threads=1 target-bitrate=1500000 end-usage=cbr keyframe-max-dist=250 ! "
    "rtpvp8pay mtu=1150 picture-id-mode=2 pt=96 ! appsink name=out sync=false async=false";
constexpr auto sound_text =
    "queue name=in ! decodebin ! audioconvert ! audioresample ! "
    "audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved ! level audio-level-meta=true ! "
    "opusenc bitrate=32000 audio-type=voice inband-fec=true packet-loss-percentage=10 ! "
    "rtpopuspay name=pay pt=111 ! appsink name=out sync=false async=false";

std::string field(const GstStructure* structure, const char* name) {
  const char* const text = gst_structure_get_string(structure, name);
  return text == nullptr ? "" : text;
}

/// RFC 6464: the level of each packet, by which the server chooses whom one hears.
void add_levels(GstElement* pay) {
  auto* const extension =
      gst_rtp_header_extension_create_from_uri("urn:ietf:params:rtp-hdrext:ssrc-audio-level");
  if (extension == nullptr) return;
  gst_rtp_header_extension_set_id(extension, HallCamera::level_extension);
  g_signal_emit_by_name(pay, "add-extension", extension);
  gst_object_unref(extension);
}

}  // namespace

HallCamera::HallCamera(const media::CameraAddress& address, std::function<void(Packet)> on_packet,
                       std::function<void(Fault)> on_fault)
    : on_packet_(std::move(on_packet)),
      take_h264_([this](GstSample* sample) {
        on_packet_({rtp::Codec::h264, bytes_of(sample)});
      }),
      take_vp8_([this](GstSample* sample) {
        on_packet_({rtp::Codec::vp8, bytes_of(sample)});
      }),
      take_opus_([this](GstSample* sample) {
        on_packet_({rtp::Codec::opus, bytes_of(sample)});
      }),
      pipeline_(source_text(address), std::move(on_fault)) {
  if (address.device.empty()) {
    open_stream(address);
  } else {
    open_device(address);
  }
  pipeline_.play();
}

void HallCamera::open_stream(const media::CameraAddress& address) {
  pipeline_.set("source", "location", address.url);
  if (!address.user.empty()) {
    pipeline_.set("source", "user-id", address.user);
    pipeline_.set("source", "user-pw", address.password);
  }
  // A camera's certificate is its own, and nothing that we trust depends on it.
  g_object_set(pipeline_.get("source").get(), "tls-validation-flags", 0, nullptr);
  g_signal_connect(pipeline_.get("source").get(), "pad-added", G_CALLBACK(on_pad), this);
}

void HallCamera::open_device(const media::CameraAddress& address) {
  const auto take = [this](const char* source, const char* text, const TakeSample& give) {
    const Ref<GstPad> pad(gst_element_get_static_pad(pipeline_.get(source).get(), "src"));
    add_branch(pad.get(), text, give);
  };
  pipeline_.set("picture", "device", address.device);
  take("picture", other_picture_text, take_vp8_);
  if (address.sound.empty()) return;
  pipeline_.set("sound", "device", address.sound);
  take("sound", sound_text, take_opus_);
}

void HallCamera::on_pad(GstElement*, GstPad* pad, gpointer camera) {
  static_cast<HallCamera*>(camera)->take_in(pad);
}

void HallCamera::take_in(GstPad* pad) {
  const CapsRef caps(gst_pad_get_current_caps(pad));
  if (!caps) return;
  const auto* const form = gst_caps_get_structure(caps.get(), 0);
  const auto kind = field(form, "media");
  if (kind == "video" && !has_picture_.exchange(true)) {
    const bool as_it_is = field(form, "encoding-name") == "H264";
    add_branch(pad, as_it_is ? h264_text : other_picture_text, as_it_is ? take_h264_ : take_vp8_);
  } else if (kind == "audio" && !has_sound_.exchange(true)) {
    add_branch(pad, sound_text, take_opus_);
  } else {
    add_branch(pad, "queue name=in ! fakesink name=out sync=false async=false", {});
  }
}

void HallCamera::add_branch(GstPad* pad, const std::string& text, const TakeSample& take) {
  GError* error = nullptr;
  GstElement* const branch = gst_parse_bin_from_description(text.c_str(), FALSE, &error);
  if (error != nullptr) {  // a plugin is missing
    const std::string why = error->message;
    g_error_free(error);
    GST_ELEMENT_ERROR(pipeline_.element(), CORE, MISSING_PLUGIN, ("%s", why.c_str()), (nullptr));
    return;
  }
  const Ref<GstElement> out(gst_bin_get_by_name(GST_BIN(branch), "out"));
  if (take) take_samples(reinterpret_cast<GstAppSink*>(out.get()), &take);
  if (const Ref<GstElement> pay(gst_bin_get_by_name(GST_BIN(branch), "pay")); pay) add_levels(pay.get());
  // By hand: GStreamer would take the first pad that is not linked yet, and that of a decoder's follower is
  // none.
  const Ref<GstElement> in(gst_bin_get_by_name(GST_BIN(branch), "in"));
  const Ref<GstPad> first(gst_element_get_static_pad(in.get(), "sink"));
  GstPad* const sink = gst_ghost_pad_new("sink", first.get());
  gst_element_add_pad(branch, sink);
  gst_bin_add(GST_BIN(pipeline_.element()), branch);
  gst_element_sync_state_with_parent(branch);
  gst_pad_link(pad, sink);
}

void HallCamera::request_keyframe() {
  gst_element_send_event(pipeline_.element(),
                         gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
}

}  // namespace diemcau::program

namespace diemcau::media {
namespace {

constexpr std::size_t longest = 500;
constexpr std::string_view capture = "capture:";

bool consists_of(std::string_view text, std::string_view signs) {
  return std::all_of(text.begin(), text.end(), [signs](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           signs.find(c) != std::string_view::npos;
  });
}

std::optional<CameraAddress> read_device(const std::string& text) {
  constexpr std::string_view numbered = "/dev/video", named = "/dev/v4l/by-id/", with_sound = "?sound=";
  CameraAddress address;
  const auto question = text.find('?');
  address.device = text.substr(capture.size(), question - capture.size());
  const bool by_number = address.device.starts_with(numbered) && address.device.size() > numbered.size() &&
                         address.device.find_first_not_of("0123456789", numbered.size()) == std::string::npos;
  const bool by_name = address.device.starts_with(named) && address.device.size() > named.size() &&
                       consists_of(std::string_view(address.device).substr(named.size()), "_-.:+");
  if (text.size() > longest || (!by_number && !by_name)) return std::nullopt;
  if (question != std::string::npos) {
    if (text.compare(question, with_sound.size(), with_sound) != 0) return std::nullopt;
    address.sound = text.substr(question + with_sound.size());
    if (address.sound.empty() || !consists_of(address.sound, "_-.:,=")) return std::nullopt;
  }
  address.place = std::string(capture) + address.device;
  return address;
}

}  // namespace

std::optional<CameraAddress> read_camera_address(const std::string& text) {
  if (text.starts_with(capture)) return read_device(text);
  const bool known = text.starts_with("rtsp://") || text.starts_with("rtsps://");
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (!known || !plain || text.size() > longest) return std::nullopt;
  GstRTSPUrl* parsed = nullptr;
  if (gst_rtsp_url_parse(text.c_str(), &parsed) != GST_RTSP_OK) return std::nullopt;
  const std::unique_ptr<GstRTSPUrl, decltype(&gst_rtsp_url_free)> url(parsed, gst_rtsp_url_free);
  if (url->host == nullptr || *url->host == '\0') return std::nullopt;
  guint16 port = 0;
  gst_rtsp_url_get_port(url.get(), &port);
  // It takes what is left of a number that is too large.
  const std::string port_text = ":" + std::to_string(port);
  const bool port_said = url->port != 0;
  if (port == 0 || (port_said && text.find(port_text) == std::string::npos)) return std::nullopt;
  const auto text_of = [](const char* of) { return std::string(of == nullptr ? "" : of); };
  const bool v6 = url->family == GST_RTSP_FAM_INET6;
  CameraAddress address;
  address.place = text.substr(0, text.find("://") + 3) + (v6 ? "[" : "") + url->host + (v6 ? "]" : "") + ":" +
                  std::to_string(port);
  address.url = address.place + (url->abspath == nullptr || *url->abspath == '\0' ? "/" : url->abspath);
  if (url->query != nullptr) address.url += std::string("?") + url->query;
  address.user = text_of(url->user);
  address.password = text_of(url->passwd);
  return address;
}

}  // namespace diemcau::media
