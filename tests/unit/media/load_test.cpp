#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <vector>

#include <gtest/gtest.h>

#include "media/media.h"
#include "media/rtp/packet.h"
#include "media/rtp/vp8.h"
#include "tests/free_port.h"
#include "tests/load/crowd.h"
#include "tests/load/stamp.h"
#include "tests/load/tally.h"

/// What the load client counts is what happened.
namespace diemcau::load {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

const Clock::time_point start = Clock::time_point(1000s);

TEST(Stamp, IsReadBackFromTheEndOfAPayload) {
  const Stamp stamp{5, 70000, Clock::time_point(123456789ns)};
  std::vector<std::byte> payload(100, std::byte{7});
  write_stamp(stamp, std::span(payload).last(stamp_size));
  EXPECT_EQ(read_stamp(payload), stamp);
}

TEST(Stamp, IsNotSeenInAnotherPayload) {
  EXPECT_FALSE(read_stamp(std::vector<std::byte>(100, std::byte{7})));
  EXPECT_FALSE(read_stamp(std::vector<std::byte>(stamp_size - 1)));
}

/// One viewer of one camera (stream 0) and one voice (stream 1).
class TallyOfOneViewer : public ::testing::Test {
 protected:
  void open() { tally.open({100, 50}, {true, false}); }
  void arrive(std::uint16_t stream, std::uint32_t counter, Clock::duration delay = 1ms) {
    tally.record(0, {stream, counter, start}, start + delay);
  }
  Tally::Result close(std::uint32_t camera, std::uint32_t voice) {
    tally.close({camera, voice});
    return tally.result();
  }
  Tally tally{1, 2};
};

TEST_F(TallyOfOneViewer, CountsWhatArrivedInOrder) {
  open();
  for (std::uint32_t i = 0; i < 3; ++i) arrive(0, 100 + i);
  arrive(1, 50);
  const auto result = close(103, 51);
  EXPECT_EQ(result.received, 4u);
  EXPECT_EQ(result.lost, 0u);
  EXPECT_EQ(result.duplicated, 0u);
  EXPECT_EQ(result.reordered, 0u);
}

TEST_F(TallyOfOneViewer, SeesLossAtTheBeginningInTheMiddleAndAtTheEnd) {
  open();
  arrive(0, 101);
  arrive(0, 103);
  EXPECT_EQ(close(105, 50).lost, 3u);
}

TEST_F(TallyOfOneViewer, TellsALatePacketFromALostOneAndFromACopy) {
  open();
  for (const std::uint32_t counter : {100u, 102u, 101u, 101u, 103u}) arrive(0, counter);
  const auto result = close(104, 50);
  EXPECT_EQ(result.received, 4u);
  EXPECT_EQ(result.lost, 0u);
  EXPECT_EQ(result.duplicated, 1u);
  EXPECT_EQ(result.reordered, 1u);
}

TEST_F(TallyOfOneViewer, CountsNothingThatWasSentOutsideOfTheWindow) {
  arrive(0, 99);
  open();
  arrive(0, 99);
  arrive(0, 100);
  tally.close({101, 50});
  arrive(0, 101);
  const auto result = tally.result();
  EXPECT_EQ(result.received, 1u);
  EXPECT_EQ(result.lost, 0u);
}

TEST_F(TallyOfOneViewer, CountsAPacketOfTheWindowThatComesAfterItsEnd) {
  open();
  tally.close({101, 50});
  arrive(0, 100);
  EXPECT_EQ(tally.result().received, 1u);
}

TEST_F(TallyOfOneViewer, TakesASilentVoiceForLeftOutAndASilentCameraForLost) {
  open();
  const auto result = close(110, 60);
  EXPECT_EQ(result.silent_voices, 1u);
  EXPECT_EQ(result.silent_cameras, 1u);
  EXPECT_EQ(result.lost, 10u);
}

TEST_F(TallyOfOneViewer, RanksTheDelays) {
  open();
  for (std::uint32_t i = 0; i < 101; ++i) arrive(0, 100 + i, std::chrono::milliseconds(i));
  const auto result = close(201, 50);
  EXPECT_EQ(result.delay_median, 50ms);
  EXPECT_EQ(result.delay_99, 99ms);
  EXPECT_EQ(result.delay_longest, 100ms);
}

/// A publisher and a viewer on the engine. The viewer's line loses and repeats what the test says.
class CrowdOnTheEngine : public ::testing::Test {
 protected:
  CrowdOnTheEngine() {
    engine.open_stage(stage);
    engine.set_scene(stage, {media::Layout::single, {{media::SourceId{1}, {}}}});
    engine.set_audible(stage, {media::SourceId{1}});
    join(publisher, media::PeerId{1}, media::SourceId{1});
    publication = &crowd.publish(publisher, {600'000, true}, 0ms);
    viewer.on_rtp = [this](std::span<const std::byte> bytes) {
      const auto packet = rtp::parse_packet(bytes);
      ASSERT_TRUE(packet);
      const auto stamp = read_stamp(packet->payload);
      ASSERT_TRUE(stamp) << "every packet of the engine is one of ours";
      const bool video = packet->payload_type == TestPeer::vp8;
      EXPECT_EQ(stamp->stream, video ? publication->video_stream() : publication->voice_stream());
      if (video) {
        const auto picture = rtp::parse_vp8(packet->payload);
        ASSERT_TRUE(picture && picture->picture_id);
        keyframes += picture->keyframe ? 1 : 0;
      }
      if (on_stamp) on_stamp(*stamp);
      for (int i = copies ? copies(*stamp) : 1; i > 0; --i) tally.record(0, *stamp, viewer.arrived());
      ++received;
    };
    join(viewer, media::PeerId{2}, std::nullopt);
    crowd.until([&] { return keyframes > 0; }, "a keyframe");
  }

  void join(TestPeer& peer, media::PeerId id, std::optional<media::SourceId> source) {
    const auto answer = engine.connect(id, stage, source, peer.offer());
    peer.start(std::get<std::string>(answer));
    crowd.watch(peer);
    crowd.until([&] { return peer.connected(); }, "a handshake");
  }
  std::vector<std::uint32_t> next() const { return {publication->next_video(), publication->next_voice()}; }
  /// Opens a window, lets so many packets arrive, and waits until the last one sent in it could be there.
  Tally::Result window(std::uint64_t packets) {
    tally.open(next(), {true, false});
    const auto began = received;
    crowd.until([&] { return received - began >= packets; }, "the window's packets");
    window_end = next();
    tally.close(window_end);
    // Nothing overtakes on the loopback: what comes after the end says that the rest has come or is lost.
    bool video_after = false;
    bool voice_after = false;
    on_stamp = [&](const Stamp& stamp) {
      (stamp.stream == publication->video_stream() ? video_after : voice_after) |=
          stamp.counter >= window_end[stamp.stream];
    };
    crowd.until([&] { return video_after && voice_after; }, "packets beyond the window");
    on_stamp = nullptr;
    return tally.result();
  }

  static constexpr media::StageId stage{1};
  const std::uint16_t port = free_port();
  media::Engine engine{{"127.0.0.1", port, {{"127.0.0.1", port}}}, [] {}};
  Crowd crowd;
  TestPeer publisher{{.sends = true}};
  TestPeer viewer{{.video_slots = 1, .audio_slots = 1}};
  Publication* publication = nullptr;
  Tally tally{1, 2};
  std::function<void(const Stamp&)> on_stamp;
  std::function<int(const Stamp&)> copies;  ///< how many of a packet the viewer's line brings
  std::vector<std::uint32_t> window_end;
  std::uint64_t received = 0, keyframes = 0;
};

TEST_F(CrowdOnTheEngine, FindsNothingLostOnACleanLine) {
  const auto result = window(150);
  EXPECT_GT(result.received, 100u);  // less those that were under way when it opened
  EXPECT_EQ(result.lost, 0u);
  EXPECT_EQ(result.duplicated, 0u);
  EXPECT_EQ(result.reordered, 0u);
  EXPECT_GT(result.delay_median, 0ns);
}

TEST_F(CrowdOnTheEngine, FindsExactlyWhatALineLosesAndRepeats) {
  std::vector<Stamp> lost, repeated;
  std::uint64_t packets = 0;
  copies = [&](const Stamp& stamp) {
    if (++packets % 10 == 0) {
      lost.push_back(stamp);
      return 0;
    }
    if (packets % 7 == 0) {
      repeated.push_back(stamp);
      return 2;
    }
    return 1;
  };
  const auto began = next();
  const auto result = window(150);
  const auto within = [&](const std::vector<Stamp>& stamps) {
    return static_cast<std::uint64_t>(std::count_if(stamps.begin(), stamps.end(), [&](const Stamp& stamp) {
      return stamp.counter >= began[stamp.stream] && stamp.counter < window_end[stamp.stream];
    }));
  };
  EXPECT_GT(within(lost), 10u);
  EXPECT_EQ(result.lost, within(lost));
  EXPECT_EQ(result.duplicated, within(repeated));
  EXPECT_EQ(result.reordered, 0u);
}

TEST_F(CrowdOnTheEngine, GetsItsPictureFromAKeyframeOn) {
  const auto before = keyframes;
  std::array<std::byte, 100> buffer;
  rtp::RtcpWriter out(buffer);
  out.picture_loss(1, viewer.video_slots().at(0).ssrc);
  viewer.send_rtcp(std::span(buffer).first(out.size()));
  crowd.until([&] { return keyframes > before; }, "the keyframe that was asked for");
}

}  // namespace
}  // namespace diemcau::load
