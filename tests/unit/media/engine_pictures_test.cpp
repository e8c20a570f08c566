#include "tests/unit/media/engine_fixture.h"

/// What is seen and heard of whom.
namespace diemcau::media {
namespace {

TEST_P(EngineTest, AViewerGetsThePictureFromItsNextKeyframeOn) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  for (int i = 0; i < 6; ++i) publisher.show();
  put_on_stage({an_binh});
  ASSERT_TRUE(run_until([&] { return publisher.keyframes_wanted > 0; })) << "the engine asks for one";
  for (int i = 0; i < 5; ++i) publisher.show();
  publisher.show(true);
  publisher.show();
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 2; }));
  EXPECT_TRUE(viewer.video()[0].keyframe);
  EXPECT_EQ(viewer.video()[0].text, "A12");
  EXPECT_EQ(viewer.video()[1].text, "A13");
  EXPECT_EQ(viewer.video()[1].timestamp, viewer.video()[0].timestamp + 3000);
  EXPECT_TRUE(consecutive(viewer.video()));
  EXPECT_GT(woken_, 0);
  EXPECT_EQ(engine_.counters().peers, 2u);
}

TEST_P(EngineTest, AFreshKeyframeAndAllSinceAreSentAtOnce) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  const auto before = engine_.counters().packets_in;
  publisher.show(true);
  for (int i = 0; i < 5; ++i) publisher.show();
  ASSERT_TRUE(run_until([&] { return engine_.counters().packets_in >= before + 6; }));
  put_on_stage({an_binh});
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 6; })) << "without waiting for the next one";
  EXPECT_TRUE(viewer.video()[0].keyframe);
  publisher.show();
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 7; }));
  EXPECT_TRUE(consecutive(viewer.video()));
  for (std::size_t i = 1; i < 7; ++i)
    EXPECT_GT(viewer.video()[i].timestamp, viewer.video()[i - 1].timestamp) << i;
}

TEST_P(EngineTest, AnotherPictureReplacesTheOldOnlyWithItsKeyframe) {
  auto& first = join(an_binh, 0, 0, "A");
  auto& second = join(ban_mai, 0, 0, "B");
  auto& viewer = join(std::nullopt, 1);
  put_on_stage({an_binh});
  first.show();
  ASSERT_TRUE(run_until([&] { return first.keyframes_wanted > 0; }));
  first.show(true);
  second.show();
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 1; }));

  put_on_stage({ban_mai});
  ASSERT_TRUE(run_until([&] { return second.keyframes_wanted > 0; }));
  second.show();
  first.show();
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 2; })) << "the old picture runs on";
  EXPECT_EQ(viewer.video()[1].text, "A3");
  second.show(true);
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 3; }));
  first.show();
  second.show();
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 4; }));
  EXPECT_EQ(viewer.video()[2].text, "B3");
  EXPECT_EQ(viewer.video()[3].text, "B4") << "nothing of the old one any more";
  EXPECT_TRUE(consecutive(viewer.video()));
  ASSERT_TRUE(run_until([&] { return viewer.sender_reports > 0; })) << "for lip sync, right after the switch";
}

// Its camera is off, say: the picture of who was there before must not stay under its name.
TEST_P(EngineTest, AViewerIsToldWhichPicturesHaveNotCome) {
  auto& first = join(an_binh, 1, 0, "A");
  auto& second = join(ban_mai, 0, 0, "B");
  auto& viewer = join(std::nullopt, 2);
  put_on_stage({an_binh, std::nullopt});
  first.show(true);
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 1; }));
  put_on_stage({ban_mai, an_binh});
  const std::vector<std::size_t> main_cell{0};
  ASSERT_TRUE(run_until([&] {
    first.show(true);
    return late_[viewer.id()] == main_cell && late_[first.id()] == main_cell;
  }));
  EXPECT_FALSE(viewer.video(1).empty()) << "the other cell's is there";
  second.show(true);
  ASSERT_TRUE(run_until([&] { return late_[viewer.id()].empty() && late_[first.id()].empty(); }));
  put_on_stage({an_binh, ban_mai});
  first.show(true);
  second.show(true);
  EXPECT_FALSE(run_until([&] { return !late_[viewer.id()].empty(); }, 2s))
      << "a cut that takes its time is none";
}

TEST_P(EngineTest, AStillPictureIsShownToWhoComesLate) {
  auto& publisher = join(an_binh, 0, 0, "slide ");
  publisher.show(true);
  publisher.show();
  ASSERT_TRUE(run_until([&] { return publisher.feedbacks > 0; }));
  std::this_thread::sleep_for(300ms);  // what makes it a still one is that nothing comes
  auto& viewer = join(std::nullopt, 1);
  put_on_stage({an_binh});
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 2; }));
  EXPECT_TRUE(viewer.video()[0].keyframe);
  publisher.show();
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 3; }));
  EXPECT_EQ(viewer.video()[2].text, "slide 3");
  EXPECT_TRUE(consecutive(viewer.video()));
}

TEST_P(EngineTest, AViewerThatAsksInALoopGetsAStillPictureOnce) {
  auto& publisher = join(an_binh, 0, 0, "slide ");
  auto& viewer = join(std::nullopt, 1);
  put_on_stage({an_binh});
  publisher.show();
  ASSERT_TRUE(run_until([&] { return publisher.keyframes_wanted > 0; }));
  publisher.show(true);
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 1; }));
  std::this_thread::sleep_for(300ms);
  const auto before = engine_.counters().packets_in;
  viewer.ask_keyframe(0, 50);
  ASSERT_TRUE(handled(before + 1));
  publisher.show();
  ASSERT_TRUE(run_until([&] { return viewer.video().size() >= 3; }));
  EXPECT_EQ(viewer.video().size(), 3u) << "the picture, its replay, the next";
}

// The switch waits for B's keyframe while the viewer has lost A's picture; then the viewer is gone.
TEST_P(EngineTest, AViewerMayAskAndLeaveWhileASwitchWaits) {
  auto& first = join(an_binh, 0, 0, "A");
  auto& second = join(ban_mai, 0, 0, "B");
  auto& viewer = join(std::nullopt, 1);
  auto& other = join(std::nullopt, 1);
  put_on_stage({an_binh});
  first.show();
  ASSERT_TRUE(run_until([&] { return first.keyframes_wanted > 0; }));
  first.show(true);
  second.show();
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 1 && other.video().size() == 1; }));
  put_on_stage({ban_mai});
  ASSERT_TRUE(run_until([&] { return second.keyframes_wanted > 0; }));
  std::this_thread::sleep_for(300ms);
  viewer.ask_keyframe();
  other.ask_keyframe();
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 2 && other.video().size() == 2; }))
      << "A's picture again";
  engine_.disconnect(viewer.id());
  ASSERT_TRUE(run_until([&] { return viewer.peer.closed(); }));
  second.show(true);
  ASSERT_TRUE(run_until([&] { return other.video().size() == 3; })) << "and the switch still happens";
  EXPECT_EQ(other.video()[2].text, "B2");
}

TEST_P(EngineTest, AnEncoderThatBeginsAnewGoesOnInTheSameStream) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  ASSERT_TRUE(show_first(publisher, viewer));
  publisher.video_ssrc = 0x999;
  publisher.video_sequence = 61000;
  publisher.keyframes_wanted = 0;
  publisher.show();
  ASSERT_TRUE(run_until([&] { return publisher.keyframes_wanted > 0; }));
  publisher.show(true);
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 2; }));
  EXPECT_TRUE(viewer.video()[1].keyframe);
  EXPECT_TRUE(consecutive(viewer.video()));
}

TEST_P(EngineTest, AClosedMicrophoneIsNotPassedOn) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1, 1);
  put_on_stage({an_binh});
  publisher.show();
  ASSERT_TRUE(run_until([&] { return publisher.keyframes_wanted > 0; }));
  // The picture that is sent behind each word shows that the word has been handled.
  publisher.speak();
  publisher.show(true);
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 1; }));
  EXPECT_TRUE(viewer.audio().empty());

  engine_.set_audible(stage, {an_binh});
  ASSERT_TRUE(run_until([&] {
    publisher.speak();
    return viewer.audio().size() >= 3;
  }));
  EXPECT_TRUE(consecutive(viewer.audio()));
  engine_.set_audible(stage, {});
  ASSERT_TRUE(run_until([&] {
    const auto before = viewer.audio().size();
    publisher.speak();
    publisher.show();
    const auto pictures = viewer.video().size();
    return run_until([&] { return viewer.video().size() > pictures; }) && viewer.audio().size() == before;
  }));
  const auto heard = viewer.audio().size();
  for (int i = 0; i < 20; ++i) publisher.speak();
  publisher.show();
  const auto pictures = viewer.video().size();
  ASSERT_TRUE(run_until([&] { return viewer.video().size() > pictures; }));
  EXPECT_EQ(viewer.audio().size(), heard);
}

TEST_P(EngineTest, NobodyGetsTheirOwnPictureOrVoice) {
  auto& first = join(an_binh, 2, 2, "A");
  auto& second = join(ban_mai, 2, 2, "B");
  put_on_stage({an_binh, ban_mai});
  engine_.set_audible(stage, {an_binh, ban_mai});
  first.show();
  second.show();
  ASSERT_TRUE(run_until([&] { return first.keyframes_wanted > 0 && second.keyframes_wanted > 0; }));
  for (int i = 0; i < 3; ++i) {
    first.show(true);
    second.show(true);
    first.speak();
    second.speak();
  }
  ASSERT_TRUE(run_until([&] {
    return first.video(1).size() == 3 && second.video(0).size() == 3 && !first.audio(0).empty() &&
           !second.audio(0).empty();
  }));
  EXPECT_TRUE(first.video(0).empty());
  EXPECT_TRUE(second.video(1).empty());
  EXPECT_TRUE(first.audio(1).empty() && second.audio(1).empty());
  EXPECT_EQ(first.audio(0)[0].text.substr(0, 1), "B");
}

TEST_P(EngineTest, AHallWithAnEchoGetsItselfThreeSecondsLaterAndNobodyElse) {
  auto& hall = join(an_binh, 2, 1, "A");
  auto& other = join(ban_mai, 1, 1, "B");
  put_on_stage({ban_mai, an_binh});
  engine_.set_audible(stage, {ban_mai});
  engine_.set_feeds(stage, {{an_binh, Feed::echo}});
  const auto begun = std::chrono::steady_clock::now();
  hall.show();  // nobody sees what has no keyframe before it
  ASSERT_TRUE(run_until([&] { return hall.keyframes_wanted > 0; }));
  hall.show(true);
  hall.show();
  hall.speak();
  hall.speak();
  other.show(true);
  other.speak();
  ASSERT_TRUE(run_until([&] { return hall.video().size() == 2 && hall.audio().size() == 2; }, 10s));
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 3s);
  EXPECT_TRUE(hall.video()[0].keyframe);
  EXPECT_EQ(hall.video()[0].text.front(), 'A');
  EXPECT_EQ(hall.audio()[0].text, "A says 501");
  EXPECT_TRUE(hall.video(1).empty()) << "nothing of the stage";
  EXPECT_TRUE(other.audio().empty()) << "its microphone is closed for others";
  EXPECT_FALSE(loudest_.contains(echo_of(an_binh)));

  engine_.set_feeds(stage, {});
  ASSERT_TRUE(run_until([&] {
    other.show(true);
    other.speak();
    return hall.video().size() > 2 && hall.audio().size() > 2;
  }));
  EXPECT_EQ(hall.video()[2].text.front(), 'B') << "the stage again";
  EXPECT_TRUE(consecutive(hall.video()));
}

TEST_P(EngineTest, AHallWithAnEchoMayReturnAndGo) {
  auto& hall = join(an_binh, 1, 1, "A");
  engine_.set_feeds(stage, {{an_binh, Feed::echo}});
  hall.show();
  ASSERT_TRUE(run_until([&] { return hall.keyframes_wanted > 0; }));
  hall.show(true);
  auto& again = join(an_binh, 1, 1, "C");
  again.show();
  ASSERT_TRUE(run_until([&] { return again.keyframes_wanted > 0; })) << "its echo begins anew";
  again.show(true);
  ASSERT_TRUE(run_until([&] { return !again.video().empty(); }, 10s));
  EXPECT_EQ(again.video()[0].text.front(), 'C');
  engine_.disconnect(again.id());
  auto& last = join(ban_mai, 1, 1, "B");
  put_on_stage({an_binh});
  last.show(true);
  EXPECT_TRUE(handled(engine_.counters().packets_in));
}

TEST_P(EngineTest, LevelsAreTold) {
  auto& publisher = join(an_binh, 0, 0, "A");
  ASSERT_TRUE(run_until([&] {
    publisher.speak(30);
    return loudest_[an_binh] > 0;
  }));
  EXPECT_EQ(loudest_[an_binh], 50) << "-30 dBov, whether the microphone is open or not";
}

}  // namespace
}  // namespace diemcau::media
