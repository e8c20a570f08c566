#include "media/transport/silence.h"

#include <gtest/gtest.h>

namespace diemcau::transport {
namespace {

using namespace std::chrono_literals;
using Turn = Silence::Turn;

class SilenceTest : public testing::Test {
 protected:
  const Silence::Clock::time_point heard{1h};
  Silence silence;
};

TEST_F(SilenceTest, IsToldOnceAfterEightSeconds) {
  EXPECT_EQ(silence.look(heard, heard + 8s), Turn::none);
  EXPECT_EQ(silence.look(heard, heard + 9s), Turn::silent);
  EXPECT_EQ(silence.look(heard, heard + 10s), Turn::none);
}

TEST_F(SilenceTest, IsTheEndWhenConsentIsOver) {
  silence.look(heard, heard + 9s);
  EXPECT_EQ(silence.look(heard, heard + 30s), Turn::none);
  EXPECT_EQ(silence.look(heard, heard + 31s), Turn::gone);
}

TEST_F(SilenceTest, EndsWithAPacketAndMayBeginAgain) {
  silence.look(heard, heard + 9s);
  const auto ended = silence.end(heard, heard + 10s);
  EXPECT_TRUE(ended.silence);
  EXPECT_TRUE(ended.interruption);
  EXPECT_FALSE(silence.end(heard + 10s, heard + 10s).silence);
  EXPECT_EQ(silence.look(heard + 10s, heard + 19s), Turn::silent);
}

TEST_F(SilenceTest, OfAFewSecondsIsAnInterruptionThatNobodyIsToldOf) {
  EXPECT_EQ(silence.look(heard, heard + 3s), Turn::none);
  const auto ended = silence.end(heard, heard + 3s);
  EXPECT_TRUE(ended.interruption);
  EXPECT_FALSE(ended.silence);
}

TEST_F(SilenceTest, BetweenTwoReportsOfAViewerIsNone) {
  EXPECT_FALSE(silence.end(heard, heard + 1s).interruption);
}

}  // namespace
}  // namespace diemcau::transport
