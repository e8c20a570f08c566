#include "server/session/film_log.h"

#include <gtest/gtest.h>

#include "server/session/events.h"
#include "server/session/recording_watch.h"
#include "server/signaling/json_codec.h"
#include "tests/unit/server/session_script.h"

namespace diemcau::session {
namespace {

using namespace std::chrono_literals;

/// The log of a session that began at eight; each event so many seconds later.
class FilmLogTest : public testing::Test {
 protected:
  void at(int seconds, const Event& event) {
    log_.push_back({static_cast<std::int64_t>(log_.size()) + 1, begin_ + std::chrono::seconds(seconds),
                    "operator:1", protocol::encode(event).dump()});
  }
  /// A part that was begun so many seconds after eight.
  void part(int seconds, std::chrono::milliseconds length) {
    const auto position = parts_.empty() ? 0ms : parts_.back().position + parts_.back().length;
    parts_.push_back({"7-" + std::to_string(parts_.size()) + ".mp4", begin_ + std::chrono::seconds(seconds),
                      position, length});
  }
  FilmLog film() const { return film_log(brief_, log_, parts_); }
  std::vector<std::pair<std::int64_t, std::string>> chapters() const {
    std::vector<std::pair<std::int64_t, std::string>> found;
    for (const auto& chapter : film().chapters) found.emplace_back(chapter.at, chapter.title);
    return found;
  }

  Brief brief_ = example_brief();
  Time begin_ = brief_.meeting.starts_at;
  std::vector<scheduler::LoggedEvent> log_;
  std::vector<scheduler::RecordingPart> parts_;
};

using Chapters = std::vector<std::pair<std::int64_t, std::string>>;

TEST_F(FilmLogTest, ItemsAndSpeakersAreChapters) {
  part(0, 60s);
  at(0, ItemBegun{0});
  at(10, FloorGiven{sin_ho, {}});
  at(30, FloorTaken{sin_ho});
  at(40, ItemBegun{1});
  EXPECT_EQ(chapters(), (Chapters{{0, brief_.agenda[0].title},
                                  {10000, brief_.halls.at(sin_ho).name},
                                  {40000, brief_.agenda[1].title}}));
  EXPECT_EQ(film().length, 60000);
}

TEST_F(FilmLogTest, WhatHappensWhileNothingIsRecordedStandsWhereTheFilmGoesOn) {
  part(0, 20s);
  part(100, 20s);
  at(5, ItemBegun{0});
  at(50, ItemBegun{1});
  at(60, ItemBegun{2});
  at(110, FloorGiven{tam_duong, {}});
  at(500, FloorGiven{sin_ho, {}});
  EXPECT_EQ(chapters(), (Chapters{{5000, brief_.agenda[0].title},
                                  {20000, brief_.agenda[2].title},
                                  {30000, brief_.halls.at(tam_duong).name}}))
      << "only the last item of the pause, and nothing after the end";
}

TEST_F(FilmLogTest, KnowsWhoSpokeWhen) {
  part(0, 60s);
  part(100, 60s);
  at(5, MicrophoneOpened{main_hall});
  at(10, FloorGiven{sin_ho, {}});
  at(10, MicrophoneOpened{sin_ho});
  at(20, FloorGiven{tam_duong, {}});  // takes it from the one before
  at(70, FloorTaken{tam_duong});
  at(70, MicrophoneClosed{sin_ho});
  const auto voices = film().voices;
  ASSERT_EQ(voices.size(), 3U);
  const auto& main = voices.at(main_hall).microphone;
  ASSERT_EQ(main.size(), 1U);
  EXPECT_EQ(main[0].from, 5000);
  EXPECT_EQ(main[0].until, 120000) << "open to the end";
  ASSERT_EQ(voices.at(sin_ho).floor.size(), 1U);
  EXPECT_EQ(voices.at(sin_ho).floor[0].until, 20000);
  EXPECT_EQ(voices.at(sin_ho).microphone.at(0).until, 60000);
  EXPECT_EQ(voices.at(tam_duong).floor.at(0).until, 60000);
  EXPECT_EQ(voices.at(tam_duong).name, brief_.halls.at(tam_duong).name);
}

TEST_F(FilmLogTest, AFilmOfWhichNothingIsKnownHasNoChapters) {
  at(0, ItemBegun{0});
  at(10, FloorGiven{sin_ho, {}});
  const auto found = film();
  EXPECT_EQ(found.length, 0);
  EXPECT_TRUE(found.chapters.empty());
  EXPECT_TRUE(found.voices.empty());
}

TEST_F(FilmLogTest, ChaptersAreWrittenAsWebVtt) {
  brief_.agenda[0].title = "Thu & chi <2021>";
  part(0, 4000s);
  at(0, ItemBegun{0});
  at(3661, FloorGiven{sin_ho, {}});
  EXPECT_EQ(chapters_vtt(film()),
            "WEBVTT\n\n00:00:00.000 --> 01:01:01.000\nThu &amp; chi &lt;2021>\n\n01:01:01.000 --> "
            "01:06:40.000\n" +
                brief_.halls.at(sin_ho).name + "\n");
}

// ---- the watch over what is being recorded

constexpr Time eight{std::chrono::milliseconds(1611536400000)};

TEST(RecordingWatch, AFileThatStopsGrowingIsNoticedWithinFiveSeconds) {
  RecordingWatch watch(eight);
  EXPECT_FALSE(watch.stalled(eight + 9s)) << "it may take a moment to begin";
  EXPECT_TRUE(watch.stalled(eight + 10s)) << "but not for long, even if nothing is ever heard of it";
  for (int second = 1; second <= 20; ++second)
    watch.on_bytes(second * 250000, eight + std::chrono::seconds(second));
  EXPECT_FALSE(watch.stalled(eight + 23s));
  watch.on_bytes(20 * 250000, eight + 24s);
  EXPECT_TRUE(watch.stalled(eight + 24s)) << "the same size again is no growth";
  watch.on_bytes(21 * 250000, eight + 25s);
  EXPECT_FALSE(watch.stalled(eight + 25s));
}

TEST(RecordingWatch, AFullDiskIsSeenComingAnHourAhead) {
  RecordingWatch watch(eight);
  EXPECT_EQ(watch.full_in(1, 60min), std::nullopt) << "nothing is known yet";
  constexpr std::int64_t a_minute = 15'000'000;  // 2 Mbit/s
  for (int second = 0; second <= 120; ++second)
    watch.on_bytes(second * a_minute / 60, eight + std::chrono::seconds(second));
  EXPECT_EQ(watch.full_in(90 * a_minute, 60min), std::nullopt);
  EXPECT_EQ(watch.full_in(59 * a_minute, 60min), 59min);
  EXPECT_EQ(watch.full_in(5 * a_minute + a_minute / 2, 60min), 5min);
}

TEST(RecordingWatch, WhatIsWrittenBesideFillsTheDiskButIsNoSignOfLife) {
  RecordingWatch watch(eight);
  constexpr std::int64_t a_minute = 15'000'000;
  for (int second = 0; second <= 120; ++second)
    watch.on_bytes(second * a_minute / 60, eight + std::chrono::seconds(second), second * 2 * a_minute / 60);
  EXPECT_EQ(watch.bytes(), 2 * a_minute) << "of the film";
  EXPECT_EQ(watch.full_in(60 * a_minute, 60min), 20min);
  watch.on_bytes(2 * a_minute, eight + 124s, 5 * a_minute);
  EXPECT_TRUE(watch.stalled(eight + 124s));
}

}  // namespace
}  // namespace diemcau::session
