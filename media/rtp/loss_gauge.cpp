#include "media/rtp/loss_gauge.h"

#include <algorithm>

namespace diemcau::rtp {
namespace {

constexpr int window = 64;  // packets: 1.3 s of one voice
constexpr double bearable = 0.004;
constexpr double noticeable = 0.01;  // below it nothing goes along
constexpr int patience = 8;          // windows at half the need before one generation less: 10 s of one voice

}  // namespace

void LossGauge::on_sent() {
  if (++sent_ == window) finish_window();
}

void LossGauge::on_lost(std::uint16_t sequence) {
  ++lost_;
  if (last_lost_ && sequence == static_cast<std::uint16_t>(*last_lost_ + 1)) ++followed_;
  last_lost_ = sequence;
}

void LossGauge::on_report(std::uint8_t fraction_lost) { reported_ = fraction_lost / 256.0; }

// A packet is gone for good, before anything is asked for again, when all that it goes along in are lost too:
// the loss times, for each generation, the probability that what follows a lost packet is lost as well. On a
// line that loses each by itself that is the loss again; in bursts it is far more.
int LossGauge::needed(double loss) const {
  if (loss < noticeable) return 0;
  double left = loss;
  int generations = 0;
  for (; generations < most_generations && left > bearable; ++generations) left *= std::max(loss, in_row_);
  return generations;
}

void LossGauge::finish_window() {
  const double seen = std::max(std::min(1.0, static_cast<double>(lost_) / sent_), reported_);
  loss_ += (seen - loss_) / (seen > loss_ ? 2 : 8);
  if (lost_ > 0) {
    const double in_row = static_cast<double>(followed_) / lost_;
    in_row_ += (in_row - in_row_) / (in_row > in_row_ ? 2 : 8);
  }
  sent_ = lost_ = followed_ = 0;
  generations_ = std::max(generations_, needed(loss_));
  if (needed(2 * loss_) >= generations_) {
    good_windows_ = 0;
  } else if (++good_windows_ == patience) {
    --generations_;
    good_windows_ = 0;
  }
}

}  // namespace diemcau::rtp
