#include "server/signaling/line_watch.h"

#include <gtest/gtest.h>

namespace diemcau::protocol {
namespace {

using namespace std::chrono_literals;
using media::PeerId;
using scheduler::LineDirection;

constexpr MeetingId meeting{7};
constexpr SiteId sin_ho{5};

class LineWatchTest : public testing::Test {
 protected:
  LineWatchTest() {
    totals_.peer = PeerId{1};
    totals_.up.height = 720;
    totals_.up.jitter = 4ms;
    totals_.down.jitter = 9ms;
    totals_.round_trip = 40ms;
  }
  /// A second in which 100 packets went up and 50 came down, of 1000 bytes each.
  void second(std::uint64_t up_lost = 0, std::uint64_t down_lost = 0) {
    now_ += 1s;
    totals_.up.packets += 100;
    totals_.up.bytes += 100'000;
    totals_.up.lost += up_lost;
    totals_.down.packets += 50;
    totals_.down.bytes += 50'000;
    totals_.down.lost += down_lost;
    watch_.on_measured({media::StageId{7}, {{media::SourceId{5}, totals_}}}, now_);
    watch_.tick(now_);
  }
  void seconds(int count) {
    for (int i = 0; i < count; ++i) second();
  }
  void freeze(int count, int milliseconds) {
    watch_.on_freezes(meeting, sin_ho, {{count}, {milliseconds}}, now_);
    watch_.tick(now_);
  }
  const Line& line() const { return watch_.lines().at(meeting).at(sin_ho); }

  LineWatch watch_;
  media::LineTotals totals_;
  Time now_ = Time(1000h);
};

TEST_F(LineWatchTest, ShowsTheLastTwoSeconds) {
  seconds(5);
  second(25, 5);
  EXPECT_EQ(line().up_kbps, 800);
  EXPECT_EQ(line().down_kbps, 400);
  EXPECT_EQ(line().up_loss_permille, 111) << "25 of 225 that were sent";
  EXPECT_EQ(line().down_loss_permille, 50) << "5 of 100";
  EXPECT_EQ(line().rtt_ms, 40);
  EXPECT_EQ(line().jitter_ms, 9);
  EXPECT_EQ(line().up_height, 720);
  EXPECT_FALSE(line().down_height);
  seconds(2);
  EXPECT_EQ(line().up_loss_permille, 0);
}

TEST_F(LineWatchTest, ANewPeerBeginsAnew) {
  seconds(3);
  totals_ = {};
  totals_.peer = PeerId{2};
  second();
  EXPECT_EQ(line().up_kbps, 800) << "as it was: one sample says nothing";
  second(7);
  EXPECT_EQ(line().up_kbps, 800);
  EXPECT_FALSE(line().rtt_ms);
}

TEST_F(LineWatchTest, TotalsThatRunBackwardsCountAsNothing) {
  seconds(3);
  totals_.up.lost = 40;
  second();
  totals_.up.lost = 0;
  seconds(3);
  EXPECT_EQ(line().up_loss_permille, 0);
}

TEST_F(LineWatchTest, CountsFreezesOfTheLastMinute) {
  freeze(3, 900);
  EXPECT_TRUE(watch_.lines().empty()) << "a page without a line has nothing to say";
  seconds(2);
  freeze(3, 900);
  seconds(30);
  freeze(1, 500);
  EXPECT_EQ(line().freezes_per_minute, 4);
  seconds(30);
  EXPECT_EQ(line().freezes_per_minute, 1);
}

TEST_F(LineWatchTest, ForgetsALineThatRunsNoMore) {
  seconds(3);
  now_ += 4s;
  watch_.tick(now_);
  EXPECT_FALSE(watch_.lines().empty());
  now_ += 1s;
  watch_.tick(now_);
  EXPECT_TRUE(watch_.lines().empty());
}

TEST_F(LineWatchTest, GivesEachMinuteOnceWhenItIsOver) {
  second();  // nothing to compare it with
  totals_.round_trip = 100ms;
  for (int i = 0; i < 20; ++i) second(1, 2);
  totals_.round_trip = 40ms;
  totals_.up.height = 180;
  totals_.tcp = true;
  seconds(38);
  freeze(2, 1200);
  EXPECT_TRUE(watch_.take_minutes(now_).empty());
  second();
  const auto minutes = watch_.take_minutes(now_);
  ASSERT_EQ(minutes.size(), 2u);
  const auto& up = minutes.at(0);
  EXPECT_EQ(up.meeting, meeting);
  EXPECT_EQ(up.site, sin_ho);
  EXPECT_EQ(up.minute, Time(1000h));
  EXPECT_EQ(up.direction, LineDirection::up);
  const scheduler::LineFigures expected{.seconds = 58,
                                        .tcp_seconds = 38,
                                        .bytes = 5'800'000,
                                        .packets = 5800,
                                        .lost = 20,
                                        .round_trip_ms = (20 * 100 + 38 * 40) / 58,
                                        .jitter_ms = 4,
                                        .height = 180,
                                        .freezes = 0,
                                        .frozen_ms = 0};
  EXPECT_EQ(up.figures, expected);
  EXPECT_EQ(minutes.at(1).direction, LineDirection::down);
  EXPECT_EQ(minutes.at(1).figures.lost, 40);
  EXPECT_EQ(minutes.at(1).figures.freezes, 2);
  EXPECT_EQ(minutes.at(1).figures.frozen_ms, 1200);
  EXPECT_TRUE(watch_.take_minutes(now_).empty());
}

}  // namespace
}  // namespace diemcau::protocol
