#include "server/auth/throttle.h"

#include <algorithm>

namespace diemcau::auth {
namespace {
constexpr int free_per_account = 10;
constexpr int free_per_address = 50;
constexpr std::chrono::minutes longest_wait{15};
constexpr std::chrono::hours forgotten_after{1};
constexpr std::size_t clean_above = 1000;
}  // namespace

std::optional<Throttle::Seconds> Throttle::must_wait(const std::string& user, const std::string& address,
                                                     Time now) const {
  Time next = now;
  for (const auto& key : {user + "\n" + address, "\n" + address}) {
    const auto found = tries_.find(key);
    if (found != tries_.end() && now - found->second.last < forgotten_after)
      next = std::max(next, found->second.next);
  }
  if (next <= now) return std::nullopt;
  return std::chrono::ceil<Seconds>(next - now);
}

void Throttle::wrong(const std::string& user, const std::string& address, Time now) {
  if (tries_.size() > clean_above) forget_old(now);
  count(tries_[user + "\n" + address], free_per_account, now);
  count(tries_["\n" + address], free_per_address, now);
}

void Throttle::right(const std::string& user, const std::string& address) {
  tries_.erase(user + "\n" + address);
  const auto of_address = tries_.find("\n" + address);
  if (of_address != tries_.end()) {
    of_address->second.wrong = std::max(0, of_address->second.wrong - 1);
    if (of_address->second.wrong < free_per_address) of_address->second.next = {};
  }
}

void Throttle::count(Tries& tries, int free, Time now) {
  if (now - tries.last >= forgotten_after) tries = {};
  ++tries.wrong;
  tries.last = now;
  if (tries.wrong < free) return;
  const int doublings = std::min(tries.wrong - free, 10);
  tries.next = now + std::min<Time::duration>(Seconds(1 << doublings), longest_wait);
}

void Throttle::forget_old(Time now) {
  std::erase_if(tries_, [&](const auto& entry) { return now - entry.second.last >= forgotten_after; });
}

}  // namespace diemcau::auth
