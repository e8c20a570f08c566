#include "media/stage/voices.h"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace diemcau::stage {
namespace {

using namespace std::chrono_literals;

constexpr int silence = 5;     // -57 dBov
constexpr int talk = 50;       // -30 dBov
constexpr int loud_talk = 70;  // -18 dBov
constexpr int cough = 95;

/// Halls 1, 2, 3 … whose microphones are open, and what each does at the moment.
class VoicesTest : public testing::Test {
 protected:
  void open(int halls) {
    std::vector<SourceId> all;
    for (int hall = 1; hall <= halls; ++hall) all.push_back(SourceId{hall});
    voices_.set_open(all);
  }
  /// So long each hall sends a packet every 20 ms; no level: none (Opus DTX). Returns when first the choice
  /// changed, or nothing.
  std::optional<Voices::Clock::duration> pass(Voices::Clock::duration time,
                                              const std::vector<std::optional<int>>& levels) {
    std::optional<Voices::Clock::duration> changed;
    for (Voices::Clock::duration at{}; at < time; at += 20ms) {
      for (std::size_t i = 0; i < levels.size(); ++i)
        if (levels[i] && voices_.on_level(SourceId{static_cast<std::int64_t>(i + 1)}, *levels[i], now_)) {
          ++changes_;
          if (!changed) changed = at;
        }
      now_ += 20ms;
    }
    return changed;
  }
  std::string chosen() const {
    std::string text;
    for (int hall = 1; hall <= 9; ++hall)
      if (voices_.is_chosen(SourceId{hall})) text += std::to_string(hall);
    return text;
  }

  Voices voices_{3};
  Voices::Clock::time_point now_{1h};
  int changes_ = 0;
};

TEST_F(VoicesTest, WhereThereIsRoomAllAreHeard) {
  open(3);
  EXPECT_EQ(chosen(), "123");
  EXPECT_FALSE(pass(10s, {talk, silence, std::nullopt}));
  EXPECT_EQ(chosen(), "123");
}

TEST_F(VoicesTest, AClosedMicrophoneIsNeverChosen) {
  open(2);
  pass(5s, {talk, talk, cough});
  EXPECT_EQ(chosen(), "12");
}

TEST_F(VoicesTest, AVoiceTakesASilentPlaceWithItsFirstPacket) {
  open(4);
  pass(5s, {talk, silence, talk, silence});
  EXPECT_EQ(chosen(), "123");
  EXPECT_EQ(pass(1s, {talk, silence, talk, talk}), 0ms);
  EXPECT_EQ(chosen(), "134");
}

TEST_F(VoicesTest, WhoHasFallenSilentKeepsThePlaceUntilItIsNeeded) {
  open(4);
  pass(5s, {talk, talk, talk, silence});
  EXPECT_FALSE(pass(60s, {talk, std::nullopt, silence, silence}));
  EXPECT_EQ(chosen(), "123");
}

TEST_F(VoicesTest, ThePlaceOfWhoIsSilentForLongestIsTaken) {
  open(4);
  pass(5s, {talk, talk, talk, silence});
  pass(3s, {talk, silence, talk, silence});
  pass(3s, {talk, silence, silence, silence});
  pass(20ms, {talk, silence, silence, talk});
  EXPECT_EQ(chosen(), "134");
}

TEST_F(VoicesTest, APauseBetweenTwoSentencesLosesNoPlace) {
  open(4);
  pass(5s, {talk, talk, talk, silence});
  EXPECT_FALSE(pass(1s, {talk, silence, talk, silence}));
  EXPECT_FALSE(pass(200ms, {talk, silence, talk, cough}));
  EXPECT_EQ(chosen(), "123");
}

TEST_F(VoicesTest, ACoughTakesNoPlaceOfThoseWhoSpeak) {
  open(4);
  for (int i = 0; i < 5; ++i) {
    pass(5s, {talk, talk, talk, silence});
    pass(200ms, {talk, talk, talk, cough});
  }
  EXPECT_EQ(chosen(), "123");
  EXPECT_EQ(changes_, 0);
}

TEST_F(VoicesTest, WhoIsClearlyLouderForAWhileIsHeard) {
  open(4);
  pass(5s, {talk, talk - 10, talk, silence});
  const auto after = pass(3s, {talk, talk - 10, talk, loud_talk});
  ASSERT_TRUE(after);
  EXPECT_GT(*after, 200ms);
  EXPECT_LT(*after, 1s);
  EXPECT_EQ(chosen(), "134") << "instead of the quietest";
}

TEST_F(VoicesTest, FourWhoSpeakAlikeDoNotChangePlaces) {
  open(4);
  for (int i = 0; i < 100; ++i) {
    const int up = talk + i % 7;
    const int down = talk + 6 - i % 7;
    pass(300ms, {up, down, up, down});
  }
  EXPECT_EQ(changes_, 0);
}

TEST_F(VoicesTest, APlaceThatIsGivenBackGoesToTheLoudestWhoWaits) {
  open(5);
  pass(5s, {talk, talk, talk, talk - 5, talk});
  ASSERT_EQ(chosen(), "123");
  voices_.set_open(std::vector{SourceId{1}, SourceId{3}, SourceId{4}, SourceId{5}});
  EXPECT_EQ(chosen(), "135");
}

TEST_F(VoicesTest, OnePlaceGoesToWhoSpeaks) {
  voices_ = Voices(1);
  open(2);
  EXPECT_EQ(chosen(), "1");
  pass(1s, {silence, talk});
  EXPECT_EQ(chosen(), "2");
  pass(3s, {talk, silence});
  EXPECT_EQ(chosen(), "1");
}

}  // namespace
}  // namespace diemcau::stage
