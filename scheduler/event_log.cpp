#include "scheduler/event_log.h"

#include <stdexcept>

#include "scheduler/row.h"

namespace diemcau::scheduler {

void EventLog::append(MeetingId meeting, const std::vector<LoggedEvent>& events) {
  auto last =
      statement(database_, "SELECT coalesce(max(sequence), 0) FROM events WHERE meeting = ?1", meeting);
  last.executeStep();
  std::int64_t next = last.getColumn(0).getInt64() + 1;
  last.reset();
  SQLite::Statement insert(
      database_, "INSERT INTO events(meeting, sequence, at, by, event) VALUES (?1, ?2, ?3, ?4, ?5)");
  for (const LoggedEvent& logged : events) {
    if (logged.sequence != next) {
      throw std::logic_error("event " + std::to_string(logged.sequence) + " of meeting " +
                             std::to_string(number(meeting)) + " where " + std::to_string(next) + " is next");
    }
    ++next;
    bind(insert, 1, meeting);
    bind(insert, 2, logged.sequence);
    bind(insert, 3, logged.at);
    bind(insert, 4, logged.by);
    bind(insert, 5, logged.event);
    insert.exec();
    insert.reset();
  }
}

std::vector<LoggedEvent> EventLog::of(MeetingId meeting) const {
  auto query = statement(
      database_, "SELECT sequence, at, by, event FROM events WHERE meeting = ?1 ORDER BY sequence", meeting);
  std::vector<LoggedEvent> found;
  while (query.executeStep()) {
    LoggedEvent& logged = found.emplace_back();
    Row(query) >> logged.sequence >> logged.at >> logged.by >> logged.event;
  }
  return found;
}

}  // namespace diemcau::scheduler
