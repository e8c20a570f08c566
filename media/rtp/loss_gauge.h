#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>

namespace diemcau::rtp {

/// How much of the voice a viewer's line loses, and so how many packets before must go along in each (RFC
/// 2198). Counts packets instead of time: who is silent has no say about a line.
class LossGauge {
 public:
  static constexpr int most_generations = 3;

  void on_sent();  ///< one packet, for the first time
  /// The viewer asked for a packet again that it had not asked for before: the line lost it, whether or not
  /// it gets there in the end.
  void on_lost(std::uint16_t sequence);
  /// Of 256, from a receiver report (RFC 3550 6.4.1). Browsers leave out what was repaired: this alone says
  /// too little.
  void on_report(std::uint8_t fraction_lost);

  /// 0 … most_generations. More at once, less only after a good while.
  int generations() const { return generations_; }

 private:
  void finish_window();
  int needed(double loss) const;

  int sent_ = 0, lost_ = 0, followed_ = 0;  ///< in this window; followed_: lost right after a lost one
  std::optional<std::uint16_t> last_lost_;
  double reported_ = 0;
  double loss_ = 0;    ///< 0 … 1
  double in_row_ = 0;  ///< of what was lost, the part right after a lost one; 0 … 1
  int generations_ = 0;
  int good_windows_ = 0;
};

}  // namespace diemcau::rtp
