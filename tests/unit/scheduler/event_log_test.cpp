#include "scheduler/event_log.h"

#include "tests/unit/scheduler/record.h"

namespace diemcau::scheduler {
namespace {

class EventLogTest : public RecordTest {
 protected:
  EventLog log_{database_};
  MeetingId meeting_ = meeting("Họp giao ban");

  static LoggedEvent event(std::int64_t sequence) {
    return {sequence, christmas + std::chrono::milliseconds(sequence), "hall:12",
            R"({"type":"hand_raised"})"};
  }
};

TEST_F(EventLogTest, GivesBackWhatWasAppendedInOrder) {
  log_.append(meeting_, {event(1), event(2)});
  log_.append(meeting_, {event(3)});
  const auto all = log_.of(meeting_);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all.at(2).sequence, 3);
  EXPECT_EQ(all.at(2).at, christmas + std::chrono::milliseconds(3));
  EXPECT_EQ(all.at(2).by, "hall:12");
  EXPECT_EQ(all.at(2).event, R"({"type":"hand_raised"})");
}

TEST_F(EventLogTest, EachMeetingCountsFromOne) {
  log_.append(meeting_, {event(1)});
  const auto other = meeting("Họp khác");
  log_.append(other, {event(1)});
  EXPECT_EQ(log_.of(other).size(), 1u);
}

TEST_F(EventLogTest, AGapOrARepetitionThrows) {
  EXPECT_THROW(log_.append(meeting_, {event(2)}), std::logic_error);
  log_.append(meeting_, {event(1)});
  EXPECT_THROW(log_.append(meeting_, {event(1)}), std::logic_error);
  EXPECT_THROW(log_.append(meeting_, {event(2), event(4)}), std::logic_error);
}

TEST_F(EventLogTest, ABrokenEventOrAnUnknownMeetingThrows) {
  auto broken = event(1);
  broken.event = "{not json";
  EXPECT_THROW(log_.append(meeting_, {broken}), SQLite::Exception);
  EXPECT_THROW(log_.append(MeetingId{99}, {event(1)}), SQLite::Exception);
}

TEST_F(EventLogTest, WhatIsLoggedStays) {
  log_.append(meeting_, {event(1)});
  EXPECT_THROW(database_.exec("UPDATE events SET by = 'operator:1'"), SQLite::Exception);
  EXPECT_THROW(database_.exec("DELETE FROM events"), SQLite::Exception);
  EXPECT_EQ(log_.of(meeting_).at(0).by, "hall:12");
}

}  // namespace
}  // namespace diemcau::scheduler
