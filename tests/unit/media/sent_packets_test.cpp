#include "media/stage/sent_packets.h"

#include <gtest/gtest.h>

namespace diemcau::stage {
namespace {

using namespace std::chrono_literals;
using Clock = SentPackets::Clock;

class SentPacketsTest : public ::testing::Test {
 protected:
  SentPacketsTest() { sent_.begin(); }
  void send(std::uint32_t number, std::uint32_t offset = 7, std::uint8_t wait = 0) {
    sent_.make_room(number, now_);
    sent_.write(number, offset, wait, now_);
    sent_.leave(number, static_cast<std::uint16_t>(number + 1));
  }

  SentPackets sent_;
  Clock::time_point now_{10s};
};

TEST_F(SentPacketsTest, TellsWhatTheSameBytesNeedOnceThePacketHasLeft) {
  sent_.write(70'000, 0xfedcba98, SentPackets::longest_wait, now_);
  EXPECT_TRUE(sent_.used(70'000));
  EXPECT_FALSE(sent_.find(70'000)) << "it has not left";
  sent_.leave(70'000, 65'535);
  const auto packet = sent_.find(70'000);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->timestamp_offset, 0xfedcba98);
  EXPECT_EQ(packet->transport_sequence, 65'535);
  EXPECT_EQ(packet->wait, SentPackets::longest_wait);
  EXPECT_FALSE(sent_.used(70'064)) << "its place, another number";
  EXPECT_FALSE(sent_.find(70'064));
}

TEST_F(SentPacketsTest, PaddingHasItsNumberAndIsNotRepeated) {
  sent_.write_padding(5, now_);
  sent_.leave(5, 1);
  EXPECT_TRUE(sent_.used(5));
  EXPECT_FALSE(sent_.find(5));
}

TEST_F(SentPacketsTest, KeepsWhatWasSentInOneAndAHalfSeconds) {
  constexpr std::uint32_t packets = 1500 / 8;
  for (std::uint32_t number = 0; number < 1000; ++number, now_ += 8ms) send(number);
  for (std::uint32_t number = 1000 - packets; number < 1000; ++number)
    EXPECT_TRUE(sent_.find(number)) << number;
}

TEST_F(SentPacketsTest, ForgetsWhatIsOlderThanAStreamOfItsRateIsAskedFor) {
  for (std::uint32_t number = 0; number < 1000; ++number, now_ += 30ms) send(number);
  EXPECT_TRUE(sent_.find(1000 - 64));
  EXPECT_FALSE(sent_.find(1000 - 65)) << "two seconds old: it needs no place of its own";
}

TEST_F(SentPacketsTest, NumbersGoOnWhereTheirSixteenBitsWrap) {
  for (std::uint32_t number = 65'500; number < 65'600; ++number, now_ += 5ms) send(number);
  EXPECT_TRUE(sent_.find(65'535));
  EXPECT_TRUE(sent_.find(65'536));
  EXPECT_TRUE(sent_.find(65'599));
}

TEST_F(SentPacketsTest, WhatIsKeptStaysWhereItIsFoundWhenTheStreamBecomesFaster) {
  for (std::uint32_t number = 16'380; number < 16'440; ++number, now_ += 20ms) send(number);
  for (std::uint32_t number = 16'440; number < 16'500; ++number, now_ += 2ms) send(number);
  for (std::uint32_t number = 16'380; number < 16'500; ++number)
    EXPECT_EQ(sent_.find(number)->transport_sequence, number + 1) << number;
}

TEST_F(SentPacketsTest, EachPacketKeepsTheOffsetThatItLeftWith) {
  for (std::uint32_t number = 0; number < 60; ++number) send(number, 1000 + number);
  for (std::uint32_t number = 0; number < 60; ++number)
    EXPECT_EQ(sent_.find(number)->timestamp_offset, 1000 + number);
}

// Another packet under a number that was used before would be encrypted with the same key stream.
TEST_F(SentPacketsTest, WhatCannotBeTheSameAnyMoreIsNotRepeatedAndKeepsItsNumber) {
  send(0, 1);
  // Its place stays its own: all these have others.
  for (std::uint32_t i = 0; i < 255; ++i) send(1 + i % 63, 2 + i);
  EXPECT_EQ(sent_.find(0)->timestamp_offset, 1u);
  send(1, 1'000);
  EXPECT_FALSE(sent_.find(0));
  EXPECT_TRUE(sent_.used(0));
  EXPECT_EQ(sent_.find(1)->timestamp_offset, 1'000u);
  EXPECT_EQ(sent_.find(2)->timestamp_offset, 2u + 252 + 1) << "the newest that this place was sent with";
}

}  // namespace
}  // namespace diemcau::stage
