#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <span>

namespace diemcau::line {

/// What a line does to the packets of one direction. As it stands: nothing.
struct Impairment {
  double rate = 0;  ///< kbit/s of IP packets; 0: as fast as they come
  std::chrono::milliseconds queue{
      300};  ///< as long a packet may wait for its turn; else it is dropped (tail drop)
  std::chrono::milliseconds delay{0};
  std::chrono::milliseconds jitter{0};  ///< each packet is delayed by up to this more, evenly distributed
  bool reorder = false;                 ///< jitter may let a packet overtake another
  double loss = 0;                      ///< per cent
  double burst = 1;                     ///< packets lost in a row, on average (Gilbert); 1: each by itself
  bool cut = false;                     ///< nothing gets through
  bool udp = true;                      ///< false: a firewall that lets TCP through only
};

/// One direction of a line. Pure: the caller moves the packets and reads the clock; the same seed and the
/// same packets give the same fates.
class OneWay {
 public:
  using Clock = std::chrono::steady_clock;

  explicit OneWay(std::uint64_t seed) : random_(seed) {}

  const Impairment& impairment() const { return impairment_; }
  /// Holds for packets that come from now on; those on their way arrive as they would have.
  void set(const Impairment& impairment) { impairment_ = impairment; }

  /// An IP packet enters at `now`. When it comes out at the other end; nullopt: never.
  std::optional<Clock::time_point> enter(std::span<const std::byte> packet, Clock::time_point now);

  struct Counts {
    std::uint64_t passed = 0;
    std::uint64_t lost = 0;        ///< by chance
    std::uint64_t overflowed = 0;  ///< the queue was full
    std::uint64_t refused = 0;     ///< cut, or UDP where there is none
  };
  const Counts& counts() const { return counts_; }

 private:
  bool chance(double probability) { return std::bernoulli_distribution(probability)(random_); }
  bool loses();

  Impairment impairment_;
  Counts counts_;
  std::mt19937_64 random_;
  bool in_burst_ = false;
  Clock::time_point free_at_{};  ///< the rate has sent what came before
  Clock::time_point last_out_{};
};

}  // namespace diemcau::line
