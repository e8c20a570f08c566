#include "media/stage/pacer.h"

#include <gtest/gtest.h>

#include "tests/unit/media/bytes.h"

namespace diemcau::stage {
namespace {

using namespace std::chrono_literals;

class PacerTest : public testing::Test {
 protected:
  /// Sends a packet of that size; true when it leaves at once.
  bool send(std::size_t size) {
    if (pacer_.passes(size, now_)) return true;
    pacer_.hold(nullptr, {size, 12, number_++}, Bytes(size));
    return false;
  }
  std::size_t release(Clock::duration after) {
    now_ += after;
    std::size_t bytes = 0;
    pacer_.release(now_, [&](const Pacer::Held& held) {
      EXPECT_EQ(held.written.number, expected_++) << "in order";
      bytes += held.bytes.size();
    });
    return bytes;
  }

  Pacer pacer_;
  Clock::time_point now_{1h};
  std::uint32_t number_ = 0, expected_ = 0;
};

TEST_F(PacerTest, NothingWaitsOnAWideLine) {
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(send(1200));
  EXPECT_TRUE(pacer_.is_empty());
}

TEST_F(PacerTest, ABurstLeavesAtTheRateOfTheLine) {
  pacer_.set_rate(800'000);
  EXPECT_TRUE(send(1200));
  for (int i = 0; i < 40; ++i) send(1000);
  std::size_t left = 0;
  for (int i = 0; i < 20; ++i) left += release(10ms);
  EXPECT_NEAR(static_cast<double>(left), 20000, 1500);
  for (int i = 0; i < 30; ++i) left += release(10ms);
  EXPECT_TRUE(pacer_.is_empty());
  EXPECT_NEAR(static_cast<double>(left), 40000, 1500);
}

TEST_F(PacerTest, NothingWaitsLongerThanHalfASecondOrSo) {
  pacer_.set_rate(100'000);
  send(1200);
  for (int i = 0; i < 100; ++i) send(1000);
  // Emptied as fast as half a second asks for: what is left halves in a third of it.
  for (int i = 0; i < 250; ++i) release(10ms);
  EXPECT_TRUE(pacer_.is_empty());
}

TEST_F(PacerTest, AllLeavesWhenTheLineTurnsOutToBeWide) {
  pacer_.set_rate(100'000);
  send(1200);
  for (int i = 0; i < 10; ++i) send(1000);
  pacer_.set_rate(0);
  EXPECT_FALSE(send(500)) << "behind what waits";
  EXPECT_GE(release(0ms), 9500u);
  EXPECT_TRUE(send(1200));
}

TEST_F(PacerTest, VoicesDoNotWaitAndCount) {
  pacer_.set_rate(800'000);
  send(1200);
  pacer_.spend(5000);
  EXPECT_FALSE(send(1000));
  EXPECT_EQ(release(30ms), 0u);
  EXPECT_EQ(release(40ms), 1000u);
}

}  // namespace
}  // namespace diemcau::stage
