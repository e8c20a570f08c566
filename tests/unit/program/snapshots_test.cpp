#include "media/program/snapshots.h"

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

class SnapshotTest : public testing::TestWithParam<rtp::Codec> {};

TEST_P(SnapshotTest, IsASmallJpegOfTheKeyframe) {
  const auto jpeg = draw_snapshot(keyframe_of(GetParam()));
  ASSERT_TRUE(jpeg);
  EXPECT_EQ(jpeg->at(0), std::byte{0xff});
  EXPECT_EQ(jpeg->at(1), std::byte{0xd8});
  EXPECT_LT(jpeg->size(), 10'000u);
}

TEST_P(SnapshotTest, IsNotMadeOfHalfAKeyframeNorOfAnythingElse) {
  auto keyframe = keyframe_of(GetParam());
  const auto whole = keyframe.packets;
  for (auto& packet : keyframe.packets)
    for (std::size_t i = 12; i < packet.size(); ++i) packet[i] ^= std::byte{0x5a};
  EXPECT_FALSE(draw_snapshot(keyframe)) << "noise";
  keyframe.packets = whole;
  keyframe.packets.front().resize(40);
  keyframe.packets.resize(1);
  EXPECT_FALSE(draw_snapshot(keyframe)) << "its beginning";
  keyframe.packets.clear();
  EXPECT_FALSE(draw_snapshot(keyframe)) << "nothing";
}

INSTANTIATE_TEST_SUITE_P(Of, SnapshotTest, testing::Values(rtp::Codec::vp8, rtp::Codec::h264),
                         [](const auto& of) { return std::string(rtp::name_of(of.param)); });

TEST(Snapshots, EachSourceHasItsTurnAndTheNewestIsMade) {
  auto keyframe = keyframe_of(rtp::Codec::vp8);
  std::mutex mutex;
  std::condition_variable changed;
  std::map<media::SourceId, int> made;
  Snapshots snapshots([&](const media::Snapshot& snapshot) {
    const std::lock_guard lock(mutex);
    EXPECT_EQ(snapshot.stage, stage_id);
    EXPECT_FALSE(snapshot.jpeg.empty());
    ++made[snapshot.source];
    changed.notify_one();
  });
  for (int time = 0; time < 100; ++time)
    for (const int source : {1, 2, 3}) {
      keyframe.source = media::SourceId{source};
      snapshots.put(keyframe);
    }
  std::unique_lock lock(mutex);
  EXPECT_TRUE(changed.wait_for(lock, 20s, [&] { return made.size() == 3; }));
  for (const auto& [source, times] : made) EXPECT_LE(times, 2) << "what was replaced is not made";
}

}  // namespace
}  // namespace diemcau::program
