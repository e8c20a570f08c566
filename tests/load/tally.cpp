#include "tests/load/tally.h"

#include <algorithm>

namespace diemcau::load {

Tally::Tally(std::size_t viewers, std::size_t streams) : streams_(streams), seen_(viewers * streams) {}

void Tally::open(const std::vector<std::uint32_t>& next, const std::vector<bool>& camera) {
  for (std::size_t i = 0; i < streams_.size(); ++i)
    streams_[i] = {next.at(i), static_cast<std::uint32_t>(-1), camera.at(i)};
  for (auto& seen : seen_) seen = {};
  delays_.clear();
  open_ = true;
}

void Tally::close(const std::vector<std::uint32_t>& next) {
  for (std::size_t i = 0; i < streams_.size(); ++i) streams_[i].end = next.at(i);
}

void Tally::record(std::size_t viewer, const Stamp& stamp, Clock::time_point arrived) {
  if (!open_ || stamp.stream >= streams_.size()) return;
  const auto& stream = streams_[stamp.stream];
  if (stamp.counter < stream.first || stamp.counter >= stream.end) return;
  auto& seen = seen_[viewer * streams_.size() + stamp.stream];
  const auto at = stamp.counter - stream.first;
  if (at >= seen.counters.size())
    seen.counters.resize(std::max<std::size_t>(at + 1, 2 * seen.counters.size()));
  if (seen.counters[at]) {
    ++seen.duplicated;
    return;
  }
  seen.counters[at] = true;
  if (seen.received++ > 0 && stamp.counter < seen.highest) ++seen.reordered;
  seen.highest = std::max(seen.highest, stamp.counter);
  delays_.push_back(std::chrono::nanoseconds(arrived - stamp.sent).count());
}

Tally::Result Tally::result() {
  open_ = false;
  Result result;
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    const auto& stream = streams_[i % streams_.size()];
    const auto& seen = seen_[i];
    const std::uint64_t sent = stream.end - stream.first;
    result.received += seen.received;
    result.duplicated += seen.duplicated;
    result.reordered += seen.reordered;
    if (sent > 0 && seen.received == 0) ++(stream.camera ? result.silent_cameras : result.silent_voices);
    if (seen.received > 0 || stream.camera) result.lost += sent - seen.received;
  }
  if (delays_.empty()) return result;
  const auto at = [&](double share) {
    const auto place =
        delays_.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(delays_.size() - 1));
    std::nth_element(delays_.begin(), place, delays_.end());
    return std::chrono::nanoseconds(*place);
  };
  result.delay_median = at(0.5);
  result.delay_99 = at(0.99);
  result.delay_longest = at(1);
  return result;
}

}  // namespace diemcau::load
