#include "server/signaling/line_watch.h"

#include <algorithm>
#include <numeric>

namespace diemcau::protocol {
namespace {

using scheduler::LineDirection;

constexpr std::chrono::seconds shown_span{2};  // one second alone jumps too much to be read
constexpr std::chrono::seconds silence_limit{5};
constexpr std::chrono::minutes freeze_span{1};
constexpr int longest_minute = 60;

/// Totals that ran backwards (a track that began anew) count as nothing.
std::int64_t grown(std::uint64_t before, std::uint64_t now) {
  return now > before ? static_cast<std::int64_t>(now - before) : 0;
}

int milliseconds(std::chrono::microseconds time) {
  return static_cast<int>(std::chrono::round<std::chrono::milliseconds>(time).count());
}

int kbps(const media::Flow& before, const media::Flow& now, std::chrono::milliseconds passed) {
  return static_cast<int>(grown(before.bytes, now.bytes) * 8 / std::max<std::int64_t>(1, passed.count()));
}

int permille(std::int64_t lost, std::int64_t of) {
  return of <= 0 ? 0 : static_cast<int>(std::min<std::int64_t>(1000, lost * 1000 / of));
}

std::optional<int> height(const media::Flow& flow) {
  return flow.height > 0 ? std::optional(flow.height) : std::nullopt;
}

}  // namespace

void LineWatch::on_measured(const media::LinesMeasured& measured, Time now) {
  const MeetingId meeting{static_cast<std::int64_t>(measured.stage)};
  for (const auto& [source, totals] : measured.lines) {
    const Key key{meeting, SiteId{static_cast<std::int64_t>(source)}};
    auto& watched = watched_[key];
    auto& samples = watched.samples;
    if (!samples.empty() && samples.back().totals.peer != totals.peer) samples.clear();
    samples.push_back({now, totals});
    if (samples.size() == 1) continue;
    while (samples.size() > 2 && now - samples[1].at >= shown_span) samples.pop_front();
    gather(key, samples[samples.size() - 2], samples.back());
    show(key, watched);
  }
}

void LineWatch::on_freezes(MeetingId meeting, SiteId site, const ReportFreezes& freezes, Time now) {
  const auto found = watched_.find({meeting, site});
  if (found == watched_.end()) return;
  found->second.freezes.emplace_back(now, static_cast<int>(freezes.count.value));
  const auto minute = std::chrono::floor<std::chrono::minutes>(now);
  auto& figures = minutes_[{minute, meeting, site, LineDirection::down}].figures;
  figures.freezes += static_cast<int>(freezes.count.value);
  figures.frozen_ms += static_cast<int>(freezes.milliseconds.value);
}

void LineWatch::gather(const Key& key, const Sample& before, const Sample& now) {
  const auto minute = std::chrono::floor<std::chrono::minutes>(now.at);
  const auto add = [&](LineDirection direction, const media::Flow& from, const media::Flow& to) {
    auto& gathered = minutes_[{minute, key.first, key.second, direction}];
    auto& figures = gathered.figures;
    figures.seconds = std::min(longest_minute, figures.seconds + 1);
    if (now.totals.tcp) figures.tcp_seconds = std::min(figures.seconds, figures.tcp_seconds + 1);
    figures.bytes += grown(from.bytes, to.bytes);
    figures.packets += grown(from.packets, to.packets);
    figures.lost += grown(from.lost, to.lost);
    gathered.jitter_sum += milliseconds(to.jitter);
    if (now.totals.round_trip) {
      gathered.round_trip_sum += milliseconds(*now.totals.round_trip);
      ++gathered.round_trips;
    }
    ++gathered.heights[to.height];
  };
  add(LineDirection::up, before.totals.up, now.totals.up);
  add(LineDirection::down, before.totals.down, now.totals.down);
}

void LineWatch::show(const Key& key, const Watched& watched) {
  const auto& [since, before] = watched.samples.front();
  const auto& [at, now] = watched.samples.back();
  const auto up_lost = grown(before.up.lost, now.up.lost);
  auto& line = lines_[key.first][key.second];
  line.up_kbps = kbps(before.up, now.up, at - since);
  line.down_kbps = kbps(before.down, now.down, at - since);
  line.up_loss_permille = permille(up_lost, up_lost + grown(before.up.packets, now.up.packets));
  line.down_loss_permille =
      permille(grown(before.down.lost, now.down.lost), grown(before.down.packets, now.down.packets));
  line.rtt_ms = now.round_trip ? std::optional(milliseconds(*now.round_trip)) : std::nullopt;
  line.jitter_ms = milliseconds(std::max(now.up.jitter, now.down.jitter));
  line.up_height = height(now.up);
  line.down_height = height(now.down);
  line.tcp = now.tcp;
  line.program = now.program;
}

void LineWatch::tick(Time now) {
  for (auto at = watched_.begin(); at != watched_.end();) {
    auto& [key, watched] = *at;
    auto& freezes = watched.freezes;
    while (!freezes.empty() && now - freezes.front().first >= freeze_span) freezes.pop_front();
    auto& lines = lines_[key.first];
    const bool silent = now - watched.samples.back().at >= silence_limit;
    if (silent) {
      lines.erase(key.second);
    } else if (const auto line = lines.find(key.second); line != lines.end()) {
      line->second.freezes_per_minute = std::accumulate(
          freezes.begin(), freezes.end(), 0, [](int sum, const auto& one) { return sum + one.second; });
    }
    at = silent ? watched_.erase(at) : std::next(at);
  }
  std::erase_if(lines_, [](const auto& entry) { return entry.second.empty(); });
}

std::vector<scheduler::LineMinute> LineWatch::take_minutes(Time now) {
  std::vector<scheduler::LineMinute> over;
  const auto current = std::chrono::floor<std::chrono::minutes>(now);
  // Ordered by time: the ones that are over come first.
  while (!minutes_.empty() && std::get<Time>(minutes_.begin()->first) < current) {
    auto& [key, gathered] = *minutes_.begin();
    const auto& [minute, meeting, site, direction] = key;
    auto& figures = gathered.figures;
    if (figures.seconds > 0) {
      if (gathered.round_trips > 0)
        figures.round_trip_ms = static_cast<int>(gathered.round_trip_sum / gathered.round_trips);
      figures.jitter_ms = static_cast<int>(gathered.jitter_sum / figures.seconds);
      figures.height = std::max_element(gathered.heights.begin(), gathered.heights.end(),
                                        [](const auto& a, const auto& b) { return a.second < b.second; })
                           ->first;
      over.push_back({meeting, site, minute, direction, figures});
    }
    minutes_.erase(minutes_.begin());
  }
  return over;
}

}  // namespace diemcau::protocol
