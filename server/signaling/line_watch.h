#pragma once
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "media/media.h"
#include "scheduler/line_statistics.h"
#include "server/signaling/protocol.h"

namespace diemcau::protocol {

/// How the halls' lines do: from what media/ measures and what their pages see, for the consoles and
/// /metrics, and minute by minute for the record. Pure: no clock, nothing is sent or stored here. Main
/// thread.
class LineWatch {
 public:
  void on_measured(const media::LinesMeasured& measured, Time now);
  /// The main picture of a hall stood still so often and so long, as its page says. Ignored of a hall that
  /// has no line.
  void on_freezes(MeetingId meeting, SiteId site, const ReportFreezes& freezes, Time now);

  using Lines = std::map<SiteId, Line>;
  /// The lines that run, by meeting.
  const std::map<MeetingId, Lines>& lines() const { return lines_; }

  /// Forgets lines that run no more. Once a second.
  void tick(Time now);
  /// The minutes that were over at `now`, each once.
  std::vector<scheduler::LineMinute> take_minutes(Time now);

 private:
  using Key = std::pair<MeetingId, SiteId>;
  struct Sample {
    Time at{};
    media::LineTotals totals;
  };
  struct Watched {
    std::deque<Sample> samples;                ///< of the last two seconds
    std::deque<std::pair<Time, int>> freezes;  ///< of the last minute
  };
  /// A minute of one direction while it is being gathered: means are sums yet.
  struct Gathered {
    scheduler::LineFigures figures;
    std::int64_t round_trip_sum = 0, jitter_sum = 0;
    int round_trips = 0;
    std::map<int, int> heights;  ///< seconds by lines of the picture
  };
  using MinuteKey = std::tuple<Time, MeetingId, SiteId, scheduler::LineDirection>;

  void gather(const Key& key, const Sample& before, const Sample& now);
  void show(const Key& key, const Watched& watched);

  std::map<Key, Watched> watched_;
  std::map<MeetingId, Lines> lines_;
  std::map<MinuteKey, Gathered> minutes_;
};

}  // namespace diemcau::protocol
