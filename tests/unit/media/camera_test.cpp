#include "media/stage/camera.h"

#include <gtest/gtest.h>

#include "tests/unit/media/rtp_packets.h"

namespace diemcau::stage {
namespace {

using namespace std::chrono_literals;

constexpr SourceId source{7};

/// A key frame of so many lines (RFC 6386 9.1: two more bytes of the tag, start code, width, height).
Bytes keyframe_of(int lines) {
  auto payload = rtp::vp8_payload(true, 1, 1, "");
  for (const int byte :
       {0, 0, 0x9d, 0x01, 0x2a, lines * 16 / 9 & 0xff, lines * 16 / 9 >> 8, lines & 0xff, lines >> 8})
    payload.push_back(static_cast<std::byte>(byte));
  return payload;
}

class CameraTest : public testing::Test {
 protected:
  void send(std::size_t layer, int lines) {
    const auto packet = rtp::write_packet(
        {.sequence = ++sequence_, .ssrc = static_cast<std::uint32_t>(100 + layer)}, keyframe_of(lines));
    ASSERT_TRUE(camera_.layer(layer).take(packet, now_));
  }
  /// A picture as it goes by the stage. True: the choice must be made anew.
  bool show(std::size_t layer, std::uint32_t timestamp) {
    auto& track = camera_.layer(layer);
    const bool was_alive = track.is_alive(now_);
    const auto arrived = track.take(rtp::write_packet({.sequence = ++sequence_,
                                                       .timestamp = timestamp,
                                                       .ssrc = static_cast<std::uint32_t>(100 + layer)},
                                                      keyframe_of(180 << layer)),
                                    now_);
    return camera_.on_packet(track, *arrived, was_alive);
  }
  /// So many more pictures, 50 ms apart, in these sizes.
  void show_all(int pictures, std::initializer_list<std::size_t> layers) {
    for (int i = 0; i < pictures; ++i) {
      now_ += 50ms;
      timestamp_ += 4500;
      for (const auto layer : layers) show(layer, timestamp_);
    }
  }
  void send_all() {
    send(0, 180);
    send(1, 360);
    send(2, 720);
  }
  int lines_for(int lines) const { return camera_.best(lines, now_)->height(); }

  Clock::time_point now_{1h};
  Camera camera_{source, nullptr, Codec::vp8, 3};
  std::uint16_t sequence_ = 0;
  std::uint32_t timestamp_ = 0;
};

TEST_F(CameraTest, ReadsTheSizeFromTheKeyframe) {
  send(1, 360);
  EXPECT_EQ(camera_.layer(1).height(), 360);
  EXPECT_EQ(camera_.layer(0).height(), 0);
}

TEST_F(CameraTest, ACellGetsTheSmallestSizeWithHalfItsLines) {
  send_all();
  EXPECT_EQ(lines_for(1080), 720);
  EXPECT_EQ(lines_for(721), 720);
  EXPECT_EQ(lines_for(540), 360);
  EXPECT_EQ(lines_for(360), 180);
  EXPECT_EQ(lines_for(100), 180);
}

TEST_F(CameraTest, TheOrderOfTheLayersSaysNothingAboutTheirSize) {
  send(0, 720);
  send(1, 360);
  send(2, 180);
  EXPECT_EQ(lines_for(1080), 720);
  EXPECT_EQ(lines_for(360), 180);
}

TEST_F(CameraTest, ASmallCameraIsShownLargeAllTheSame) {
  send(0, 180);
  EXPECT_EQ(lines_for(1080), 180);
}

TEST_F(CameraTest, APausedLayerIsReplacedByTheBestThatRuns) {
  send_all();
  now_ += 900ms;
  send(0, 180);
  send(1, 360);
  now_ += 200ms;  // the large one has said nothing for 1.1 s
  EXPECT_EQ(lines_for(1080), 360);
  EXPECT_EQ(camera_.wanted(1080), 2U) << "and is asked for";
  send(2, 720);
  EXPECT_EQ(lines_for(1080), 720);
}

TEST_F(CameraTest, AStillPictureStaysWhatItWas) {
  send_all();
  now_ += 1min;
  EXPECT_EQ(lines_for(1080), 720);
  EXPECT_EQ(lines_for(360), 180);
}

TEST_F(CameraTest, ASizeThatIsLeftOutIsReplacedWithinFivePicturesOfAnother) {
  show_all(20, {1, 2});
  show_all(4, {1});
  EXPECT_EQ(lines_for(1080), 720) << "libvpx leaves out a few when a size has too little";
  now_ += 50ms;
  EXPECT_TRUE(show(1, timestamp_ += 4500)) << "look again";
  EXPECT_EQ(lines_for(1080), 360);
  EXPECT_EQ(camera_.wanted(1080), 2U) << "and is asked for";
  EXPECT_FALSE(show(1, timestamp_ += 4500)) << "once";
}

TEST_F(CameraTest, APictureInManyPacketsIsOne) {
  show_all(20, {1, 2});
  ++timestamp_;
  for (int packet = 0; packet < 20; ++packet) EXPECT_FALSE(show(1, timestamp_));
  EXPECT_FALSE(show(1, timestamp_ - 4500)) << "a repaired one of before";
  EXPECT_EQ(lines_for(1080), 720);
}

TEST_F(CameraTest, AKeyframeThatTakesLongIsNotLeftOut) {
  show_all(20, {1, 2});
  const auto large = timestamp_ + 4500;
  for (int picture = 0; picture < 20; ++picture) {
    show_all(1, {1});
    show(2, large);
  }
  EXPECT_EQ(lines_for(1080), 720);
}

TEST_F(CameraTest, ASizeThatWasLeftOutIsBackWhenItGoesOnAsSteadilyAsTheOthers) {
  show_all(20, {1, 2});
  show_all(6, {1});
  for (int i = 0; i < 10; ++i) {
    show_all(4, {1});
    show_all(1, {1, 2});
    EXPECT_EQ(lines_for(1080), 360) << "one picture of five is not enough";
    show_all(1, {1});
  }
  show_all(3, {1, 2});
  EXPECT_EQ(lines_for(1080), 360);
  show_all(2, {1, 2});
  EXPECT_EQ(lines_for(1080), 720);
}

TEST_F(CameraTest, ASizeThatWasPausedIsThereWithItsFirstPicture) {
  show_all(20, {1, 2});
  show_all(21, {1});
  now_ += 50ms;
  EXPECT_TRUE(show(2, timestamp_ += 4500));
  EXPECT_EQ(lines_for(1080), 720);
}

TEST_F(CameraTest, OfAStillPictureNoSizeIsLeftOut) {
  show_all(20, {1, 2});
  now_ += 1min;
  show_all(1, {1, 2});
  EXPECT_EQ(lines_for(1080), 720);
  now_ += 1min;
  EXPECT_EQ(lines_for(1080), 720);
}

TEST_F(CameraTest, ASizeThatItsBrowserHasMadeSmallerIsStillAskedFor) {
  send_all();
  send(2, 180);
  EXPECT_EQ(lines_for(1080), 360) << "what is seen goes with what comes";
  EXPECT_EQ(camera_.wanted(1080), 2U);
  EXPECT_EQ(camera_.ladder(1080, true, now_).back().layer, 2U);
  now_ += 1100ms;
  send(2, 180);
  EXPECT_EQ(lines_for(1080), 180) << "the others have stopped";
  EXPECT_EQ(camera_.wanted(1080), 2U);
}

TEST_F(CameraTest, OfOurOwnPagesSoIsOneThatHasNeverBeenLarger) {
  Camera page(source, nullptr, Codec::vp8, 3, LayerSizes::doubling);
  const auto show = [&](std::size_t layer, int lines) {
    const auto packet = rtp::write_packet(
        {.sequence = ++sequence_, .ssrc = static_cast<std::uint32_t>(200 + layer)}, keyframe_of(lines));
    ASSERT_TRUE(page.layer(layer).take(packet, now_));
  };
  show(1, 360);
  show(2, 180);
  EXPECT_EQ(page.best(1080, now_)->height(), 360);
  EXPECT_EQ(page.wanted(1080), 2U);
  EXPECT_EQ(page.wanted(540), 1U);
  EXPECT_EQ(page.wanted(360), 0U);
}

TEST_F(CameraTest, BeforeThereIsAPictureTheUsualSizesAreAssumed) {
  EXPECT_EQ(camera_.wanted(1080), 2U);
  EXPECT_EQ(camera_.wanted(540), 1U);
  EXPECT_EQ(camera_.wanted(270), 0U);
  EXPECT_EQ(camera_.best(1080, now_), &camera_.layer(0));
}

}  // namespace
}  // namespace diemcau::stage
