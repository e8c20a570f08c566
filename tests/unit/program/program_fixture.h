#pragma once
#include <array>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <mutex>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include <gst/pbutils/pbutils.h>
#include <gtest/gtest.h>

#include "media/program/layout.h"
#include "media/program/pipeline.h"
#include "media/program/programs.h"
#include "media/program/snapshots.h"
#include "media/rtp/packet.h"
#include "media/rtp/vp8.h"
#include "tests/unit/media/bytes.h"

/// What the tests of the program need: films, cameras that send in real time, and a look at what was
/// recorded.
namespace diemcau::program {

using namespace std::chrono_literals;
using media::Event;

constexpr StageId stage_id{3};

/// Runs a pipeline to its end.
inline void run(const std::string& text, const std::filesystem::path& file) {
  std::promise<Fault> over;
  std::atomic<bool> told{false};
  Pipeline pipeline(text, [&](const Fault& fault) {
    if (!told.exchange(true)) over.set_value(fault);
  });
  pipeline.set("file", "location", file.string());
  pipeline.play();
  auto result = over.get_future();
  if (result.wait_for(30s) != std::future_status::ready) throw std::runtime_error("no end");
  if (const auto fault = result.get(); !fault.end_of_stream) throw std::runtime_error(fault.text);
}

/// Two seconds of colour bars and a tone.
inline void make_film(const std::filesystem::path& file) {
  run("videotestsrc num-buffers=50 ! video/x-raw,width=320,height=180,framerate=25/1 ! x264enc "
      "tune=zerolatency ! "
      "h264parse ! mp4mux name=m ! filesink name=file audiotestsrc num-buffers=100 samplesperbuffer=960 ! "
      "audio/x-raw,rate=48000,channels=2 ! audioconvert ! avenc_aac ! aacparse ! m.",
      file);
}

/// Four seconds as the recorder writes them: a fragment of picture, then one of sound, each second.
inline void make_recording(const std::filesystem::path& file) {
  run("videotestsrc num-buffers=100 ! video/x-raw,width=320,height=180,framerate=25/1 ! x264enc "
      "tune=zerolatency key-int-max=50 ! h264parse config-interval=-1 ! "
      "mp4mux name=m fragment-duration=1000 streamable=true ! filesink name=file "
      "audiotestsrc num-buffers=200 samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=2 ! audioconvert "
      "! "
      "avenc_aac ! aacparse ! m.",
      file);
}

/// One top-level box of an MP4 (ISO/IEC 14496-12, 4.2).
struct Box {
  std::uintmax_t offset{}, size{};
  std::string type;
};

inline std::vector<Box> boxes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::vector<Box> boxes;
  for (std::uintmax_t at = 0;; at += boxes.back().size) {
    std::array<unsigned char, 8> head{};
    in.seekg(static_cast<std::streamoff>(at));
    if (!in.read(reinterpret_cast<char*>(head.data()), head.size())) return boxes;
    boxes.push_back({at, std::uintmax_t{head[0]} << 24 | head[1] << 16 | head[2] << 8 | head[3],
                     std::string(head.begin() + 4, head.end())});
  }
}

struct Contents {
  std::chrono::milliseconds duration{};
  std::string video, audio;
};

inline Contents look_into(const std::filesystem::path& file) {
  start_gstreamer();
  const std::unique_ptr<char, decltype(&g_free)> uri(gst_filename_to_uri(file.c_str(), nullptr), g_free);
  const Ref<GstDiscoverer> discoverer(gst_discoverer_new(10 * GST_SECOND, nullptr));
  GError* error = nullptr;
  const std::unique_ptr<GstDiscovererInfo, UnrefObject> info(
      gst_discoverer_discover_uri(discoverer.get(), uri.get(), &error));
  if (error != nullptr) {
    const std::string text = error->message;
    g_error_free(error);
    throw std::runtime_error(text);
  }
  Contents contents;
  contents.duration = std::chrono::milliseconds(gst_discoverer_info_get_duration(info.get()) / GST_MSECOND);
  GList* const streams = gst_discoverer_info_get_stream_list(info.get());
  for (const auto* entry = streams; entry != nullptr; entry = entry->next) {
    auto* const stream = static_cast<GstDiscovererStreamInfo*>(entry->data);
    const std::unique_ptr<GstCaps, decltype(&gst_caps_unref)> caps(
        gst_discoverer_stream_info_get_caps(stream), gst_caps_unref);
    const std::string name = gst_structure_get_name(gst_caps_get_structure(caps.get(), 0));
    (GST_IS_DISCOVERER_VIDEO_INFO(stream) != 0 ? contents.video : contents.audio) = name;
  }
  gst_discoverer_stream_info_list_free(streams);
  return contents;
}

/// A grey picture of a film.
struct Grey {
  int width = 0, height = 0;
  std::vector<std::uint8_t> pixels;
  /// Mean lightness, 16 (black) to 235.
  int mean() const { return mean({0, 0, width, height}); }
  int mean(const Rectangle& of) const {
    std::size_t sum = 0;
    for (int y = of.y; y < of.y + of.height; ++y)
      for (int x = of.x; x < of.x + of.width; ++x) sum += at(x, y);
    return static_cast<int>(sum / static_cast<std::size_t>(of.width * of.height));
  }
  /// Share of pixels as bright as letters, in percent.
  int letters(const Rectangle& of) const {
    int bright = 0;
    for (int y = of.y; y < of.y + of.height; ++y)
      for (int x = of.x; x < of.x + of.width; ++x) bright += at(x, y) > 180 ? 1 : 0;
    return bright * 100 / (of.width * of.height);
  }

 private:
  std::uint8_t at(int x, int y) const {
    return pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                  static_cast<std::size_t>(x)];
  }
};

/// Every picture of a film that is finished.
inline void look_at(const std::filesystem::path& file, const std::function<void(Grey)>& look) {
  const TakeSample take = [&](GstSample* sample) {
    Grey picture;
    const auto* const caps = gst_caps_get_structure(gst_sample_get_caps(sample), 0);
    gst_structure_get_int(caps, "width", &picture.width);
    gst_structure_get_int(caps, "height", &picture.height);
    GstMapInfo map;
    GstBuffer* const buffer = gst_sample_get_buffer(sample);
    if (gst_buffer_map(buffer, &map, GST_MAP_READ) == 0) return;
    picture.pixels.assign(map.data, map.data + map.size);
    gst_buffer_unmap(buffer, &map);
    look(std::move(picture));
  };
  std::promise<Fault> over;
  Pipeline pipeline(
      "filesrc name=file ! qtdemux ! h264parse ! avdec_h264 ! videoconvert ! video/x-raw,format=GRAY8 ! "
      "appsink name=picture sync=false",
      [&](const Fault& fault) { over.set_value(fault); });
  pipeline.set("file", "location", file.string());
  take_samples(pipeline.get<GstAppSink>("picture").get(), &take);
  pipeline.play();
  if (over.get_future().wait_for(30s) != std::future_status::ready) throw std::runtime_error("no end");
}

/// The longest time from one picture of a finished film to the next.
inline std::chrono::milliseconds longest_gap(const std::filesystem::path& file) {
  GstClockTime before = GST_CLOCK_TIME_NONE;
  GstClockTime longest = 0;
  const TakeSample take = [&](GstSample* sample) {
    const auto at = GST_BUFFER_PTS(gst_sample_get_buffer(sample));
    if (GST_CLOCK_TIME_IS_VALID(before) && at > before) longest = std::max(longest, at - before);
    before = at;
  };
  std::promise<Fault> over;
  Pipeline pipeline("filesrc name=file ! qtdemux ! h264parse ! avdec_h264 ! appsink name=picture sync=false",
                    [&](const Fault& fault) { over.set_value(fault); });
  pipeline.set("file", "location", file.string());
  take_samples(pipeline.get<GstAppSink>("picture").get(), &take);
  pipeline.play();
  if (over.get_future().wait_for(30s) != std::future_status::ready) throw std::runtime_error("no end");
  return std::chrono::milliseconds(longest / GST_MSECOND);
}

inline Grey last_picture(const std::filesystem::path& file) {
  Grey last;
  look_at(file, [&](Grey picture) { last = std::move(picture); });
  return last;
}

/// Of a film's sound: its loudest sample, the peak of most of its moments (of 20 ms; a tone that begins or
/// stutters clicks), and how much stands at full scale (clipped), in percent.
struct Loudness {
  double peak = 0, usual_peak = 0, rms = 0, clipped = 0;
};
inline Loudness loudness_of(const std::filesystem::path& file) {
  Loudness found;
  std::size_t count = 0;
  std::size_t full = 0;
  std::size_t samples = 0;
  double energy = 0;
  constexpr std::size_t moment = 2 * 960;
  std::vector<double> peaks(1);
  const TakeSample measure = [&](GstSample* sample) {
    GstMapInfo map;
    GstBuffer* const buffer = gst_sample_get_buffer(sample);
    if (gst_buffer_map(buffer, &map, GST_MAP_READ) == 0) return;
    const std::span values(reinterpret_cast<const float*>(map.data), map.size / sizeof(float));
    for (const float value : values) {
      const double size = std::abs(value);
      found.peak = std::max(found.peak, size);
      peaks.back() = std::max(peaks.back(), size);
      if (++samples % moment == 0) peaks.push_back(0);
      energy += size * size;
      if (size >= 0.999) ++full;
    }
    count += values.size();
    gst_buffer_unmap(buffer, &map);
  };
  std::promise<Fault> over;
  Pipeline pipeline(
      "filesrc name=file ! qtdemux name=d d.audio_0 ! aacparse ! avdec_aac ! audioconvert ! "
      "audio/x-raw,format=F32LE,layout=interleaved ! appsink name=sound sync=false",
      [&](const Fault& fault) { over.set_value(fault); });
  pipeline.set("file", "location", file.string());
  take_samples(pipeline.get<GstAppSink>("sound").get(), &measure);
  pipeline.play();
  if (over.get_future().wait_for(30s) != std::future_status::ready) throw std::runtime_error("no end");
  std::nth_element(peaks.begin(), peaks.begin() + static_cast<std::ptrdiff_t>(peaks.size() / 2), peaks.end());
  found.usual_peak = peaks[peaks.size() / 2];
  found.rms = std::sqrt(energy / static_cast<double>(std::max<std::size_t>(count, 1)));
  found.clipped = 100.0 * static_cast<double>(full) / static_cast<double>(std::max<std::size_t>(count, 1));
  return found;
}

/// The media worker's place: keeps what it is told, and feeds what is attached.
class FakeOutlet : public Outlet {
 public:
  void packet(StageId stage, media::SourceId source, stage::Kind kind, std::vector<std::byte> rtp) override {
    const std::lock_guard lock(mutex_);
    EXPECT_EQ(stage, stage_id);
    const auto packet = rtp::parse_packet(rtp);
    ASSERT_TRUE(packet);
    if (source == media::Engine::program_source) {
      const auto picture = rtp::parse_vp8(packet->payload);
      ASSERT_TRUE(picture);
      EXPECT_LE(rtp.size(), 1200u);
      fed_bytes += rtp.size();
      if (packet->marker) {
        ++fed_pictures;
        if (picture->temporal_layer == 0) ++fed_base_pictures;
      }
      if (picture->keyframe && picture->height != 0) {
        ++fed_keyframes;
        fed_height = picture->height;
      }
      changed_.notify_all();
      return;
    }
    if (kind == stage::Kind::audio) {
      ++sounds;
    } else {
      const auto picture = rtp::parse_vp8(packet->payload);
      ASSERT_TRUE(picture);
      EXPECT_TRUE(picture->picture_id_is_long);
      EXPECT_LE(rtp.size(), 1200u);
      if (picture->starts_frame) ++pictures;
      if (picture->keyframe) ++keyframes;
      if (picture->starts_frame && picture->keyframe) {
        keyframe = {stage, source, rtp::Codec::vp8, {}};
        keyframe_time = packet->timestamp;
      }
      if (packet->timestamp == keyframe_time) keyframe.packets.push_back(rtp);
      keyframe_whole = packet->timestamp != keyframe_time || packet->marker;
    }
    changed_.notify_all();
  }
  void attach(StageId, std::shared_ptr<stage::Sink> sink) override {
    sink->on_scene(scene);
    const std::lock_guard lock(mutex_);
    sinks_.push_back(std::move(sink));
    changed_.notify_all();
  }
  void detach(StageId, std::shared_ptr<stage::Sink> sink) override {
    const std::lock_guard lock(mutex_);
    EXPECT_EQ(std::erase(sinks_, sink), 1u);
    changed_.notify_all();
  }
  void request_keyframe(StageId, media::SourceId) override {
    const std::lock_guard lock(mutex_);
    ++keyframe_requests;
    changed_.notify_all();
  }
  void tell(Event event) override {
    const std::lock_guard lock(mutex_);
    events.push_back(std::move(event));
    changed_.notify_all();
  }
  /// The operator cuts to another scene.
  void set_scene(const media::Scene& other) {
    scene = other;
    for (const auto& sink : sinks()) sink->on_scene(other);
  }
  void feed(media::SourceId source, stage::Codec codec, GstSample* sample) {
    GstMapInfo map;
    GstBuffer* const buffer = gst_sample_get_buffer(sample);
    if (gst_buffer_map(buffer, &map, GST_MAP_READ) == 0) return;
    if (codec == stage::Codec::opus || !lose_a_picture.exchange(false))
      for (const auto& sink : sinks())
        sink->on_packet(source, codec, std::as_bytes(std::span(map.data, map.size)));
    gst_buffer_unmap(buffer, &map);
  }

  /// Waits for a condition of what is below.
  template <class Condition>
  bool wait(Condition condition, std::chrono::milliseconds limit = 15s) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, condition);
  }
  /// The first event of that kind, once it has come.
  template <class Kind>
  std::optional<Kind> wait_for() {
    std::optional<Kind> found;
    wait([&] {
      for (const auto& event : events)
        if (const auto* one = std::get_if<Kind>(&event)) found = *one;
      return found.has_value();
    });
    return found;
  }
  /// Whether one has come.
  template <class Kind>
  bool told() {
    const std::lock_guard lock(mutex_);
    return std::any_of(events.begin(), events.end(),
                       [](const Event& event) { return std::holds_alternative<Kind>(event); });
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    events.clear();
    keyframe_requests = 0;
  }
  /// Within wait().
  bool is_fed() const { return !sinks_.empty(); }
  bool ended() const {
    return std::any_of(events.begin(), events.end(), [](const Event& event) {
      return std::holds_alternative<media::RecordingFailed>(event) ||
             std::holds_alternative<media::RecordingClosed>(event);
    });
  }
  std::int64_t grown() const {
    std::int64_t bytes = 0;
    for (const auto& event : events)
      if (const auto* grew = std::get_if<media::RecordingGrew>(&event)) bytes = grew->bytes;
    return bytes;
  }

  media::Scene scene{media::Layout::side_by_side,
                     {{media::SourceId{1}, "An Bình"}, {media::SourceId{2}, ""}}};
  std::vector<Event> events;
  int pictures = 0, keyframes = 0, sounds = 0, keyframe_requests = 0;
  int fed_pictures = 0, fed_base_pictures = 0, fed_keyframes = 0, fed_height = 0;
  std::size_t fed_bytes = 0;
  Keyframe keyframe;  ///< the clip's last
  std::optional<std::uint32_t> keyframe_time;
  bool keyframe_whole = false;
  std::atomic<bool> lose_a_picture{false};  ///< the next packet of a picture goes missing

 private:
  std::vector<std::shared_ptr<stage::Sink>> sinks() {
    const std::lock_guard lock(mutex_);
    return sinks_;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<stage::Sink>> sinks_;
};

/// A hall's camera and microphone, as RTP in real time. Answers no keyframe request.
class Camera {
 public:
  using Send = std::function<void(stage::Codec, GstSample*)>;

  Camera(FakeOutlet& outlet, media::SourceId source, int keyframe_every = 10, const char* pattern = "smpte",
         double volume = 0.8, double pitch = 440, stage::Codec codec = stage::Codec::vp8)
      : Camera([&outlet, source](stage::Codec of, GstSample* sample) { outlet.feed(source, of, sample); },
               320, keyframe_every, pattern, volume, pitch, codec) {}
  /// `send`: streaming threads.
  Camera(Send send, int width, int keyframe_every, const char* pattern, double volume, double pitch,
         stage::Codec codec = stage::Codec::vp8)
      : picture_([send, codec](GstSample* sample) { send(codec, sample); }),
        sound_([send](GstSample* sample) { send(stage::Codec::opus, sample); }),
        pipeline_(text(codec), [](const Fault& fault) { ADD_FAILURE() << fault.text; }) {
    const std::unique_ptr<GstCaps, decltype(&gst_caps_unref)> size(
        gst_caps_new_simple("video/x-raw", "width", G_TYPE_INT, width, "height", G_TYPE_INT, width * 9 / 16,
                            "framerate", GST_TYPE_FRACTION, 25, 1, nullptr),
        gst_caps_unref);
    g_object_set(pipeline_.get("size").get(), "caps", size.get(), nullptr);
    take_samples(pipeline_.get<GstAppSink>("picture").get(), &picture_);
    take_samples(pipeline_.get<GstAppSink>("sound").get(), &sound_);
    pipeline_.set("encoder", codec == stage::Codec::vp8 ? "keyframe-max-dist" : "key-int-max",
                  keyframe_every);
    gst_util_set_object_arg(G_OBJECT(pipeline_.get("lens").get()), "pattern", pattern);
    g_object_set(pipeline_.get("voice").get(), "volume", volume, "freq", pitch, nullptr);
    pipeline_.play();
  }

 private:
  static std::string text(stage::Codec codec) {
    return std::string("videotestsrc name=lens is-live=true ! capsfilter name=size ! ") +
           (codec == stage::Codec::vp8
                ? "vp8enc name=encoder deadline=1 cpu-used=-16 threads=1 ! rtpvp8pay mtu=1150 "
                  "picture-id-mode=2"
                : "x264enc name=encoder tune=zerolatency speed-preset=superfast threads=1 ! "
                  "video/x-h264,profile=constrained-baseline ! rtph264pay mtu=1150 config-interval=-1 "
                  "aggregate-mode=zero-latency") +
           " ! appsink name=picture sync=false audiotestsrc name=voice is-live=true ! "
           "audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay ! appsink name=sound sync=false";
  }

  TakeSample picture_, sound_;
  Pipeline pipeline_;
};

class ProgramTest : public testing::Test {
 protected:
  ProgramTest() {
    auto name = (std::filesystem::temp_directory_path() / "diemcau-program-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder");
    folder_ = name;
  }
  ~ProgramTest() override { std::filesystem::remove_all(folder_); }

  /// Records until so many bytes more are there; the film, finished.
  std::filesystem::path record(Programs& programs, const std::string& name, std::int64_t bytes) {
    programs.start_recording(stage_id, folder_ / name);
    const auto before = outlet_.grown();
    EXPECT_TRUE(outlet_.wait([&] { return outlet_.grown() != before && outlet_.grown() > bytes; })) << name;
    return stop(programs, name);
  }
  std::filesystem::path stop(Programs& programs, const std::string& name) {
    programs.stop_recording(stage_id);
    EXPECT_TRUE(outlet_.wait([&] {
      return std::any_of(outlet_.events.begin(), outlet_.events.end(), [&](const Event& event) {
        const auto* const closed = std::get_if<media::RecordingClosed>(&event);
        return closed != nullptr && closed->file == folder_ / name;
      });
    })) << name;
    media::finish_recording({folder_ / name}, folder_ / name);
    return folder_ / name;
  }

  std::filesystem::path folder_;
  FakeOutlet outlet_;
};

}  // namespace diemcau::program
