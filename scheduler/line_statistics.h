#pragma once
#include <optional>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "scheduler/ids.h"

namespace diemcau::scheduler {

/// up: from the hall to the server.
enum class LineDirection { up, down };

/// How one direction of a hall's line did.
struct LineFigures {
  int seconds{};      ///< in which it ran
  int tcp_seconds{};  ///< of these over TCP, because UDP does not pass
  std::int64_t bytes{}, packets{};
  std::int64_t lost{};               ///< packets that the line lost, repaired or not
  std::optional<int> round_trip_ms;  ///< the mean; none: it was not known
  int jitter_ms{};                   ///< the mean
  int height{};                      ///< lines of the picture that ran longest; 0: none ran
  int freezes{}, frozen_ms{};        ///< of the main picture, down only
  friend bool operator==(const LineFigures&, const LineFigures&) = default;
};

struct LineMinute {
  MeetingId meeting{};
  SiteId site{};
  Time minute{};  ///< its beginning
  LineDirection direction{};
  LineFigures figures;
};

/// A whole meeting of one hall. Means are weighted by seconds; `height` is the largest of its minutes.
struct LineTotal {
  SiteId site{};
  LineDirection direction{};
  Time first{}, last{};  ///< beginnings of its minutes
  LineFigures figures;
};

/// What is kept of the halls' lines: one row a minute, hall and direction. It only grows.
class LineStatistics {
 public:
  explicit LineStatistics(SQLite::Database& database) : database_(database) {}
  /// What is there of the same minute already (the program was started anew, a hall came back) is added to.
  void add(const std::vector<LineMinute>& minutes);
  std::vector<LineTotal> totals(MeetingId meeting) const;                 ///< by site
  std::vector<LineMinute> minutes(MeetingId meeting, SiteId site) const;  ///< in order of time

 private:
  SQLite::Database& database_;
};

}  // namespace diemcau::scheduler
