#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/unit/program/output_fixture.h"

namespace diemcau::program {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

struct Segment {
  std::string name;
  double seconds{};
};
/// What a playlist names, in order (RFC 8216 4.3.2.1).
std::vector<Segment> segments(const fs::path& playlist) {
  constexpr std::string_view duration = "#EXTINF:";
  std::vector<Segment> all;
  std::istringstream lines(text_of(playlist));
  double seconds = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(duration)) seconds = std::stod(line.substr(duration.size()));
    if (!line.empty() && line.front() != '#') all.push_back({line, seconds});
  }
  return all;
}

/// How many pictures a decoder makes of a segment alone: those before its first keyframe are none.
int pictures(const fs::path& segment) {
  int count = 0;
  const TakeSample take = [&count](GstSample*) { ++count; };
  std::promise<Fault> over;
  Pipeline pipeline(
      "filesrc name=file ! tsdemux ! h264parse ! avdec_h264 output-corrupt=false ! appsink name=out "
      "sync=false "
      "async=false",
      [&](const Fault& fault) { over.set_value(fault); });
  pipeline.set("file", "location", segment.string());
  take_samples(pipeline.get<GstAppSink>("out").get(), &take);
  pipeline.play();
  if (over.get_future().wait_for(30s) != std::future_status::ready) throw std::runtime_error("no end");
  return count;
}

class HlsTest : public OutputTest {
 protected:
  bool has_segments(std::size_t count) {
    return outlet_.wait([&] { return segments(playlist_).size() >= count; }, 60s);
  }
  const fs::path live_ = folder_ / "live" / "3";
  const fs::path playlist_ = live_ / "live.m3u8";
};

TEST_F(HlsTest, APlaylistNamesSegmentsThatHoldPictureAndSoundAndBeginWithAKeyframe) {
  Programs programs(outlet_);
  programs.publish_output(stage_id, output, live_);
  ASSERT_TRUE(measured(OutputState::live));
  ASSERT_TRUE(has_segments(3));
  for (const auto& [name, seconds] : segments(playlist_)) {
    SCOPED_TRACE(name);
    const auto contents = look_into(live_ / name);
    EXPECT_EQ(contents.video, "video/x-h264");
    EXPECT_EQ(contents.audio, "audio/mpeg");
    EXPECT_LE(seconds, 3);
    EXPECT_NEAR(pictures(live_ / name), seconds * 25, 2) << "from its first picture on";
  }
  EXPECT_TRUE(measured([](const OutputMeasured& one) { return one.bitrate > 100'000; }));
}

TEST_F(HlsTest, OldSegmentsAreRemovedAndAllOfThemInTheEnd) {
  Programs programs(outlet_);
  programs.publish_output(stage_id, output, live_);
  ASSERT_TRUE(has_segments(1));
  const auto first = live_ / segments(playlist_).front().name;
  EXPECT_TRUE(outlet_.wait([&] { return !fs::exists(first); }, 60s)) << "the disk would fill";
  const auto files = std::distance(fs::directory_iterator(live_), {});
  EXPECT_LE(files, 15);
  programs.stop_output(stage_id, output);
  EXPECT_TRUE(outlet_.wait([&] { return !fs::exists(live_); }));
}

TEST_F(HlsTest, WhatIsLeftOfAnEarlierRunIsNotGivenAway) {
  fs::create_directories(live_);
  std::ofstream(live_ / "1700000000000-00001.ts") << "old";
  std::ofstream(playlist_) << "#EXTM3U\n1700000000000-00001.ts\n";
  Programs programs(outlet_);
  programs.publish_output(stage_id, output, live_);
  ASSERT_TRUE(measured(OutputState::live));
  for (const auto& [name, seconds] : segments(playlist_)) EXPECT_FALSE(name.starts_with("1700000000000"));
  EXPECT_FALSE(fs::exists(live_ / "1700000000000-00001.ts"));
}

TEST_F(HlsTest, AFolderThatCannotBeWrittenIsToldAndTriedAgain) {
  std::ofstream(folder_ / "live") << "a file where the folder should be";
  Programs programs(outlet_);
  programs.publish_output(stage_id, output, live_);
  const auto waiting = measured(OutputState::waiting);
  ASSERT_TRUE(waiting);
  EXPECT_NE(waiting->detail.find("live"), std::string::npos) << waiting->detail;
  fs::remove(folder_ / "live");
  EXPECT_TRUE(measured(OutputState::live)) << "as soon as it can";
}

}  // namespace
}  // namespace diemcau::program
