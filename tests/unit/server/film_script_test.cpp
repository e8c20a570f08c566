#include "server/session/film_script.h"

#include <gtest/gtest.h>

#include "server/session/recording_files.h"
#include "server/session/session.h"
#include "server/signaling/json_codec.h"
#include "tests/unit/server/session_script.h"

namespace diemcau::session {
namespace {

using namespace std::chrono_literals;

/// The log of a session that began at eight; each event so many seconds later.
class FilmScriptTest : public testing::Test {
 protected:
  void at(int seconds, const Event& event) {
    log_.push_back({static_cast<std::int64_t>(log_.size()) + 1, begin_ + std::chrono::seconds(seconds),
                    "operator:1", protocol::encode(event).dump()});
  }
  FilmScript script(std::optional<Layout> layout = {}) const {
    return film_script(brief_, log_, known_, layout, begin_ + 1h);
  }
  /// Seconds after eight, and whether the end is known.
  std::vector<std::tuple<double, double, bool>> parts() const {
    std::vector<std::tuple<double, double, bool>> found;
    for (const auto& part : script().parts)
      found.emplace_back(std::chrono::duration<double>(part.begin - begin_).count(),
                         std::chrono::duration<double>(part.end - begin_).count(), !part.cut_off);
    return found;
  }

  Brief brief_ = example_brief();
  Time begin_ = brief_.meeting.starts_at;
  std::vector<scheduler::LoggedEvent> log_;
  std::vector<scheduler::RecordingPart> known_;
};

using Parts = std::vector<std::tuple<double, double, bool>>;

TEST_F(FilmScriptTest, PartsAreWhatWasRecorded) {
  at(0, SessionOpened{});
  at(1, RecordingStarted{});
  at(10, RecordingStopped{});
  at(20, RecordingStarted{});
  at(30, RecordingFailed{"recording.failed"});
  at(40, RecordingStarted{});
  at(50, SessionEnded{});
  EXPECT_EQ(parts(), (Parts{{1, 10, true}, {20, 30, true}, {40, 50, true}}));
}

TEST_F(FilmScriptTest, NobodyKnowsWhenAKilledServerStopped) {
  at(1, RecordingStarted{});
  at(100, SessionResumed{});
  at(100, RecordingStarted{});
  EXPECT_EQ(parts(), (Parts{{1, 100, false}, {100, 3600, false}}));
}

TEST_F(FilmScriptTest, AKnownPartLiesAsItsFilmDid) {
  at(1, RecordingStarted{});
  at(100, SessionResumed{});
  at(110, RecordingStarted{});
  at(120, RecordingStopped{});
  const auto file = [this](std::chrono::seconds begun) {
    return recording_file(brief_.meeting.id, begin_ + begun);
  };
  known_ = {{file(1s), begin_ + 1400ms, 0ms, 41500ms}, {file(110s), begin_ + 110s, 41500ms, 0ms}};
  EXPECT_EQ(parts(), (Parts{{1.4, 42.9, true}, {110, 120, true}})) << "nothing could be read of the second";
}

TEST_F(FilmScriptTest, DirectionsAreTheStageAsItWas) {
  const Scene scene{Layout::side_by_side, {{Camera{sin_ho}}, {Screen{tam_duong}}}};
  at(0, SessionOpened{});
  at(2, SiteJoined{sin_ho});
  at(3, SceneStaged{scene});
  at(4, MicrophoneOpened{sin_ho});
  at(5, HandRaised{tam_duong});
  at(6, SiteLost{sin_ho});
  const auto directions = script().directions;
  ASSERT_EQ(directions.size(), 5u) << "a raised hand is no direction";
  EXPECT_EQ(directions[0].scene.cells.at(0).source, media_source(Camera{main_hall}));
  EXPECT_EQ(directions[1].present, std::vector{media_source(Camera{sin_ho})});
  EXPECT_EQ(directions[2].at, begin_ + 3s);
  EXPECT_EQ(directions[2].scene.layout, media::Layout::side_by_side);
  EXPECT_EQ(directions[2].scene.cells.at(1).source, media_source(Screen{tam_duong}));
  EXPECT_EQ(directions[2].scene.cells.at(0).label, brief_.halls.at(sin_ho).name);
  EXPECT_TRUE(directions[2].audible.empty());
  EXPECT_EQ(directions[3].audible, std::vector{media_source(Camera{sin_ho})});
  EXPECT_TRUE(directions[4].present.empty());
}

TEST_F(FilmScriptTest, AnotherLayoutKeepsTheSourcesInTheirOrder) {
  at(3, SceneStaged{{Layout::side_by_side, {{Camera{sin_ho}}, {Camera{tam_duong}}}}});
  const auto single = script(Layout::single).directions.back().scene;
  ASSERT_EQ(single.cells.size(), 1u);
  EXPECT_EQ(single.cells[0].source, media_source(Camera{sin_ho}));
  const auto grid = script(Layout::grid_2x2).directions.back().scene;
  ASSERT_EQ(grid.cells.size(), 4u);
  EXPECT_EQ(grid.cells[1].source, media_source(Camera{tam_duong}));
  EXPECT_FALSE(grid.cells[2].source);
}

}  // namespace
}  // namespace diemcau::session
