#include "media/program/safety_copy.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "media/program/copy_name.h"
#include "media/program/copy_reader.h"
#include "media/render.h"
#include "tests/unit/program/program_fixture.h"

namespace diemcau::program {
namespace {

using media::Direction;
using media::RenderOrder;
using media::RenderPart;
using media::SourceId;
using media::WallTime;

WallTime wall_now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

TEST(CopyName, SaysWhatAFileIsOfAndWhenItBegins) {
  const auto at = std::chrono::sys_days(std::chrono::year{2026} / 11 / 23) + 8h + 42min + 10s + 7ms;
  EXPECT_EQ((CopyName{SourceId{12}, at}.file()), "12-20261123T084210007Z.mkv");
  EXPECT_EQ((CopyName{media::screen_of(SourceId{12}), at}.file()), "12-screen-20261123T084210007Z.mkv");
  EXPECT_EQ((CopyName{media::Engine::clip_source, at}.file()), "clip-20261123T084210007Z.mkv");
  for (const auto source : {SourceId{12}, media::screen_of(SourceId{12}), media::Engine::clip_source})
    EXPECT_EQ(CopyName::parse(CopyName{source, at}.file()), (CopyName{source, at}));
}

TEST(CopyName, IsOfNoOtherFile) {
  for (const auto* const name :
       {"", "-", "12.mkv", "12-20261123T084210007Z.mp4", "12-20261323T084210007Z.mkv",
        "12-20261123T084210007.mkv", "x-20261123T084210007Z.mkv", "-1-20261123T084210007Z.mkv",
        "12-20261123T084210007Z.mkv.part", "99999999999999999999-20261123T084210007Z.mkv",
        "12-20261123T994210007Z.mkv"})
    EXPECT_FALSE(CopyName::parse(name)) << name;
}

class SafetyCopyTest : public ProgramTest {
 protected:
  struct Kept {
    CopyName name;
    std::filesystem::path path;
  };
  /// By beginning.
  std::vector<Kept> kept(std::optional<SourceId> source = {}) const {
    std::vector<Kept> all;
    for (const auto& entry : std::filesystem::directory_iterator(copies_)) {
      if (entry.path().filename() == cuts_file) continue;
      const auto name = CopyName::parse(entry.path());
      EXPECT_TRUE(name) << entry.path();
      if (name && source.value_or(name->source) == name->source) all.push_back({*name, entry.path()});
    }
    std::sort(all.begin(), all.end(),
              [](const Kept& a, const Kept& b) { return a.name.begin < b.name.begin; });
    return all;
  }
  /// When the program cut, as it noted beside the copies.
  std::vector<WallTime> cuts() const {
    std::ifstream noted(copies_ / cuts_file);
    std::vector<WallTime> all;
    for (std::int64_t at = 0; noted >> at;) all.emplace_back(std::chrono::milliseconds(at));
    return all;
  }
  std::int64_t kept_bytes() const {
    std::int64_t bytes = 0;
    for (const auto& event : outlet_.events)
      if (const auto* grew = std::get_if<media::RecordingGrew>(&event)) bytes = grew->copy_bytes;
    return bytes;
  }
  void start(Programs& programs, const std::string& name = "film.mp4") {
    begun_ = wall_now();
    programs.start_recording(stage_id, folder_ / name, copies_);
  }
  /// On a slow machine the program needs seconds until it shows the first scene; then five more.
  void show_something() {
    for (int i = 0; i < 20 && cuts().empty(); ++i) record_for(1s);
    record_for(5s);
  }
  /// Until the recorder has told so often (once a second) that it goes on.
  void record_for(std::chrono::seconds time) {
    outlet_.forget();
    ASSERT_TRUE(outlet_.wait([&] {
      return std::count_if(outlet_.events.begin(), outlet_.events.end(), [](const Event& event) {
               return std::holds_alternative<media::RecordingGrew>(event);
             }) >= time.count();
    }));
  }
  /// The copies' film of all that was recorded since start().
  media::Rendered render(std::vector<Direction> directions, const std::string& to = "anew.mp4") {
    return media::render({copies_, std::move(directions), {{begun_, ended_, false}}}, folder_ / to, {});
  }

  std::filesystem::path copies_ = folder_ / "3-copies";
  WallTime begun_{}, ended_{};
};

/// Every picture of a file, its time and size.
struct Played {
  std::vector<GstClockTime> pictures;
  std::vector<int> widths;
  std::size_t loud = 0;  ///< moments of sound that are not silent
};
Played play(const std::filesystem::path& file) {
  CopyReader reader(file);
  Played played;
  std::vector<std::int16_t> sound(1920);
  for (GstClockTime at = 0; !reader.ended() && at < 60 * GST_SECOND; at += 20 * GST_MSECOND) {
    reader.seek_picture(at);
    reader.read_sound(at, sound);
    if (std::any_of(sound.begin(), sound.end(), [](int value) { return value > 1000; })) ++played.loud;
    if (reader.picture() == nullptr) continue;
    if (!played.pictures.empty() && played.pictures.back() == reader.picture_time()) continue;
    played.pictures.push_back(reader.picture_time());
    int width = 0;
    gst_structure_get_int(gst_caps_get_structure(gst_sample_get_caps(reader.picture()), 0), "width", &width);
    if (played.widths.empty() || played.widths.back() != width) played.widths.push_back(width);
  }
  return played;
}

TEST_F(SafetyCopyTest, KeepsWhatEachSourceSendsInFilesThatPlay) {
  outlet_.scene = {media::Layout::side_by_side, {{SourceId{1}, ""}, {SourceId{2}, ""}}};
  Programs programs(outlet_);
  const Camera one(outlet_, SourceId{1});
  const Camera two(outlet_, SourceId{2}, 10, "white", 0.8, 440, stage::Codec::h264);
  start(programs);
  record_for(5s);
  stop(programs, "film.mp4");
  EXPECT_GT(kept_bytes(), 50000) << "they count where the disk is watched";
  for (const auto source : {1, 2}) {
    const auto file = kept(SourceId{source}).back();
    const auto contents = look_into(file.path);
    EXPECT_EQ(contents.video, source == 1 ? "video/x-vp8" : "video/x-h264");
    EXPECT_EQ(contents.audio, "audio/x-opus");
    EXPECT_GT(contents.duration, 2s);
    const auto played = play(file.path);
    const auto length = static_cast<std::size_t>(contents.duration.count());
    EXPECT_GT(played.pictures.size() * 40, length * 8 / 10) << "25 a second were sent";
    EXPECT_GT(played.loud * 20, length * 7 / 10);
    EXPECT_GT(file.name.begin, begun_);
    EXPECT_LT(file.name.begin, begun_ + 2s);
  }
}

TEST_F(SafetyCopyTest, WhatComesWhileTheControlThreadIsHeldUpIsKeptFromItsKeyframeOn) {
  constexpr int sent = 40;  // pictures, 25 a second, of which the first is the only keyframe
  std::mutex mutex;
  std::condition_variable changed;
  int pictures = 0;
  WallTime first_picture{};
  {
    SafetyCopy copy(copies_, {[](SourceId) {}, [] {}, [](SourceId, const Fault&) {}});
    copy.sink()->on_scene({media::Layout::single, {{SourceId{1}, ""}}});
    const Camera camera(
        [&](stage::Codec codec, GstSample* sample) {
          copy.sink()->on_packet(SourceId{1}, codec, bytes_of(sample));
          const std::lock_guard lock(mutex);
          const bool ends_picture =
              GST_BUFFER_FLAG_IS_SET(gst_sample_get_buffer(sample), GST_BUFFER_FLAG_MARKER);
          if (codec != stage::Codec::opus && ends_picture && pictures++ == 0) first_picture = wall_now();
          changed.notify_all();
        },
        320, 1000, "smpte", 0.8, 440);
    const auto have = [&](int count) {
      std::unique_lock lock(mutex);
      return changed.wait_for(lock, 20s, [&] { return pictures >= count; });
    };
    ASSERT_TRUE(have(sent));
    copy.update();
    for (int count = sent; count < 3 * sent; ++count) {
      ASSERT_TRUE(have(count));
      copy.tick();
    }
  }
  // Sound that was decoded before the keyframe has a file of its own, which may begin before it or after.
  const auto files = kept();
  const auto file = std::find_if(files.begin(), files.end(),
                                 [](const Kept& one) { return !look_into(one.path).video.empty(); });
  ASSERT_NE(file, files.end()) << "of " << files.size();
  EXPECT_LT(file->name.begin, first_picture + 1s);
  const auto contents = look_into(file->path);
  EXPECT_EQ(contents.video, "video/x-vp8");
  EXPECT_GT(contents.duration, 3s);
}

TEST_F(SafetyCopyTest, NothingThatIsThereIsWrittenOver) {
  std::filesystem::create_directories(copies_);
  const auto from = wall_now();
  const auto until = from + 20s;
  const auto there = [&](WallTime at) { return copies_ / CopyName{SourceId{1}, at}.file(); };
  for (auto at = from; at < until; at += 1ms) std::ofstream(there(at)) << "mine";
  {
    std::mutex mutex;
    std::condition_variable changed;
    int packets = 0;
    SafetyCopy copy(copies_, {[](SourceId) {}, [] {}, [](SourceId, const Fault&) {}});
    copy.sink()->on_scene({media::Layout::single, {{SourceId{1}, ""}}});
    copy.update();
    const Camera camera(
        [&](stage::Codec codec, GstSample* sample) {
          copy.sink()->on_packet(SourceId{1}, codec, bytes_of(sample));
          const std::lock_guard lock(mutex);
          ++packets;
          changed.notify_all();
        },
        320, 1000, "smpte", 0.8, 440);
    for (int count = 1; copy.bytes() == 0; ++count) {
      std::unique_lock lock(mutex);
      ASSERT_TRUE(changed.wait_for(lock, 10s, [&] { return packets >= count; }));
      lock.unlock();
      copy.tick();
      ASSERT_LT(wall_now(), until) << "nothing was kept";
    }
  }
  for (auto at = from; at < until; at += 1ms) ASSERT_EQ(std::filesystem::file_size(there(at)), 4u);
}

TEST_F(SafetyCopyTest, AFileThatIsCutOffPlaysUpToThere) {
  outlet_.scene = {media::Layout::single, {{SourceId{1}, ""}}};
  Programs programs(outlet_);
  const Camera one(outlet_, SourceId{1});
  start(programs);
  record_for(5s);
  // As kill -9 leaves it: what has been written, and no end.
  const auto open = kept(SourceId{1}).back().path;
  const auto cut = folder_ / "cut.mkv";
  std::filesystem::copy_file(open, cut);
  const auto seconds = std::chrono::duration<double>(wall_now() - CopyName::parse(open)->begin).count();
  const auto played = play(cut);
  ASSERT_FALSE(played.pictures.empty());
  EXPECT_GT(static_cast<double>(played.pictures.back()) / GST_SECOND, seconds - 2);
  EXPECT_EQ(look_into(cut).video, "video/x-vp8");
  // In the middle of a block too.
  std::filesystem::resize_file(cut, std::filesystem::file_size(cut) / 2 + 1);
  EXPECT_GT(play(cut).pictures.size(), played.pictures.size() / 3);
  stop(programs, "film.mp4");
}

TEST_F(SafetyCopyTest, AnotherSizeStaysInItsFileAndAnotherCodecBeginsOne) {
  outlet_.scene = {media::Layout::single, {{SourceId{1}, ""}}};
  Programs programs(outlet_);
  const auto send = [this](stage::Codec codec, GstSample* sample) {
    outlet_.feed(SourceId{1}, codec, sample);
  };
  std::optional<Camera> camera(std::in_place, send, 320, 10, "smpte", 0.8, 440);
  start(programs);
  record_for(3s);
  camera.emplace(send, 640, 10, "smpte", 0.8, 440);
  record_for(3s);
  camera.emplace(send, 320, 10, "smpte", 0.8, 440, stage::Codec::h264);
  record_for(5s);
  stop(programs, "film.mp4");
  std::vector<std::string> codecs;
  std::vector<int> widths;
  for (const auto& file : kept(SourceId{1})) {
    const auto video = look_into(file.path).video;
    if (video.empty()) continue;  // a voice that came before its picture
    codecs.push_back(video);
    const auto played = play(file.path);
    widths.insert(widths.end(), played.widths.begin(), played.widths.end());
  }
  EXPECT_EQ(codecs, (std::vector<std::string>{"video/x-vp8", "video/x-h264"}));
  EXPECT_EQ(widths, (std::vector<int>{320, 640, 320}));
}

TEST_F(SafetyCopyTest, AFilmIsMadeOfItLikeTheOneThatWasRecorded) {
  outlet_.scene = {media::Layout::side_by_side, {{SourceId{1}, "An Bình"}, {SourceId{2}, "Sìn Hồ"}}};
  Programs programs(outlet_);
  const Camera one(outlet_, SourceId{1}, 10, "white", 0.3);
  const Camera two(outlet_, SourceId{2}, 10, "black", 0, 440, stage::Codec::h264);
  std::vector<Direction> directions;
  const std::vector both{SourceId{1}, SourceId{2}};
  directions.push_back({wall_now(), outlet_.scene, both, both});
  start(programs);
  show_something();
  const media::Scene swapped{media::Layout::single, {{SourceId{2}, "Sìn Hồ"}}};
  directions.push_back({wall_now(), swapped, both, both});
  outlet_.set_scene(swapped);
  record_for(3s);
  ended_ = wall_now();
  const auto film = stop(programs, "film.mp4");
  const auto rendered = render(directions);
  EXPECT_TRUE(rendered.missing.empty());
  const auto anew = folder_ / "anew.mp4";
  const auto contents = look_into(anew);
  EXPECT_EQ(contents.video, "video/x-h264");
  EXPECT_EQ(contents.audio, "audio/mpeg");
  EXPECT_NEAR(static_cast<double>(contents.duration.count()), static_cast<double>((ended_ - begun_).count()),
              80);
  ASSERT_EQ(rendered.parts.size(), 1u);
  std::vector<Grey> recorded;
  std::vector<Grey> made;
  look_at(film, [&](Grey picture) { recorded.push_back(std::move(picture)); });
  look_at(anew, [&](Grey picture) { made.push_back(std::move(picture)); });
  // Both show the first scene a second before it was cut from, and the second at their end, where they meet.
  const auto in_first = static_cast<std::size_t>((ended_ - directions[1].at) / 40ms) + 25;
  ASSERT_GT(std::min(recorded.size(), made.size()), in_first);
  for (const auto& [a, b] : {std::pair(recorded.size() - in_first, made.size() - in_first),
                             std::pair(recorded.size() - 3, made.size() - 3)})
    for (const Rectangle& field :
         {Rectangle{100, 250, 200, 100}, {900, 250, 200, 100}, {10, 500, 300, 30}, {650, 500, 300, 30}})
      EXPECT_NEAR(recorded[a].mean(field), made[b].mean(field), 6)
          << field.x << "," << field.y << " at " << b;
  EXPECT_GT(made[made.size() - in_first].mean({100, 250, 200, 100}), 200) << "the white one";
  EXPECT_LT(made[made.size() - 3].mean({100, 250, 200, 100}), 30) << "the black one over all";
  const auto loud = loudness_of(film);
  const auto loud_anew = loudness_of(anew);
  EXPECT_NEAR(loud.usual_peak, loud_anew.usual_peak, 0.02);
}

TEST_F(SafetyCopyTest, AFilmThatIsMadeAnewCutsWhenTheLostOneDid) {
  outlet_.scene = {media::Layout::single, {{SourceId{1}, ""}}};
  Programs programs(outlet_, {}, 6s);  // so long it waits for a picture, if it must
  const Camera one(outlet_, SourceId{1}, 10, "white");
  const std::vector both{SourceId{1}, SourceId{2}};
  std::vector<Direction> directions{{wall_now(), outlet_.scene, both, both}};
  start(programs);
  show_something();
  const media::Scene another{media::Layout::single, {{SourceId{2}, ""}}};
  directions.push_back({wall_now(), another, both, both});
  outlet_.set_scene(another);
  record_for(2s);
  const Camera two(outlet_, SourceId{2}, 10, "black");
  record_for(3s);
  ended_ = wall_now();
  const auto film = stop(programs, "film.mp4");
  render(directions);
  const auto noted = cuts();
  ASSERT_EQ(noted.size(), 2u);
  EXPECT_GT(noted[1], directions[1].at + 1s) << "it has waited";
  const auto cut = [](const std::filesystem::path& file) {
    int pictures = 0;
    int last_white = 0;
    look_at(file, [&](const Grey& picture) {
      if (picture.mean({100, 250, 200, 100}) > 100) last_white = pictures;
      ++pictures;
    });
    return (last_white + 1) * 40ms;
  };
  const auto anew = begun_ + cut(folder_ / "anew.mp4");
  EXPECT_GE(anew, noted[1]);
  EXPECT_LE(anew, noted[1] + 80ms);
  EXPECT_GT(cut(film), 3s) << "no slate stood there either";
}

TEST_F(SafetyCopyTest, WhoIsMissingIsToldAndHasASlate) {
  outlet_.scene = {media::Layout::side_by_side, {{SourceId{1}, ""}, {SourceId{2}, "Tam Đường"}}};
  Programs programs(outlet_);
  const Camera one(outlet_, SourceId{1}, 10, "white");
  start(programs);
  show_something();
  ended_ = wall_now();
  stop(programs, "film.mp4");
  const auto rendered = render({{begun_, outlet_.scene, {}, {SourceId{1}, SourceId{2}}}});
  ASSERT_EQ(rendered.missing.size(), 1u);
  EXPECT_EQ(rendered.missing[0].source, SourceId{2});
  const auto cut = cuts();
  ASSERT_EQ(cut.size(), 1u);
  EXPECT_GE(begun_ + rendered.missing[0].at, cut[0]);
  EXPECT_LE(begun_ + rendered.missing[0].at, cut[0] + 80ms);
  EXPECT_GT(rendered.missing[0].length, 3s);
  const auto picture = last_picture(folder_ / "anew.mp4");
  EXPECT_GT(picture.mean({100, 220, 400, 200}), 200);
  EXPECT_NEAR(picture.mean({660, 190, 600, 60}), 36, 5) << "the slate's dark surface";
  EXPECT_LT(loudness_of(folder_ / "anew.mp4").peak, 0.001) << "nobody's microphone was open";
}

TEST_F(SafetyCopyTest, WithoutAnyCopyNothingIsWritten) {
  begun_ = wall_now();
  ended_ = begun_ + 10s;
  EXPECT_THROW(render({{begun_, outlet_.scene, {}, {}}}), media::NoCopies);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "anew.mp4"));
  std::filesystem::create_directories(copies_);
  std::ofstream(copies_ / CopyName{SourceId{1}, begun_}.file()) << "nothing that plays";
  EXPECT_NO_THROW(render({{begun_, outlet_.scene, {}, {SourceId{1}}}}, "slate.mp4"))
      << "a broken file is a missing one";
  std::stop_source stopped;
  stopped.request_stop();
  EXPECT_THROW(media::render({copies_, {{begun_, outlet_.scene, {}, {}}}, {{begun_, ended_, false}}},
                             folder_ / "stopped.mp4", {}, stopped.get_token()),
               std::runtime_error);
  for (const auto& entry : std::filesystem::directory_iterator(folder_))
    EXPECT_TRUE(entry.path() == copies_ || entry.path().filename() == "slate.mp4") << entry.path();
}

TEST_F(SafetyCopyTest, APartThatWasCutOffEndsWithWhatWasKept) {
  outlet_.scene = {media::Layout::single, {{SourceId{1}, ""}}};
  Programs programs(outlet_);
  const Camera one(outlet_, SourceId{1}, 10, "white");
  start(programs);
  record_for(4s);
  const auto stopped = wall_now();
  stop(programs, "film.mp4");
  const auto rendered = media::render(
      {copies_, {{begun_, outlet_.scene, {}, {}}}, {{begun_, begun_ + 1h, true}}}, folder_ / "anew.mp4", {});
  ASSERT_EQ(rendered.parts.size(), 1u);
  EXPECT_NEAR(static_cast<double>(rendered.parts[0].length.count()),
              static_cast<double>((stopped - begun_).count()), 700);
}

}  // namespace
}  // namespace diemcau::program
