#include "scheduler/line_statistics.h"

#include "scheduler/row.h"

namespace diemcau::scheduler {

template <>
inline constexpr std::array<std::string_view, 2> words<LineDirection>{"up", "down"};

namespace {

Row& operator>>(Row& row, LineFigures& figures) {
  return row >> figures.seconds >> figures.tcp_seconds >> figures.bytes >> figures.packets >> figures.lost >>
         figures.round_trip_ms >> figures.jitter_ms >> figures.height >> figures.freezes >> figures.frozen_ms;
}

}  // namespace

void LineStatistics::add(const std::vector<LineMinute>& minutes) {
  SQLite::Statement insert(database_, R"(
    INSERT INTO line_minutes(meeting, site, minute, direction, seconds, tcp_seconds, bytes, packets, lost,
                             round_trip_ms, jitter_ms, height, freezes, frozen_ms)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
    ON CONFLICT DO UPDATE SET
      seconds = min(60, seconds + excluded.seconds),
      tcp_seconds = min(60, tcp_seconds + excluded.tcp_seconds),
      bytes = bytes + excluded.bytes,
      packets = packets + excluded.packets,
      lost = lost + excluded.lost,
      round_trip_ms = coalesce((round_trip_ms * seconds + excluded.round_trip_ms * excluded.seconds)
                                 / (seconds + excluded.seconds), round_trip_ms, excluded.round_trip_ms),
      jitter_ms = (jitter_ms * seconds + excluded.jitter_ms * excluded.seconds) / (seconds + excluded.seconds),
      height = iif(excluded.seconds > seconds, excluded.height, height),
      freezes = freezes + excluded.freezes,
      frozen_ms = frozen_ms + excluded.frozen_ms)");
  for (const auto& [meeting, site, minute, direction, figures] : minutes) {
    int at = 0;
    const auto next = [&](const auto& value) { bind(insert, ++at, value); };
    next(meeting);
    next(site);
    next(minute);
    next(direction);
    next(figures.seconds);
    next(figures.tcp_seconds);
    next(figures.bytes);
    next(figures.packets);
    next(figures.lost);
    next(figures.round_trip_ms);
    next(figures.jitter_ms);
    next(figures.height);
    next(figures.freezes);
    next(figures.frozen_ms);
    insert.exec();
    insert.reset();
  }
}

std::vector<LineTotal> LineStatistics::totals(MeetingId meeting) const {
  auto query = statement(database_, R"(
    SELECT site, direction, min(minute), max(minute), sum(seconds), sum(tcp_seconds), sum(bytes), sum(packets),
           sum(lost), sum(round_trip_ms * seconds) / sum(iif(round_trip_ms IS NULL, 0, seconds)),
           sum(jitter_ms * seconds) / sum(seconds), max(height), sum(freezes), sum(frozen_ms)
    FROM line_minutes WHERE meeting = ?1 GROUP BY site, direction ORDER BY site, direction DESC)",
                         meeting);
  std::vector<LineTotal> found;
  while (query.executeStep()) {
    auto& total = found.emplace_back();
    Row row(query);
    row >> total.site >> total.direction >> total.first >> total.last;
    row >> total.figures;
  }
  return found;
}

std::vector<LineMinute> LineStatistics::minutes(MeetingId meeting, SiteId site) const {
  auto query = statement(database_, R"(
    SELECT meeting, site, minute, direction, seconds, tcp_seconds, bytes, packets, lost, round_trip_ms, jitter_ms,
           height, freezes, frozen_ms
    FROM line_minutes WHERE meeting = ?1 AND site = ?2 ORDER BY minute, direction DESC)",
                         meeting, site);
  std::vector<LineMinute> found;
  while (query.executeStep()) {
    auto& one = found.emplace_back();
    Row row(query);
    row >> one.meeting >> one.site >> one.minute >> one.direction;
    row >> one.figures;
  }
  return found;
}

}  // namespace diemcau::scheduler
