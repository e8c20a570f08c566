#include "tests/unit/media/thin_viewer_fixture.h"

namespace diemcau::media {
namespace {

/// A hall that sees nine others.
class ThinHallTest : public ThinViewerTest {
 protected:
  void SetUp() override {
    ThinViewerTest::SetUp();
    Scene scene{Layout::grid_3x3, {{SourceId{10}, "Tam Đường"}}};
    for (std::int64_t i = 11; i < 19; ++i) {
      others_.try_emplace(SourceId{i}, engine_, SourceId{i});
      scene.cells.push_back({SourceId{i}, "Sìn Hồ"});
    }
    engine_.disconnect(PeerId{99});
    viewer_.emplace(engine_, 9, SourceId{5});
    engine_.set_scene(room, scene);
  }
};

TEST_F(ThinHallTest, ALineTooThinForNinePicturesGetsTheProgramByItselfAndTheStageBack) {
  viewer_->line.rate = 500e3;
  ASSERT_TRUE(run_until([&] { return program_shown_; }, 60s));
  run(3s);
  viewer_->forget();
  run(5s);
  EXPECT_EQ(viewer_->lines[main()], 360);
  EXPECT_GE(viewer_->pictures[main()], 5 * 13) << "of 15 a second";
  EXPECT_EQ(viewer_->pictures.size(), 1u) << "and nothing else";
  EXPECT_EQ(viewer_->voices_lost, 0u);
  EXPECT_GT(viewer_->voices, 240u);
  EXPECT_LT(viewer_->longest_wait, 250ms);
  EXPECT_EQ(viewer_->broken, 0) << "numbers have no gaps";
  viewer_->line.rate = 50e6;
  EXPECT_TRUE(run_until([&] { return !program_shown_ && viewer_->pictures.size() == 9; }, 60s));
  EXPECT_EQ(viewer_->broken, 0);
}

TEST_F(ThinHallTest, ByHandAHallGetsTheProgramAndTheStageBack) {
  viewer_->line.rate = 50e6;
  ASSERT_TRUE(run_until([&] { return viewer_->pictures.size() == 9; }, 20s));
  engine_.set_feeds(room, {{SourceId{5}, Feed::program}});
  ASSERT_TRUE(run_until([&] { return program_shown_ && viewer_->lines[main()] == 360; }, 20s));
  viewer_->forget();
  run(1s);
  EXPECT_EQ(viewer_->pictures.size(), 1u);
  engine_.set_feeds(room, {{SourceId{5}, Feed::stage}});
  ASSERT_TRUE(run_until([&] { return !program_shown_ && viewer_->pictures.size() == 9; }, 20s));
  EXPECT_EQ(viewer_->broken, 0);
}

/// A hall that sees a room system, which gives one size: more than a line is thought to carry at first.
class RoomSystemTest : public ThinViewerTest {
 protected:
  void SetUp() override {
    ThinViewerTest::SetUp();
    for (const auto id : {PeerId{10}, PeerId{99}}) engine_.disconnect(id);
    publisher_.emplace(engine_, SourceId{10}, false);
    viewer_.emplace(engine_, 2, SourceId{5});
  }
};

TEST_F(RoomSystemTest, IsSeenAtOnceOnALineOfWhichNothingIsKnown) {
  viewer_->line.rate = 50e6;
  EXPECT_TRUE(run_until([&] { return viewer_->pictures[main()] > 0; }, 5s));
  run(4s);
  EXPECT_EQ(viewer_->lines[main()], 720);
  EXPECT_EQ(programs_, 0);
  EXPECT_EQ(viewer_->broken, 0);
}

TEST_F(RoomSystemTest, IsSeenInTheProgramWhereTheLineIsFoundToBeThin) {
  viewer_->line.rate = 500e3;
  ASSERT_TRUE(run_until([&] { return program_shown_; }, 5s));
  run(3s);
  viewer_->forget();
  run(4s);
  EXPECT_EQ(viewer_->lines[main()], 360);
  EXPECT_GE(viewer_->pictures[main()], 4 * 13);
  EXPECT_EQ(viewer_->voices_lost, 0u);
  viewer_->line.rate = 50e6;
  EXPECT_TRUE(run_until([&] { return !program_shown_ && viewer_->lines[main()] == 720; }, 60s));
}

}  // namespace
}  // namespace diemcau::media
