#include <gtest/gtest.h>

#include "media/caller/replay_stream.h"
#include "media/rtp/rtpdump.h"
#include "media/rtp/vp8.h"
#include "tests/unit/media/rtp_packets.h"

namespace diemcau::caller {
namespace {
using namespace std::chrono_literals;
using rtp::DumpedPacket;

TEST(Rtpdump, GivesBackWhatItTook) {
  const std::vector<DumpedPacket> packets{{0ms, rtp::write_packet({}, text_bytes("one"))},
                                          {70000ms, rtp::write_packet({.sequence = 2}, text_bytes("two"))}};
  const auto again = rtp::read_rtpdump(rtp::write_rtpdump(packets));
  ASSERT_TRUE(again);
  ASSERT_EQ(again->size(), 2u);
  EXPECT_EQ(again->at(1).at, 70000ms);
  EXPECT_EQ(again->at(1).bytes, packets[1].bytes);
}

TEST(Rtpdump, AFileThatIsCutOffEndsWithItsLastWholePacket) {
  const std::vector<DumpedPacket> packets{{0ms, rtp::write_packet({}, text_bytes("one"))},
                                          {20ms, rtp::write_packet({}, text_bytes("two"))}};
  const auto whole = rtp::write_rtpdump(packets);
  const auto first = rtp::write_rtpdump(std::span(packets).first(1)).size();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto some = rtp::read_rtpdump(std::span(whole).first(size));
    EXPECT_EQ(some ? some->size() : 0u, size < first ? 0u : 1u) << size;
  }
}

TEST(Rtpdump, WhatIsNoneIsRefused) {
  EXPECT_FALSE(rtp::read_rtpdump({}));
  EXPECT_FALSE(rtp::read_rtpdump(text_bytes("#!rtpplay1.0 without an end")));
  EXPECT_FALSE(rtp::read_rtpdump(text_bytes("RIFF\nand more than sixteen bytes of it")));
}

/// Three pictures, 100 ms apart; the first and the last are key frames.
std::vector<DumpedPacket> film() {
  std::vector<DumpedPacket> packets;
  for (int i = 0; i < 3; ++i)
    packets.push_back(
        {i * 100ms, rtp::write_packet({.marker = true, .sequence = static_cast<std::uint16_t>(7 * i)},
                                      rtp::vp8_payload(i != 1, static_cast<std::uint16_t>(500 - i), 0))});
  return packets;
}

class ReplayStreamTest : public testing::Test {
 protected:
  struct Sent {
    std::uint16_t sequence;
    std::uint32_t timestamp, rollover;
    std::uint16_t picture;
    bool keyframe;
  };
  void advance(std::chrono::milliseconds to) {
    stream_.advance(begin_ + to, [&](std::span<const std::byte> bytes, std::uint32_t rollover) {
      const auto view = rtp::parse_packet(bytes);
      ASSERT_TRUE(view);
      EXPECT_EQ(view->ssrc, 42u);
      const auto picture = rtp::parse_vp8(view->payload);
      ASSERT_TRUE(picture);
      sent_.push_back(
          {view->sequence, view->timestamp, rollover, picture->picture_id.value_or(0), picture->keyframe});
    });
  }
  ReplayStream::Clock::time_point begin_{std::chrono::hours(1)};
  ReplayStream stream_{film(), 42, 90000};
  std::vector<Sent> sent_;
};

TEST_F(ReplayStreamTest, SendsEachPacketWhenItIsDue) {
  stream_.start(begin_);
  advance(99ms);
  EXPECT_EQ(sent_.size(), 1u);
  advance(100ms);
  EXPECT_EQ(sent_.size(), 2u);
}

TEST_F(ReplayStreamTest, NumbersAndPicturesGoOnOverTheSeam) {
  stream_.start(begin_);
  for (int ms = 0; ms < 1000; ms += 20) advance(std::chrono::milliseconds(ms));
  ASSERT_GT(sent_.size(), 8u);
  for (std::size_t i = 1; i < sent_.size(); ++i) {
    EXPECT_EQ(sent_[i].sequence, sent_[i - 1].sequence + 1);
    EXPECT_EQ(sent_[i].picture, sent_[i - 1].picture + 1);
    EXPECT_GT(sent_[i].timestamp, sent_[i - 1].timestamp);
  }
  EXPECT_EQ(sent_[1].timestamp - sent_[0].timestamp, 9000u);
}

TEST_F(ReplayStreamTest, TheSequenceNumberGoesRound) {
  stream_.start(begin_);
  // Three packets a round of 240 ms.
  for (int round = 0; round < 22000; ++round) advance(round * 240ms);
  EXPECT_EQ(sent_.back().rollover, 1u) << sent_.size();
}

TEST_F(ReplayStreamTest, AWishForAKeyframeIsAnsweredAtOnce) {
  stream_.start(begin_);
  advance(0ms);
  stream_.jump_to_keyframe(begin_ + 10ms);
  advance(10ms);
  ASSERT_EQ(sent_.size(), 2u);
  EXPECT_TRUE(sent_[1].keyframe);
  EXPECT_EQ(sent_[1].timestamp - sent_[0].timestamp, 900u);
}

}  // namespace
}  // namespace diemcau::caller
