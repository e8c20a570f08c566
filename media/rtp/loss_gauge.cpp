#include "media/rtp/loss_gauge.h"

#include <algorithm>
#include <array>

namespace diemcau::rtp {
namespace {

constexpr int window = 64;  // packets: 1.3 s of one voice
// From this loss on so many generations: what random loss leaves of the voice is the loss to the power of
// (generations + 1), at most 0.4 % at 15 %, before anything is asked for again.
constexpr std::array<double, LossGauge::most_generations> needs{0.01, 0.06, 0.15};
constexpr int patience = 8;  // windows below half of that before one generation less: 10 s of one voice

}  // namespace

void LossGauge::on_sent() {
  if (++sent_ == window) finish_window();
}

void LossGauge::on_lost() { ++lost_; }

void LossGauge::on_report(std::uint8_t fraction_lost) { reported_ = fraction_lost / 256.0; }

void LossGauge::finish_window() {
  const double seen = std::max(std::min(1.0, static_cast<double>(lost_) / sent_), reported_);
  sent_ = lost_ = 0;
  loss_ += (seen - loss_) / (seen > loss_ ? 2 : 8);
  while (generations_ < most_generations && loss_ >= needs[static_cast<std::size_t>(generations_)]) {
    ++generations_;
    good_windows_ = 0;
  }
  if (generations_ == 0 || loss_ >= needs[static_cast<std::size_t>(generations_ - 1)] / 2) {
    good_windows_ = 0;
  } else if (++good_windows_ == patience) {
    --generations_;
    good_windows_ = 0;
  }
}

}  // namespace diemcau::rtp
