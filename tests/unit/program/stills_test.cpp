#include "media/program/stills.h"

#include <condition_variable>
#include <mutex>

#include "tests/unit/program/program_fixture.h"

namespace diemcau::program {
namespace {

/// The first keyframe of a camera.
Keyframe keyframe_of(rtp::Codec codec) {
  std::mutex mutex;
  std::condition_variable changed;
  bool whole = false;
  Keyframe keyframe{stage_id, media::SourceId{1}, codec, {}};
  {
    const Camera camera(
        [&](rtp::Codec of, GstSample* sample) {
          const std::lock_guard lock(mutex);
          if (of != codec || whole) return;
          whole = rtp::parse_packet(keyframe.packets.emplace_back(bytes_of(sample)))->marker;
          changed.notify_one();
        },
        640, 10, "red", 0.8, 440, codec);
    std::unique_lock lock(mutex);
    EXPECT_TRUE(changed.wait_for(lock, 15s, [&] { return whole; }));
  }
  return keyframe;
}

class StillTest : public testing::TestWithParam<rtp::Codec> {};

TEST_P(StillTest, IsASmallJpegOfTheKeyframe) {
  const auto jpeg = draw_still(keyframe_of(GetParam()));
  ASSERT_TRUE(jpeg);
  EXPECT_EQ(jpeg->at(0), std::byte{0xff});
  EXPECT_EQ(jpeg->at(1), std::byte{0xd8});
  EXPECT_LT(jpeg->size(), 10'000u);
}

TEST_P(StillTest, IsNotMadeOfHalfAKeyframeNorOfAnythingElse) {
  auto keyframe = keyframe_of(GetParam());
  const auto whole = keyframe.packets;
  for (auto& packet : keyframe.packets)
    for (std::size_t i = 12; i < packet.size(); ++i) packet[i] ^= std::byte{0x5a};
  EXPECT_FALSE(draw_still(keyframe)) << "noise";
  keyframe.packets = whole;
  keyframe.packets.front().resize(40);
  keyframe.packets.resize(1);
  EXPECT_FALSE(draw_still(keyframe)) << "its beginning";
  keyframe.packets.clear();
  EXPECT_FALSE(draw_still(keyframe)) << "nothing";
}

INSTANTIATE_TEST_SUITE_P(Of, StillTest, testing::Values(rtp::Codec::vp8, rtp::Codec::h264),
                         [](const auto& of) { return std::string(rtp::name_of(of.param)); });

TEST(Stills, EachSourceHasItsTurnAndTheNewestIsMade) {
  auto keyframe = keyframe_of(rtp::Codec::vp8);
  std::mutex mutex;
  std::condition_variable changed;
  std::map<media::SourceId, int> made;
  Stills stills([&](const media::Still& still) {
    const std::lock_guard lock(mutex);
    EXPECT_EQ(still.stage, stage_id);
    EXPECT_FALSE(still.jpeg.empty());
    ++made[still.source];
    changed.notify_one();
  });
  for (int time = 0; time < 100; ++time)
    for (const int source : {1, 2, 3}) {
      keyframe.source = media::SourceId{source};
      stills.put(keyframe);
    }
  std::unique_lock lock(mutex);
  EXPECT_TRUE(changed.wait_for(lock, 20s, [&] { return made.size() == 3; }));
  for (const auto& [source, times] : made) EXPECT_LE(times, 2) << "what was replaced is not made";
}

}  // namespace
}  // namespace diemcau::program
