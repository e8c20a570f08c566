// GStreamer's webrtcbin as a peer that shares no code with ours: publishes a colour (in VP8 or H264, and
// nothing else) and a tone, or watches.
//   webrtcbin_peer publish CODEC RRGGBB HERTZ
//   webrtcbin_peer watch HERTZ
// Writes its offer to standard output, reads the answer from standard input (both end with a line "."), and
// then says what happens, a line each: "state NAME" of the connection, "picture R G B" of the middle of the
// newest picture, "tone DB" of that pitch in the newest 100 ms. Ends with its standard input.
#include <array>
#include <cmath>
#include <functional>
#include <iostream>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include <gst/app/app.h>
#include <gst/gst.h>
#include <gst/sdp/sdp.h>
#include <gst/webrtc/webrtc.h>
#include <poll.h>
#include <unistd.h>

namespace {

struct Unref {
  void operator()(GstElement* element) const { gst_object_unref(element); }
  void operator()(GstSample* sample) const { gst_sample_unref(sample); }
  void operator()(GstPromise* promise) const { gst_promise_unref(promise); }
  void operator()(GstWebRTCSessionDescription* text) const { gst_webrtc_session_description_free(text); }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;

void say(const std::string& line) { std::cout << line << std::endl; }

Owned<GstElement> launch(const std::string& text) {
  GError* error = nullptr;
  Owned<GstElement> pipeline(gst_parse_launch(text.c_str(), &error));
  if (error != nullptr) throw std::runtime_error(error->message);
  return pipeline;
}

/// Asks webrtcbin for something and waits for its reply, which lives as long as the promise.
Owned<GstPromise> ask(GstElement* webrtc, const char* signal, void* argument) {
  Owned<GstPromise> promise(gst_promise_new());
  g_signal_emit_by_name(webrtc, signal, argument, promise.get());
  if (gst_promise_wait(promise.get()) != GST_PROMISE_RESULT_REPLIED) throw std::runtime_error(signal);
  const auto* reply = gst_promise_get_reply(promise.get());
  if (reply != nullptr && gst_structure_has_field(reply, "error")) {
    gchar* why = gst_structure_to_string(reply);
    const std::string text(why);
    g_free(why);
    throw std::runtime_error(text);
  }
  return promise;
}

void make_offer(GstElement* webrtc) {
  const auto promise = ask(webrtc, "create-offer", nullptr);
  GstWebRTCSessionDescription* made = nullptr;
  gst_structure_get(gst_promise_get_reply(promise.get()), "offer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &made,
                    nullptr);
  if (made == nullptr) throw std::runtime_error("no offer");
  const Owned<GstWebRTCSessionDescription> offer(made);
  ask(webrtc, "set-local-description", offer.get());
  gchar* text = gst_sdp_message_as_text(offer->sdp);
  std::cout << text << "." << std::endl;
  g_free(text);
}

void take_answer(GstElement* webrtc) {
  std::string text;
  for (std::string line; std::getline(std::cin, line) && line != ".";) text += line + "\n";
  GstSDPMessage* message = nullptr;
  if (gst_sdp_message_new_from_text(text.c_str(), &message) != GST_SDP_OK)
    throw std::runtime_error("GStreamer cannot read the answer");
  const Owned<GstWebRTCSessionDescription> answer(
      gst_webrtc_session_description_new(GST_WEBRTC_SDP_TYPE_ANSWER, message));
  ask(webrtc, "set-remote-description", answer.get());
}

/// The streams that arrive; pads come on GStreamer's threads.
class Arrivals {
 public:
  explicit Arrivals(double pitch) : pitch_(pitch) {}

  static void pad_added(GstElement* webrtc, GstPad* pad, Arrivals* self) {
    if (GST_PAD_DIRECTION(pad) != GST_PAD_SRC) return;
    GstCaps* caps = gst_pad_get_current_caps(pad);
    const bool video =
        std::string(gst_structure_get_string(gst_caps_get_structure(caps, 0), "media")) == "video";
    gst_caps_unref(caps);
    const char* decoder =
        video ? "rtpvp8depay ! vp8dec ! videoconvert ! video/x-raw,format=RGB ! appsink name=out sync=false "
                "async=false max-buffers=1 drop=true"
              : "rtpopusdepay ! opusdec ! audioconvert ! audio/x-raw,format=S16LE,channels=1,rate=48000 ! "
                "appsink name=out sync=false async=false max-buffers=50 drop=true";
    GstElement* bin = gst_parse_bin_from_description(decoder, TRUE, nullptr);
    GstElement* parent = GST_ELEMENT(gst_element_get_parent(webrtc));
    gst_bin_add(GST_BIN(parent), bin);
    gst_object_unref(parent);
    gst_element_sync_state_with_parent(bin);
    GstPad* sink = gst_element_get_static_pad(bin, "sink");
    gst_pad_link(pad, sink);
    gst_object_unref(sink);
    Owned<GstElement> out(gst_bin_get_by_name(GST_BIN(bin), "out"));
    const std::lock_guard lock(self->mutex_);
    (video ? self->pictures_ : self->sounds_).push_back(std::move(out));
  }

  void report() {
    const std::lock_guard lock(mutex_);
    for (const auto& sink : pictures_)
      while (const auto sample = pull(sink)) tell_picture(sample.get());
    for (const auto& sink : sounds_)
      while (const auto sample = pull(sink)) hear(sample.get());
  }

 private:
  static Owned<GstSample> pull(const Owned<GstElement>& sink) {
    return Owned<GstSample>(gst_app_sink_try_pull_sample(GST_APP_SINK(sink.get()), 0));
  }
  static void with_bytes(GstSample* sample, const std::function<void(const GstMapInfo&)>& use) {
    GstMapInfo map;
    GstBuffer* buffer = gst_sample_get_buffer(sample);
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return;
    use(map);
    gst_buffer_unmap(buffer, &map);
  }
  static void tell_picture(GstSample* sample) {
    int width = 0;
    int height = 0;
    const auto* about = gst_caps_get_structure(gst_sample_get_caps(sample), 0);
    gst_structure_get_int(about, "width", &width);
    gst_structure_get_int(about, "height", &height);
    const auto row = (static_cast<std::size_t>(width) * 3 + 3) / 4 * 4;  // GStreamer's stride of RGB
    const auto at = static_cast<std::size_t>(height) / 2 * row + static_cast<std::size_t>(width) / 2 * 3;
    with_bytes(sample, [&](const GstMapInfo& map) {
      if (at + 2 < map.size)
        say("picture " + std::to_string(map.data[at]) + " " + std::to_string(map.data[at + 1]) + " " +
            std::to_string(map.data[at + 2]));
    });
  }
  /// Goertzel over 100 ms.
  void hear(GstSample* sample) {
    with_bytes(sample, [&](const GstMapInfo& map) {
      const auto* samples = reinterpret_cast<const std::int16_t*>(map.data);
      heard_.insert(heard_.end(), samples, samples + map.size / sizeof *samples);
    });
    constexpr std::size_t window = 4800;
    if (heard_.size() < window) return;
    const double step = 2 * std::cos(2 * M_PI * pitch_ / 48000);
    double last = 0;
    double before = 0;
    for (std::size_t i = 0; i < window; ++i) {
      const double next = heard_[i] / 32768.0 + step * last - before;
      before = last;
      last = next;
    }
    const double power = (last * last + before * before - step * last * before) / (window * window / 4.0);
    say("tone " + std::to_string(static_cast<int>(10 * std::log10(std::max(power, 1e-12)))));
    heard_.clear();
  }

  double pitch_;
  std::mutex mutex_;
  std::vector<Owned<GstElement>> pictures_, sounds_;
  std::vector<std::int16_t> heard_;
};

void set_sending(GstElement* webrtc) {
  GArray* all = nullptr;
  g_signal_emit_by_name(webrtc, "get-transceivers", &all);
  for (guint i = 0; i < all->len; ++i)
    g_object_set(g_array_index(all, GstWebRTCRTPTransceiver*, i), "direction",
                 GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDONLY, nullptr);
  g_array_unref(all);
}

void add_receiving(GstElement* webrtc, const char* text) {
  GstCaps* caps = gst_caps_from_string(text);
  GstWebRTCRTPTransceiver* made = nullptr;
  g_signal_emit_by_name(webrtc, "add-transceiver", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY, caps,
                        &made);
  gst_object_unref(made);
  gst_caps_unref(caps);
}

std::string encoder(const std::string& codec) {
  if (codec == "VP8")
    return "vp8enc deadline=1 target-bitrate=500000 keyframe-max-dist=600 ! rtpvp8pay ! "
           "application/x-rtp,media=video,encoding-name=VP8,payload=96";
  if (codec == "H264")
    return "x264enc tune=zerolatency speed-preset=ultrafast bitrate=500 key-int-max=600 ! "
           "video/x-h264,profile=constrained-baseline ! rtph264pay config-interval=-1 "
           "aggregate-mode=zero-latency ! application/x-rtp,media=video,encoding-name=H264,payload=96,"
           "packetization-mode=(string)1";
  throw std::runtime_error("neither VP8 nor H264: " + codec);
}

/// Until standard input ends or the pipeline fails.
void report(GstElement* pipeline, GstElement* webrtc, Arrivals& arrivals) {
  GstBus* bus = gst_element_get_bus(pipeline);
  int told = -1;
  for (pollfd input{STDIN_FILENO, POLLIN, 0}; poll(&input, 1, 20) == 0;) {
    GstWebRTCPeerConnectionState state{};
    g_object_get(webrtc, "connection-state", &state, nullptr);
    if (static_cast<int>(state) != told) {
      constexpr std::array names{"new", "connecting", "connected", "disconnected", "failed", "closed"};
      told = static_cast<int>(state);
      say(std::string("state ") + names.at(static_cast<std::size_t>(told)));
    }
    arrivals.report();
    if (GstMessage* message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR)) {
      GError* error = nullptr;
      gst_message_parse_error(message, &error, nullptr);
      throw std::runtime_error(error->message);
    }
  }
  gst_object_unref(bus);
}

void run(const std::vector<std::string>& words) {
  const bool publishes = words.size() == 4 && words[0] == "publish";
  if (!publishes && !(words.size() == 2 && words[0] == "watch"))
    throw std::runtime_error("webrtcbin_peer publish CODEC RRGGBB HERTZ | watch HERTZ");
  // No ball, no noise: one colour, so that any pixel tells.
  const auto pipeline =
      publishes
          ? launch(
                "webrtcbin name=w bundle-policy=max-bundle videotestsrc is-live=true pattern=solid-color "
                "foreground-color=0xff" +
                words[2] + " ! video/x-raw,width=640,height=360,framerate=15/1 ! videoconvert ! " +
                encoder(words[1]) + " ! w. audiotestsrc is-live=true volume=0.3 freq=" + words[3] +
                " ! audioconvert ! audioresample ! opusenc ! rtpopuspay ! "
                "application/x-rtp,media=audio,encoding-name=OPUS,payload=97,clock-rate=48000 ! w. ")
          : launch("pipeline. ( webrtcbin name=w bundle-policy=max-bundle )");
  const Owned<GstElement> webrtc(gst_bin_get_by_name(GST_BIN(pipeline.get()), "w"));
  Arrivals arrivals(std::stod(words.back()));
  g_signal_connect(webrtc.get(), "pad-added", G_CALLBACK(Arrivals::pad_added), &arrivals);
  if (publishes) {
    set_sending(webrtc.get());
  } else {
    add_receiving(webrtc.get(),
                  "application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000,payload=96");
    add_receiving(webrtc.get(),
                  "application/x-rtp,media=audio,encoding-name=OPUS,clock-rate=48000,payload=97,"
                  "encoding-params=(string)2");
  }
  // Paused is reached when the payloaders know their caps: an offer before that lacks SSRCs.
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  gst_element_get_state(pipeline.get(), nullptr, nullptr, 10 * GST_SECOND);
  make_offer(webrtc.get());
  take_answer(webrtc.get());
  report(pipeline.get(), webrtc.get(), arrivals);
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
}

}  // namespace

int main(int count, char** arguments) {
  gst_init(&count, &arguments);
  try {
    run({arguments + 1, arguments + count});
    return 0;
  } catch (const std::exception& e) {
    std::cerr << e.what() << std::endl;
    return 1;
  }
}
