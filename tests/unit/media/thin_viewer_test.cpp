#include "tests/unit/media/thin_viewer_fixture.h"

namespace diemcau::media {
namespace {

TEST_F(ThinViewerTest, AViewerOnAWideLineGetsTheLargestPictureSoon) {
  viewer_->line.rate = 50e6;
  // Within a second, on a machine that is not busy with other things.
  EXPECT_TRUE(run_until([&] { return viewer_->lines[main()] == 720; }, 10s));
  viewer_->forget();
  run(2s);
  EXPECT_GT(viewer_->pictures[main()], 50);
  EXPECT_EQ(viewer_->broken, 0);
}

TEST_F(ThinViewerTest, At500KbitTheMainPictureMovesAndTheVoiceIsWhole) {
  viewer_->line.rate = 500e3;
  run(5s);
  viewer_->forget();
  run(4s);
  EXPECT_EQ(viewer_->lines[main()], 180);
  EXPECT_GE(viewer_->pictures[main()], 4 * 18);
  EXPECT_GT(viewer_->voices, 190u);
  EXPECT_EQ(viewer_->voices_lost, 0u);
  EXPECT_LT(viewer_->longest_wait, 250ms);
  EXPECT_EQ(viewer_->broken, 0) << "numbers have no gaps";
  EXPECT_GT(line_.estimate, 300'000);
  EXPECT_LT(line_.estimate, 650'000);
  ASSERT_TRUE(line_.cells.at(0));
  EXPECT_EQ(line_.cells[0]->lines, 180);
  EXPECT_EQ(publisher_->wanted, std::set<std::string>{"q"}) << "nobody needs the others";
}

TEST_F(ThinViewerTest, At250KbitTheMainPictureStillMoves) {
  viewer_->line.rate = 250e3;
  run(6s);
  viewer_->forget();
  run(4s);
  EXPECT_GE(viewer_->pictures[main()], 4 * 18);
  EXPECT_EQ(viewer_->voices_lost, 0u);
  EXPECT_EQ(viewer_->broken, 0);
}

TEST_F(ThinViewerTest, AtLessTemporalLayersAreLeftOutAndTheVoiceGoesOn) {
  viewer_->line.rate = 150e3;
  run(8s);
  viewer_->forget();
  run(4s);
  EXPECT_GT(viewer_->pictures[main()], 4 * 5);
  EXPECT_LT(viewer_->pictures[main()], 4 * 18);
  EXPECT_GT(viewer_->voices, 190u);
  EXPECT_EQ(viewer_->voices_lost, 0u);
  EXPECT_EQ(viewer_->broken, 0);
}

TEST_F(ThinViewerTest, ALineThatBecomesWideGetsTheLargePictureAgain) {
  viewer_->line.rate = 500e3;
  run(4s);
  EXPECT_EQ(viewer_->lines[main()], 180);
  viewer_->line.rate = 50e6;
  EXPECT_TRUE(run_until([&] { return viewer_->lines[main()] == 720; }, 60s));
}

TEST_F(ThinViewerTest, ACutToWhoStandsInNextWaitsForNoKeyframe) {
  viewer_->line.rate = 50e6;
  const SourceId other{20};
  auto& next = others_.try_emplace(other, engine_, other).first->second;
  ASSERT_TRUE(run_until([&] { return viewer_->lines[main()] == 720 && next.peer.connected(); }, 10s));
  const Scene scene{Layout::single, {{other, ""}}};
  engine_.set_next(room, scene);
  const auto had = next.keyframes;
  ASSERT_TRUE(run_until([&] { return next.keyframes >= had + 3; }, 10s)) << "one a second is asked for";
  next.gives_keyframes = false;
  viewer_->forget();
  engine_.set_scene(room, scene);
  ASSERT_TRUE(run_until([&] { return viewer_->keyframes == 1; }, 1s)) << "the one that is there already";
  EXPECT_LT(viewer_->pictures[main()], 20) << "of what came since, only what the newest picture needs";
  run(2s);
  EXPECT_GT(viewer_->pictures[main()], 45) << "and then all";
  EXPECT_EQ(viewer_->broken, 0);
}

}  // namespace
}  // namespace diemcau::media
