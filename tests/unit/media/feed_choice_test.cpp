#include "media/stage/feed_choice.h"

#include <chrono>

#include <gtest/gtest.h>

namespace diemcau::stage {
namespace {

using namespace std::chrono_literals;
using media::Feed;

class FeedChoiceTest : public testing::Test {
 protected:
  /// The line stays so for a while; the choice is looked at twice a second.
  bool after(Clock::duration time, const std::optional<FeedChoice::Line>& line) {
    for (const auto until = now_ + time; now_ < until; now_ += 500ms) choice_.look(line, now_);
    return choice_.is_on();
  }
  static FeedChoice::Line line(std::int64_t rate, std::int64_t least = 540'000, std::int64_t main = 60'000) {
    return {rate, main, least, 310'000, 185'000};
  }

  FeedChoice choice_;
  Clock::time_point now_{1h};
};

TEST_F(FeedChoiceTest, AThinLineThatCarriesItGetsTheProgramAfterAWhile) {
  choice_.set(Feed::by_line);
  EXPECT_FALSE(after(3s, line(420'000)));
  EXPECT_TRUE(after(3s, line(420'000)));
}

TEST_F(FeedChoiceTest, AWideLineKeepsTheStage) {
  choice_.set(Feed::by_line);
  EXPECT_FALSE(after(20s, std::nullopt));
  EXPECT_FALSE(after(20s, line(800'000))) << "all pictures at their least fit";
  EXPECT_FALSE(after(20s, line(150'000, 60'000))) << "one picture alone is the better use of this line";
}

TEST_F(FeedChoiceTest, ALineThatDoesNotCarryTheProgramKeepsTheStage) {
  choice_.set(Feed::by_line);
  EXPECT_FALSE(after(20s, line(330'000))) << "with nothing to spare";
}

TEST_F(FeedChoiceTest, AFilmThatDoesNotFitIsSeenInTheProgramAtOnce) {
  constexpr std::int64_t film = 1'600'000;
  choice_.set(Feed::by_line);
  EXPECT_TRUE(after(500ms, line(900'000, film, film)));
  EXPECT_TRUE(after(20s, line(170'000, film, film))) << "rather a few pictures a second than none";
  EXPECT_FALSE(after(3s, line(100'000, film, film))) << "that would cost the voices";
  EXPECT_TRUE(after(1s, line(170'000, film, film))) << "and no rest when it is dark otherwise";
  EXPECT_FALSE(after(11s, line(2'000'000, film, film)));
}

TEST_F(FeedChoiceTest, ItGoesBackWhenTheLineHasCarriedMoreForAWhile) {
  choice_.set(Feed::by_line);
  ASSERT_TRUE(after(6s, line(420'000)));
  EXPECT_TRUE(after(9s, line(700'000))) << "a good moment";
  EXPECT_TRUE(after(2s, line(420'000)));
  EXPECT_TRUE(after(9s, line(700'000)));
  EXPECT_FALSE(after(3s, line(700'000)));
}

TEST_F(FeedChoiceTest, ItGoesBackSoonWhenTheLineIsFoundToBeWide) {
  constexpr std::int64_t film = 1'600'000;
  choice_.set(Feed::by_line);
  ASSERT_TRUE(after(1s, line(900'000, film, film)));
  EXPECT_TRUE(after(1s, std::nullopt)) << "a good moment";
  EXPECT_FALSE(after(2s, std::nullopt));
}

TEST_F(FeedChoiceTest, WhatNoLongerFitsIsGivenUpAndNotTriedAgainAtOnce) {
  choice_.set(Feed::by_line);
  ASSERT_TRUE(after(6s, line(420'000)));
  EXPECT_TRUE(after(10s, line(320'000))) << "what runs may use all of it";
  EXPECT_FALSE(after(3s, line(250'000)));
  EXPECT_FALSE(after(20s, line(420'000)));
  EXPECT_TRUE(after(12s, line(420'000)));
}

TEST_F(FeedChoiceTest, ByHandItIsAtOnce) {
  choice_.set(Feed::program);
  EXPECT_TRUE(after(500ms, std::nullopt));
  choice_.set(Feed::stage);
  EXPECT_FALSE(after(500ms, line(420'000)));
  EXPECT_FALSE(after(1min, line(420'000))) << "and for good";
}

TEST_F(FeedChoiceTest, ByHandALineThatDoesNotCarryItGetsWhatItCan) {
  choice_.set(Feed::program);
  EXPECT_FALSE(after(10s, line(200'000))) << "a picture of the stage instead of none";
  EXPECT_TRUE(after(6s, line(420'000)));
}

}  // namespace
}  // namespace diemcau::stage
