#pragma once
#include <cstdint>
#include <unordered_map>

#include "media/transport/endpoint.h"
#include "media/transport/rate_limit.h"

namespace diemcau::transport {

/// How many STUN requests one address may have looked at: each that names a peer costs an HMAC, and anybody
/// may send them. Media thread.
class CheckLimit {
 public:
  using Clock = RateLimit::Clock;
  /// A hundred halls behind one NAT that all come at once send about 2,000 in a second; later each sends one
  /// or two.
  static constexpr double per_second = 2000;
  static constexpr std::size_t most_addresses = 4096;

  /// False: this address has sent too many. An IPv6 address stands for its /64, which one subscriber has to
  /// himself.
  bool allow(const Endpoint& from, Clock::time_point now);

 private:
  struct Network {
    std::uint64_t high = 0, low = 0;
    friend bool operator==(const Network&, const Network&) = default;
  };
  struct Hash {
    std::size_t operator()(const Network& network) const {
      return std::hash<std::uint64_t>()(network.high * 0x9e3779b97f4a7c15ULL ^ network.low);
    }
  };
  std::unordered_map<Network, RateLimit, Hash> limits_;
  Clock::time_point cleaned_{};
  RateLimit others_{per_second, per_second};  ///< shared by those for whom there is no room
};

}  // namespace diemcau::transport
