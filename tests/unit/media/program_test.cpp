#include <array>
#include <condition_variable>
#include <fstream>
#include <future>
#include <mutex>
#include <numeric>
#include <stop_token>
#include <thread>

#include <gst/pbutils/pbutils.h>
#include <gtest/gtest.h>

#include "media/program/layout.h"
#include "media/program/pipeline.h"
#include "media/program/programs.h"
#include "media/rtp/packet.h"
#include "media/rtp/vp8.h"
#include "tests/unit/media/bytes.h"

namespace diemcau::program {
namespace {

using namespace std::chrono_literals;
using media::Event;

constexpr StageId stage_id{3};

// ---- layout

class LayoutOf : public testing::TestWithParam<std::pair<media::Layout, std::size_t>> {};

TEST_P(LayoutOf, CellsLieApartWithinTheCanvasOnEvenPixels) {
  for (const auto& [width, height] : {std::pair(1280, 720), std::pair(640, 360), std::pair(1920, 1080)}) {
    const auto cells = cells_on(GetParam().first, width, height);
    ASSERT_EQ(cells.size(), GetParam().second);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const auto& a = cells[i];
      EXPECT_GE(a.x, 0);
      EXPECT_GE(a.y, 0);
      EXPECT_LE(a.x + a.width, width);
      EXPECT_LE(a.y + a.height, height);
      EXPECT_GT(a.width * a.height, 0);
      EXPECT_EQ((a.x | a.y | a.width | a.height) & 1, 0) << "cell " << i << " of " << width;
      EXPECT_LE(a.width * a.height, cells[0].width * cells[0].height) << "the main one is the largest";
      for (std::size_t j = 0; j < i; ++j) {
        const auto& b = cells[j];
        const bool apart =
            a.x >= b.x + b.width || b.x >= a.x + a.width || a.y >= b.y + b.height || b.y >= a.y + a.height;
        EXPECT_TRUE(apart) << i << " lies on " << j;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, LayoutOf,
                         testing::Values(std::pair(media::Layout::single, 1),
                                         std::pair(media::Layout::side_by_side, 2),
                                         std::pair(media::Layout::speaker_strip, 5),
                                         std::pair(media::Layout::grid_2x2, 4),
                                         std::pair(media::Layout::grid_3x3, 9)));

// ---- what the tests need

/// Runs a pipeline to its end.
void run(const std::string& text, const std::filesystem::path& file) {
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
void make_film(const std::filesystem::path& file) {
  run("videotestsrc num-buffers=50 ! video/x-raw,width=320,height=180,framerate=25/1 ! x264enc "
      "tune=zerolatency ! "
      "h264parse ! mp4mux name=m ! filesink name=file audiotestsrc num-buffers=100 samplesperbuffer=960 ! "
      "audio/x-raw,rate=48000,channels=2 ! audioconvert ! avenc_aac ! aacparse ! m.",
      file);
}

/// Four seconds as the recorder writes them: a fragment of picture, then one of sound, each second.
void make_recording(const std::filesystem::path& file) {
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
};

std::vector<Box> boxes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::vector<Box> boxes;
  for (std::uintmax_t at = 0;; at += boxes.back().size) {
    std::array<unsigned char, 4> size{};
    in.seekg(static_cast<std::streamoff>(at));
    if (!in.read(reinterpret_cast<char*>(size.data()), size.size())) return boxes;
    boxes.push_back({at, std::uintmax_t{size[0]} << 24 | size[1] << 16 | size[2] << 8 | size[3]});
  }
}

struct Contents {
  std::chrono::milliseconds duration{};
  std::string video, audio;
};

Contents look_into(const std::filesystem::path& file) {
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

/// How light the last picture is, 0 to 255.
int brightness_at_end(const std::filesystem::path& file) {
  std::atomic<int> brightness{-1};
  const TakeSample measure = [&](GstSample* sample) {
    GstMapInfo map;
    GstBuffer* const buffer = gst_sample_get_buffer(sample);
    if (gst_buffer_map(buffer, &map, GST_MAP_READ) == 0) return;
    brightness = static_cast<int>(std::accumulate(map.data, map.data + map.size, std::size_t{0}) / map.size);
    gst_buffer_unmap(buffer, &map);
  };
  std::promise<Fault> over;
  Pipeline pipeline(
      "filesrc name=file ! qtdemux ! h264parse ! avdec_h264 ! videoconvert ! video/x-raw,format=GRAY8 ! "
      "appsink name=picture sync=false",
      [&](const Fault& fault) { over.set_value(fault); });
  pipeline.set("file", "location", file.string());
  take_samples(pipeline.get<GstAppSink>("picture").get(), &measure);
  pipeline.play();
  if (over.get_future().wait_for(30s) != std::future_status::ready) throw std::runtime_error("no end");
  return brightness;
}

/// The media worker's place: keeps what it is told, and feeds what is attached.
class FakeOutlet : public Outlet {
 public:
  void clip_packet(StageId stage, stage::Kind kind, std::vector<std::byte> rtp) override {
    const std::lock_guard lock(mutex_);
    EXPECT_EQ(stage, stage_id);
    const auto packet = rtp::parse_packet(rtp);
    ASSERT_TRUE(packet);
    if (kind == stage::Kind::audio) {
      ++sounds;
    } else {
      const auto picture = rtp::parse_vp8(packet->payload);
      ASSERT_TRUE(picture);
      EXPECT_TRUE(picture->picture_id_is_long);
      EXPECT_LE(rtp.size(), 1200u);
      if (picture->starts_frame) ++pictures;
      if (picture->keyframe) ++keyframes;
    }
    changed_.notify_all();
  }
  void attach(StageId, std::shared_ptr<stage::Sink> sink) override {
    sink->on_scene(scene);
    const std::lock_guard lock(mutex_);
    sink_ = std::move(sink);
    changed_.notify_all();
  }
  void detach(StageId, std::shared_ptr<stage::Sink> sink) override {
    const std::lock_guard lock(mutex_);
    EXPECT_EQ(sink_, sink);
    sink_.reset();
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
  void feed(media::SourceId source, stage::Codec codec, GstSample* sample) {
    GstMapInfo map;
    GstBuffer* const buffer = gst_sample_get_buffer(sample);
    if (gst_buffer_map(buffer, &map, GST_MAP_READ) == 0) return;
    std::shared_ptr<stage::Sink> sink;
    {
      const std::lock_guard lock(mutex_);
      sink = sink_;
    }
    if (codec != stage::Codec::opus && lose_a_picture.exchange(false)) sink.reset();
    if (sink) sink->on_packet(source, codec, std::as_bytes(std::span(map.data, map.size)));
    gst_buffer_unmap(buffer, &map);
  }

  /// Waits for a condition of what is below.
  template <class Condition>
  bool wait(Condition condition, std::chrono::seconds limit = 15s) {
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
  void forget() {
    const std::lock_guard lock(mutex_);
    events.clear();
    keyframe_requests = 0;
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
  std::atomic<bool> lose_a_picture{false};  ///< the next packet of a picture goes missing

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<stage::Sink> sink_;
};

/// A hall's camera and microphone, as RTP in real time. Answers no keyframe request.
class Camera {
 public:
  Camera(FakeOutlet& outlet, media::SourceId source, int keyframe_every = 10,
         stage::Codec codec = stage::Codec::vp8, const std::string& pattern = "smpte")
      : picture_([&outlet, source, codec](GstSample* sample) { outlet.feed(source, codec, sample); }),
        sound_([&outlet, source](GstSample* sample) { outlet.feed(source, stage::Codec::opus, sample); }),
        pipeline_(text(codec, pattern), [](const Fault& fault) { ADD_FAILURE() << fault.text; }) {
    take_samples(pipeline_.get<GstAppSink>("picture").get(), &picture_);
    take_samples(pipeline_.get<GstAppSink>("sound").get(), &sound_);
    pipeline_.set("encoder", codec == stage::Codec::vp8 ? "keyframe-max-dist" : "key-int-max",
                  keyframe_every);
    pipeline_.play();
  }

 private:
  static std::string text(stage::Codec codec, const std::string& pattern) {
    return "videotestsrc pattern=" + pattern +
           " is-live=true ! video/x-raw,width=320,height=180,framerate=25/1 ! " +
           (codec == stage::Codec::vp8
                ? "vp8enc name=encoder deadline=1 cpu-used=-16 threads=1 ! rtpvp8pay mtu=1150 "
                  "picture-id-mode=2"
                : "x264enc name=encoder tune=zerolatency speed-preset=superfast threads=1 ! "
                  "video/x-h264,profile=constrained-baseline ! rtph264pay mtu=1150 config-interval=-1 "
                  "aggregate-mode=zero-latency") +
           " ! appsink name=picture sync=false audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=2 "
           "! "
           "opusenc ! rtpopuspay ! appsink name=sound sync=false";
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

  std::filesystem::path folder_;
  FakeOutlet outlet_;
};

// ---- clips

TEST_F(ProgramTest, AFilmIsPlayedToItsEnd) {
  make_film(folder_ / "phóng sự.mp4");
  Programs programs(outlet_);
  programs.play_clip(stage_id, folder_ / "phóng sự.mp4");
  const auto started = outlet_.wait_for<media::ClipStarted>();
  ASSERT_TRUE(started);
  EXPECT_NEAR(static_cast<double>(started->duration.count()), 2000, 100);
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.pictures > 10 && outlet_.sounds > 10; }));
  const auto keyframes = outlet_.keyframes;
  EXPECT_GE(keyframes, 1);
  programs.request_clip_keyframe(stage_id);
  EXPECT_TRUE(outlet_.wait([&] { return outlet_.keyframes > keyframes; })) << "none comes unasked";
  const auto ended = outlet_.wait_for<media::ClipEnded>();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->error, "");
  EXPECT_FALSE(ended->no_film);
  EXPECT_GT(outlet_.pictures, 40);
}

TEST_F(ProgramTest, APausedFilmGoesOnSendingItsPicture) {
  make_film(folder_ / "film.mp4");
  Programs programs(outlet_);
  programs.play_clip(stage_id, folder_ / "film.mp4");
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.pictures > 5; }));
  programs.pause_clip(stage_id);
  // Longer than the film lasts: 25 pictures a second.
  const auto before = outlet_.pictures;
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.pictures > before + 75; }));
  EXPECT_FALSE(std::any_of(outlet_.events.begin(), outlet_.events.end(), [](const Event& event) {
    return std::holds_alternative<media::ClipEnded>(event);
  }));
  programs.resume_clip(stage_id);
  EXPECT_TRUE(outlet_.wait_for<media::ClipEnded>());
}

TEST_F(ProgramTest, WhatIsNoFilmIsSaidToBeNone) {
  make_film(folder_ / "whole.mp4");
  std::ofstream(folder_ / "text.mp4") << "Chương trình họp giao ban\n";
  std::filesystem::copy_file(folder_ / "whole.mp4", folder_ / "cut.mp4");
  std::filesystem::resize_file(folder_ / "cut.mp4", std::filesystem::file_size(folder_ / "cut.mp4") / 2);
  for (const auto* name : {"text.mp4", "cut.mp4", "missing.mp4"}) {
    FakeOutlet outlet;
    Programs programs(outlet);
    programs.play_clip(stage_id, folder_ / name);
    const auto ended = outlet.wait_for<media::ClipEnded>();
    ASSERT_TRUE(ended) << name;
    EXPECT_TRUE(ended->no_film) << name;
    EXPECT_NE(ended->error, "") << name;
    EXPECT_EQ(outlet.pictures, 0) << name;
  }
}

// ---- recordings

TEST_F(ProgramTest, ARecordingPlaysAndSoDoesItsFirstHalf) {
  const Camera camera(outlet_, media::SourceId{1});
  {
    Programs programs(outlet_);
    programs.start_recording(stage_id, folder_ / "họp.mp4");
    ASSERT_TRUE(outlet_.wait([&] { return outlet_.keyframe_requests > 0; })) << "a source is taken in";
    ASSERT_TRUE(outlet_.wait([&] { return outlet_.grown() > 100000; }));
    std::filesystem::copy_file(folder_ / "họp.mp4", folder_ / "killed.mp4");
    const auto half = outlet_.grown();
    ASSERT_TRUE(outlet_.wait([&] { return outlet_.grown() > half * 3 / 2; }));
    programs.stop_recording(stage_id);
    const auto closed = outlet_.wait_for<media::RecordingClosed>();
    ASSERT_TRUE(closed);
    EXPECT_EQ(closed->file, folder_ / "họp.mp4");
  }
  std::chrono::milliseconds before{};
  for (const auto* name : {"killed.mp4", "họp.mp4"}) {
    media::finish_recording(folder_ / name, folder_ / "finished.mp4");
    const auto contents = look_into(folder_ / "finished.mp4");
    EXPECT_GT(contents.duration, before + 500ms) << name;
    EXPECT_LT(contents.duration, 15s) << name << ": it begins at 0";
    EXPECT_EQ(contents.video, "video/x-h264") << name;
    EXPECT_EQ(contents.audio, "audio/mpeg") << name;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "finished.mp4.part"));
    before = contents.duration;
  }
}

// Everybody asks for the keyframe of a hall that has reconnected at once, and a browser sends one.
TEST_F(ProgramTest, AHallThatReconnectsIsRecordedFromItsOneKeyframeOn) {
  constexpr int never = 100000;
  Programs programs(outlet_);
  programs.start_recording(stage_id, folder_ / "two.mp4");
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.keyframe_requests > 0; })) << "a source is taken in";
  for (int line = 0; line < 2; ++line) {
    const Camera camera(outlet_, media::SourceId{1}, never);
    const auto before = outlet_.grown();
    ASSERT_TRUE(outlet_.wait([&] { return outlet_.grown() > before + 100000; }));
  }
  programs.stop_recording(stage_id);
  ASSERT_TRUE(outlet_.wait_for<media::RecordingClosed>());
  EXPECT_GT(brightness_at_end(folder_ / "two.mp4"), 20) << "the second line's picture";
}

TEST_F(ProgramTest, ASourceMayComeBackWithAnotherCodec) {
  outlet_.scene = {media::Layout::single, {{media::SourceId{1}, ""}}};
  for (const auto& [before, after] :
       {std::pair(stage::Codec::vp8, stage::Codec::h264), std::pair(stage::Codec::h264, stage::Codec::vp8)}) {
    const auto file = folder_ / (std::string(rtp::name_of(after)) + ".mp4");
    Programs programs(outlet_);
    programs.start_recording(stage_id, file);
    ASSERT_TRUE(outlet_.wait([&] { return outlet_.keyframe_requests > 0; }));
    const auto grows = [&] {
      const auto so_far = outlet_.grown();
      return outlet_.wait([&] { return outlet_.grown() > so_far + 20000; }, 30s);
    };
    {
      const Camera camera(outlet_, media::SourceId{1}, 10, before, "snow");
      ASSERT_TRUE(grows());
    }
    const Camera camera(outlet_, media::SourceId{1}, 10, after, "white");
    const auto seconds = outlet_.events.size();
    ASSERT_TRUE(outlet_.wait([&] { return outlet_.events.size() > seconds + 5; }));
    programs.stop_recording(stage_id);
    ASSERT_TRUE(outlet_.wait_for<media::RecordingClosed>());
    EXPECT_GT(brightness_at_end(file), 200) << "white in " << rtp::name_of(after);
    outlet_.forget();
  }
}

TEST_F(ProgramTest, APictureThatIsLostForGoodIsAskedForAnew) {
  Programs programs(outlet_);
  programs.start_recording(stage_id, folder_ / "lossy.mp4");
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.keyframe_requests > 0; }));
  const Camera camera(outlet_, media::SourceId{1});
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.grown() > 50000; }));
  const auto asked = outlet_.keyframe_requests;
  outlet_.lose_a_picture = true;
  EXPECT_TRUE(outlet_.wait([&] { return outlet_.keyframe_requests > asked; }));
}

TEST_F(ProgramTest, ARecordingIsClosedWhenEverythingEnds) {
  {
    Programs programs(outlet_);
    programs.start_recording(stage_id, folder_ / "short.mp4");
    ASSERT_TRUE(outlet_.wait([&] { return outlet_.grown() > 0; }));
  }
  ASSERT_TRUE(outlet_.wait_for<media::RecordingClosed>());
  EXPECT_GT(look_into(folder_ / "short.mp4").duration, 0ms) << "black and silent, but a film";
}

TEST_F(ProgramTest, NothingIsMadeOfWhatIsNoRecording) {
  std::ofstream(folder_ / "empty.mp4");
  std::ofstream(folder_ / "text.mp4") << "no film at all, but some bytes";
  for (const auto* name : {"empty.mp4", "text.mp4", "missing.mp4"}) {
    EXPECT_THROW(media::finish_recording(folder_ / name, folder_ / "to.mp4"), std::runtime_error) << name;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "to.mp4")) << name;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "to.mp4.part")) << name;
  }
}

// A kill -9 leaves the file wherever the last write stood: also where one track has a fragment and the other
// none yet.
TEST_F(ProgramTest, ARecordingCutOffAnywhereIsFinishedOrRefusedAtOnce) {
  make_recording(folder_ / "whole.mp4");
  const auto boxes = boxes_of(folder_ / "whole.mp4");
  ASSERT_GT(boxes.size(), 6U);
  const auto begin = std::chrono::steady_clock::now();
  int of_one_track = 0;
  for (std::size_t i = 0; i < 7; ++i) {
    for (const auto end : {boxes[i].offset, boxes[i].offset + 6, boxes[i].offset + boxes[i].size / 2}) {
      std::filesystem::copy_file(folder_ / "whole.mp4", folder_ / "cut.mp4",
                                 std::filesystem::copy_options::overwrite_existing);
      std::filesystem::resize_file(folder_ / "cut.mp4", end);
      std::filesystem::remove(folder_ / "to.mp4");
      try {
        media::finish_recording(folder_ / "cut.mp4", folder_ / "to.mp4");
      } catch (const std::runtime_error&) {
        EXPECT_FALSE(std::filesystem::exists(folder_ / "to.mp4")) << "cut at " << end;
        continue;
      }
      const auto contents = look_into(folder_ / "to.mp4");
      EXPECT_GT(contents.duration, 0ms) << "cut at " << end;
      if (contents.video.empty() || contents.audio.empty()) ++of_one_track;
    }
  }
  EXPECT_GT(of_one_track, 2) << "picture without sound is still a recording, and sound without picture";
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 60s) << "none of them was waited for";
}

TEST_F(ProgramTest, FinishingARecordingIsGivenUpWhenTheProgramStops) {
  make_recording(folder_ / "whole.mp4");
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(media::finish_recording(folder_ / "whole.mp4", folder_ / "to.mp4", stop.get_token()),
               std::runtime_error);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "to.mp4"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "to.mp4.part"));
}

TEST_F(ProgramTest, AFullDiskIsToldAsSuch) {
  std::filesystem::create_symlink("/dev/full", folder_ / "full.mp4");
  Programs programs(outlet_);
  programs.start_recording(stage_id, folder_ / "full.mp4");
  const auto failed = outlet_.wait_for<media::RecordingFailed>();
  ASSERT_TRUE(failed);
  EXPECT_TRUE(failed->disk_full) << failed->error;
  EXPECT_TRUE(outlet_.wait_for<media::RecordingClosed>());
}

TEST_F(ProgramTest, AFolderThatIsNotThereFailsTheRecording) {
  Programs programs(outlet_);
  programs.start_recording(stage_id, folder_ / "nowhere" / "film.mp4");
  const auto failed = outlet_.wait_for<media::RecordingFailed>();
  ASSERT_TRUE(failed);
  EXPECT_FALSE(failed->disk_full);
  EXPECT_NE(failed->error, "");
}

}  // namespace
}  // namespace diemcau::program
