#include "media/stage/pacer.h"

#include <algorithm>

namespace diemcau::stage {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr Seconds depth{0.02};        // of the bucket: two turns of the timer
constexpr double least_depth = 1500;  // bytes: one packet
constexpr Seconds longest_wait{
    0.5};  // what waits longer would be late at the viewer: rather the line's queue

}  // namespace

void Pacer::hold(Slot* slot, const Slot::Written& written, std::span<const std::byte> bytes) {
  waiting_ += bytes.size();
  held_.push_back({slot, written, {bytes.begin(), bytes.end()}});
}

bool Pacer::take(std::size_t bytes, Clock::time_point now) {
  const auto rate =
      std::max(static_cast<double>(rate_) / 8, static_cast<double>(waiting_) / longest_wait.count());
  const auto most = std::max(least_depth, rate * depth.count());
  const Seconds passed = now - std::exchange(filled_, now);
  tokens_ = std::min(most, tokens_ + rate * passed.count());
  if (tokens_ <= 0) return false;
  tokens_ -= static_cast<double>(bytes);
  return true;
}

}  // namespace diemcau::stage
