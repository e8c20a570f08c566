#pragma once
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "scheduler/ids.h"

namespace diemcau::scheduler {

/// One stored event of a live session. What is in `event` is server/session's business (a JSON object with a
/// "type").
struct LoggedEvent {
  std::int64_t sequence{};  ///< 1, 2, 3, … within the meeting
  Time at{};
  std::string by;  ///< who caused it: "operator:3", "hall:12", "server"
  std::string event;
};

class EventLog {
 public:
  explicit EventLog(SQLite::Database& database) : database_(database) {}
  /// `events` continue the meeting's log: the first one's sequence must be the next, else this throws.
  void append(MeetingId meeting, const std::vector<LoggedEvent>& events);
  std::vector<LoggedEvent> of(MeetingId meeting) const;

 private:
  SQLite::Database& database_;
};

}  // namespace diemcau::scheduler
