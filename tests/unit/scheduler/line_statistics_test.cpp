#include "scheduler/line_statistics.h"

#include "tests/unit/scheduler/record.h"

namespace diemcau::scheduler {
namespace {

class LineStatisticsTest : public RecordTest {
 protected:
  LineStatistics statistics_{database_};
  MeetingId meeting_ = meeting("Họp giao ban");
  SiteId sin_ho_ = site(5, "Sìn Hồ");
  SiteId than_uyen_ = site(7, "Than Uyên");

  static LineFigures figures(int seconds) {
    return {.seconds = seconds,
            .tcp_seconds = 0,
            .bytes = 1000,
            .packets = 100,
            .lost = 3,
            .round_trip_ms = 40,
            .jitter_ms = 6,
            .height = 720,
            .freezes = 1,
            .frozen_ms = 400};
  }
  LineMinute minute(SiteId site, int number, LineDirection direction, const LineFigures& figures) const {
    return {meeting_, site, christmas + std::chrono::minutes(number), direction, figures};
  }
};

TEST_F(LineStatisticsTest, GivesTheMinutesOfAHallBackInOrder) {
  statistics_.add({minute(sin_ho_, 1, LineDirection::up, figures(60)),
                   minute(sin_ho_, 0, LineDirection::down, figures(30)),
                   minute(sin_ho_, 0, LineDirection::up, figures(31)),
                   minute(than_uyen_, 0, LineDirection::up, figures(60))});
  const auto minutes = statistics_.minutes(meeting_, sin_ho_);
  ASSERT_EQ(minutes.size(), 3u);
  EXPECT_EQ(minutes.at(0).direction, LineDirection::up);
  EXPECT_EQ(minutes.at(0).figures, figures(31));
  EXPECT_EQ(minutes.at(1).direction, LineDirection::down);
  EXPECT_EQ(minutes.at(2).minute, christmas + std::chrono::minutes(1));
  EXPECT_TRUE(statistics_.minutes(meeting("Họp khác"), sin_ho_).empty());
}

TEST_F(LineStatisticsTest, AMinuteInTwoPartsIsOne) {
  auto first = figures(10);
  first.round_trip_ms.reset();
  auto second = figures(30);
  second.tcp_seconds = 30;
  second.jitter_ms = 10;
  second.height = 180;
  statistics_.add({minute(sin_ho_, 0, LineDirection::up, first)});
  statistics_.add({minute(sin_ho_, 0, LineDirection::up, second)});
  const auto minutes = statistics_.minutes(meeting_, sin_ho_);
  ASSERT_EQ(minutes.size(), 1u);
  const LineFigures expected{.seconds = 40,
                             .tcp_seconds = 30,
                             .bytes = 2000,
                             .packets = 200,
                             .lost = 6,
                             .round_trip_ms = 40,
                             .jitter_ms = 9,
                             .height = 180,
                             .freezes = 2,
                             .frozen_ms = 800};
  EXPECT_EQ(minutes.at(0).figures, expected);
}

TEST_F(LineStatisticsTest, SumsAMeetingUpByHallAndDirection) {
  auto bad = figures(20);
  bad.round_trip_ms = 100;
  bad.jitter_ms = 30;
  auto unknown = figures(60);
  unknown.round_trip_ms.reset();
  statistics_.add({minute(than_uyen_, 0, LineDirection::down, unknown),
                   minute(sin_ho_, 0, LineDirection::up, figures(60)),
                   minute(sin_ho_, 1, LineDirection::up, figures(60)),
                   minute(sin_ho_, 4, LineDirection::up, bad)});
  const auto totals = statistics_.totals(meeting_);
  ASSERT_EQ(totals.size(), 2u);
  EXPECT_EQ(totals.at(0).site, sin_ho_);
  EXPECT_EQ(totals.at(0).first, christmas);
  EXPECT_EQ(totals.at(0).last, christmas + std::chrono::minutes(4));
  EXPECT_EQ(totals.at(0).figures.seconds, 140);
  EXPECT_EQ(totals.at(0).figures.lost, 9);
  EXPECT_EQ(totals.at(0).figures.round_trip_ms, (120 * 40 + 20 * 100) / 140);
  EXPECT_EQ(totals.at(0).figures.jitter_ms, (120 * 6 + 20 * 30) / 140);
  EXPECT_EQ(totals.at(1).direction, LineDirection::down);
  EXPECT_FALSE(totals.at(1).figures.round_trip_ms) << "unknown is not nought";
}

TEST_F(LineStatisticsTest, TakesOnlyWholeMinutesOfKnownHalls) {
  auto beside = minute(sin_ho_, 0, LineDirection::up, figures(60));
  beside.minute += std::chrono::seconds(1);
  EXPECT_THROW(statistics_.add({beside}), SQLite::Exception);
  EXPECT_THROW(statistics_.add({minute(SiteId{999}, 0, LineDirection::up, figures(60))}), SQLite::Exception);
  EXPECT_THROW(statistics_.add({minute(sin_ho_, 0, LineDirection::up, figures(61))}), SQLite::Exception);
}

}  // namespace
}  // namespace diemcau::scheduler
