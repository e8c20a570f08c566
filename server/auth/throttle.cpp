#include "server/auth/throttle.h"

#include <algorithm>
#include <cstdint>

#include <arpa/inet.h>

namespace diemcau::auth {
namespace {
constexpr int free_per_account = 10;
constexpr int free_per_address = 50;
constexpr std::chrono::minutes longest_wait{15};
constexpr std::chrono::hours forgotten_after{1};
constexpr std::size_t clean_above = 1000;

/// Of an IPv6 address its /64: one subscriber has all of it to himself.
std::string network_of(const std::string& address) {
  in6_addr parsed{};
  if (inet_pton(AF_INET6, address.c_str(), &parsed) != 1) return address;
  std::fill(parsed.s6_addr + 8, parsed.s6_addr + 16, std::uint8_t{0});
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(AF_INET6, &parsed, text, sizeof text);
  return text;
}

std::string of_both(const std::string& user, const std::string& address) {
  return user + "\n" + network_of(address);
}
std::string of_address(const std::string& address) { return of_both("", address); }

}  // namespace

std::optional<Throttle::Seconds> Throttle::must_wait(const std::string& user, const std::string& address,
                                                     Time now) const {
  Time next = now;
  for (const auto& key : {of_both(user, address), of_address(address)}) {
    const auto found = tries_.find(key);
    if (found != tries_.end() && now - found->second.last < forgotten_after)
      next = std::max(next, found->second.next);
  }
  if (next <= now) return std::nullopt;
  return std::chrono::ceil<Seconds>(next - now);
}

void Throttle::wrong(const std::string& user, const std::string& address, Time now) {
  if (tries_.size() > clean_above) forget_old(now);
  count(tries_[of_both(user, address)], free_per_account, now);
  count(tries_[of_address(address)], free_per_address, now);
}

void Throttle::right(const std::string& user, const std::string& address) {
  tries_.erase(of_both(user, address));
  const auto network = tries_.find(of_address(address));
  if (network != tries_.end()) {
    network->second.wrong = std::max(0, network->second.wrong - 1);
    if (network->second.wrong < free_per_address) network->second.next = {};
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
