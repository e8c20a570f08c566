#include "media/rtp/renumbering.h"

#include <map>

#include <gtest/gtest.h>

#include "media/rtp/packet.h"
#include "tests/unit/media/bytes.h"

namespace diemcau::rtp {
namespace {

class RenumberingTest : public testing::Test {
 protected:
  std::uint16_t out(std::uint16_t in) {
    const auto offsets = numbers_.at(in);
    if (!offsets) throw std::runtime_error("not known");
    return static_cast<std::uint16_t>(in + offsets->sequence);
  }
  std::uint16_t take(std::uint16_t in) {
    numbers_.take(in);
    return out(in);
  }
  std::uint16_t picture(std::uint16_t in, std::uint16_t id) {
    return static_cast<std::uint16_t>(id + numbers_.at(in)->picture);
  }

  Renumbering numbers_;
};

TEST_F(RenumberingTest, WhatIsLeftOutLeavesNoGap) {
  numbers_.begin(100, {900, 10});
  EXPECT_EQ(take(100), 1000);
  numbers_.leave_out(101, true);
  numbers_.leave_out(102, false);
  EXPECT_EQ(take(103), 1001);
  EXPECT_EQ(picture(103, 2), 11) << "one picture of two packets is missing";
  EXPECT_EQ(picture(100, 0), 10);
}

TEST_F(RenumberingTest, ALatePacketHasTheNumberThatWasKeptForIt) {
  numbers_.begin(100, {900, 0});
  EXPECT_EQ(take(100), 1000);
  EXPECT_EQ(take(102), 1002);
  numbers_.leave_out(104, true);
  EXPECT_EQ(take(105), 1004);
  EXPECT_FALSE(numbers_.is_new(101));
  EXPECT_EQ(out(101), 1001);
  EXPECT_EQ(out(103), 1003);
  EXPECT_FALSE(numbers_.at(99));
}

TEST_F(RenumberingTest, PacketsOfOurOwnHaveNumbersOfTheirOwn) {
  numbers_.begin(100, {900, 0});
  take(100);
  take(102);
  EXPECT_EQ(numbers_.insert(), 1003);
  EXPECT_EQ(numbers_.insert(), 1004);
  EXPECT_EQ(out(101), 1001) << "kept for it";
  EXPECT_EQ(take(103), 1005);
  EXPECT_EQ(numbers_.find(1005), 103);
  EXPECT_FALSE(numbers_.find(1004));
  EXPECT_FALSE(numbers_.find(1003));
  EXPECT_EQ(numbers_.find(1002), 102);
}

TEST_F(RenumberingTest, WhatIsAskedForAgainIsFoundByTheNumberItHad) {
  numbers_.begin(65530, {10, 0});
  std::map<std::uint16_t, std::uint16_t> sent;
  Noise noise(1);
  std::uint16_t in = 65530;
  std::uint16_t expected = 65540 & 0xffff;
  for (int i = 0; i < 150; ++i, ++in) {
    if (noise.below(3) == 0) {
      numbers_.leave_out(in, true);
      continue;
    }
    if (noise.below(10) == 0) {
      EXPECT_EQ(numbers_.insert(), expected++);
    }
    EXPECT_EQ(take(in), expected) << "no gap";
    sent[expected++] = in;
  }
  EXPECT_GT(sent.size(), 50u);
  for (const auto& [out, source] : sent) EXPECT_EQ(numbers_.find(out), source) << out;
}

// A picture may stand for hours: what lies half a round back must not be taken for what is to come.
TEST_F(RenumberingTest, HoldsOverManyRounds) {
  numbers_.begin(0, {7, 0});
  std::uint32_t out = 7;
  for (std::uint32_t in = 0; in < 300000; ++in) {
    const auto number = static_cast<std::uint16_t>(in);
    ASSERT_TRUE(numbers_.is_new(number)) << in;
    if (in % 50000 == 49999) {
      numbers_.leave_out(number, true);
      continue;
    }
    ASSERT_EQ(take(number), static_cast<std::uint16_t>(out)) << in;
    ASSERT_EQ(numbers_.find(static_cast<std::uint16_t>(out)), number) << in;
    ++out;
  }
}

}  // namespace
}  // namespace diemcau::rtp
