#include "tests/line/one_way.h"

#include <algorithm>

namespace diemcau::line {
namespace {

// RFC 791 3.1: version in the first half of the first byte, protocol in the tenth.
bool is_udp(std::span<const std::byte> packet) {
  constexpr std::size_t protocol = 9;
  constexpr std::byte udp{17};
  return packet.size() > protocol && packet[0] >> 4 == std::byte{4} && packet[protocol] == udp;
}

}  // namespace

// Gilbert's model: in a burst every packet is lost, outside none. A burst ends with the probability 1/burst,
// and begins with the one that makes the share of all packets come out right.
bool OneWay::loses() {
  const double loss = impairment_.loss / 100;
  if (impairment_.burst <= 1) return chance(loss);
  const double begins = std::min(1.0, loss / (impairment_.burst * (1 - loss)));
  in_burst_ = in_burst_ ? !chance(1 / impairment_.burst) : chance(begins);
  return in_burst_;
}

std::optional<OneWay::Clock::time_point> OneWay::enter(std::span<const std::byte> packet,
                                                       Clock::time_point now) {
  if (impairment_.cut || (!impairment_.udp && is_udp(packet))) {
    ++counts_.refused;
    return std::nullopt;
  }
  auto sent = now;
  if (impairment_.rate > 0) {
    const auto begins = std::max(now, free_at_);
    if (begins - now > impairment_.queue) {
      ++counts_.overflowed;
      return std::nullopt;
    }
    const std::chrono::duration<double, std::milli> takes(static_cast<double>(packet.size()) * 8 /
                                                          impairment_.rate);
    sent = free_at_ = begins + std::chrono::duration_cast<Clock::duration>(takes);
  }
  // What is lost on the way has taken its time at the bottleneck.
  if (loses()) {
    ++counts_.lost;
    return std::nullopt;
  }
  ++counts_.passed;
  const std::chrono::duration<double, std::milli> late(std::uniform_real_distribution<>(0, 1)(random_) *
                                                       static_cast<double>(impairment_.jitter.count()));
  auto out = sent + impairment_.delay + std::chrono::duration_cast<Clock::duration>(late);
  if (!impairment_.reorder) out = std::max(out, last_out_);
  last_out_ = out;
  return out;
}

}  // namespace diemcau::line
