#include "media/transport/check_limit.h"

#include <cstring>

namespace diemcau::transport {
namespace {
constexpr std::chrono::seconds idle{1};  // then its tokens are all back
}

bool CheckLimit::allow(const Endpoint& from, Clock::time_point now) {
  Network network;
  std::memcpy(&network.high, &from.address, 8);
  if (from.is_v4()) std::memcpy(&network.low, reinterpret_cast<const char*>(&from.address) + 8, 8);
  auto known = limits_.find(network);
  if (known == limits_.end()) {
    if (limits_.size() >= most_addresses && now - cleaned_ > idle) {
      cleaned_ = now;
      std::erase_if(limits_, [now](const auto& entry) { return now - entry.second.last_taken() > idle; });
    }
    if (limits_.size() >= most_addresses) return others_.take(now);
    known = limits_.try_emplace(network, per_second, per_second).first;
  }
  return known->second.take(now);
}

}  // namespace diemcau::transport
