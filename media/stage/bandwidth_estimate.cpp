#include "media/stage/bandwidth_estimate.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "media/rtp/packet.h"

namespace diemcau::stage {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t tick = 250;        // microseconds, of the feedback
constexpr std::size_t remembered = 1024;  // packets: two seconds of nine cells
constexpr auto base_window = 30s;
// A delay that no packet was below for so long, and of so many, is a queue: of a few each may have been held
// up.
constexpr auto standing = 150ms;
constexpr std::size_t least_standing = 15;
constexpr auto patience_of_queue = 30ms;
constexpr Clock::duration most_fluctuation = 60ms;
constexpr double longest_packet = 1200 * 8;  // bits: one such packet in front is no queue
constexpr double least_part = 0.7;           // of what arrives
constexpr double backing_off = 0.95;
constexpr double growing = 1.08;   // a second, as draft-ietf-rmcat-gcc-02 5.5
constexpr double using_it = 0.75;  // of the estimate must arrive, or nothing is learned
constexpr double much_loss = 0.1;  // as there, 6
constexpr auto decrease_interval = 300ms;
constexpr int most_in_vain = 10;
constexpr auto longer_way = 2s;  // a delay that lasts so long while a trickle is sent is the way's own
constexpr auto unchanged = 4s;   // or so long whatever is sent, if that was not too much all the time
// A queue grows by what is sent too much: no line becomes so full from one report to the next, and then
// neither fuller nor emptier.
constexpr std::int64_t step = 40'000;  // microseconds
constexpr std::int64_t level = 10'000;
constexpr auto level_for = 500ms;
constexpr auto arriving_window = 500'000;  // microseconds
constexpr auto loss_window = 1s;
constexpr auto probe_length = 60ms;
constexpr auto turn = 10ms;
constexpr auto probe_limit = 1s;
constexpr auto least_patience = 1s;
constexpr auto calm = 2s;  // after less was sent, before more is tried
constexpr auto most_patience = 60s;
constexpr auto soon = 200ms;            // a probe that says nothing is repeated
constexpr std::size_t least_probe = 5;  // packets
constexpr double carried_part = 0.85;   // of what is offered
constexpr double least_kept = 0.7;      // of the estimate, after one probe
constexpr std::size_t most_even = 8;    // packets of which no pause may be half of the time

std::int64_t micros(Clock::duration time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time).count();
}
double rate_of(std::size_t bytes, std::int64_t time) {
  return static_cast<double>(bytes) * 8e6 / static_cast<double>(std::max<std::int64_t>(time, 1000));
}
/// From the first arrival to the last, without the longest pause if the machine behind it slept then: a line
/// that is full has none.
struct Passage {
  std::int64_t time = 0;
  bool paused = false;
};
template <class Arrivals>
Passage passage_of(const Arrivals& arrivals) {
  std::vector<std::int64_t> times;
  for (const auto& packet : arrivals) times.push_back(packet.at);
  std::sort(times.begin(), times.end());
  if (times.empty()) return {};
  std::int64_t longest = 0;
  for (std::size_t i = 1; i < times.size(); ++i) longest = std::max(longest, times[i] - times[i - 1]);
  const auto time = times.back() - times.front();
  const bool paused = times.size() >= most_even && longest * 2 > time;
  return {paused ? time - longest : time, paused};
}
template <class Arrivals>
std::size_t bytes_of(const Arrivals& arrivals) {
  return std::accumulate(arrivals.begin(), arrivals.end(), std::size_t{0},
                         [](std::size_t sum, const auto& packet) { return sum + packet.bytes; });
}

/// Packets overtake each other: on a line that jitters so, the time from the first to the last says nothing.
/// In one queue none overtakes another.
template <class Arrivals>
bool jitters(const Arrivals& arrivals) {
  std::size_t overtaken = 0;
  std::int64_t latest = 0;
  for (const auto& packet : arrivals) {
    if (packet.at < latest) ++overtaken;
    latest = std::max(latest, packet.at);
  }
  return overtaken * 4 > arrivals.size();
}

/// By how much the delay grows from the first to the last, as a part of the time in which they were sent: the
/// line of least squares. 1: half of them get through in that time.
template <class Arrivals>
double growth_of_delay(const Arrivals& arrivals) {
  double sent = 0;
  double delay = 0;
  const auto count = static_cast<double>(arrivals.size());
  for (const auto& packet : arrivals) {
    sent += static_cast<double>(packet.sent - arrivals.front().sent) / count;
    delay += static_cast<double>(packet.at - packet.sent) / count;
  }
  double both = 0;
  double square = 0;
  for (const auto& packet : arrivals) {
    const auto x = static_cast<double>(packet.sent - arrivals.front().sent) - sent;
    both += x * (static_cast<double>(packet.at - packet.sent) - delay);
    square += x * x;
  }
  return square == 0 ? 0 : both / square;
}

}  // namespace

std::uint16_t BandwidthEstimate::on_sent(std::size_t bytes, Clock::time_point now) {
  if (sent_.empty()) sent_.resize(remembered);
  const auto number = next_++;
  const bool probes = probe_.state == Probe::State::sending;
  sent_[static_cast<std::size_t>(number) % sent_.size()] = {.at = micros(now.time_since_epoch()),
                                                            .number = static_cast<std::uint32_t>(number),
                                                            .bytes = static_cast<std::uint16_t>(bytes),
                                                            .probe = probes ? probe_.id : std::uint8_t{0},
                                                            .fate = Sent::Fate::unknown};
  if (probes) {
    probe_.sent += bytes;
    ++probe_.packets;
  }
  return static_cast<std::uint16_t>(number);
}

void BandwidthEstimate::on_feedback(std::span<const rtp::PacketStatus> told, Clock::time_point now) {
  if (told.empty() || next_ == 0) return;
  Batch batch{now};
  std::size_t row = 0;
  for (const auto& packet : told) {
    const auto newest = static_cast<std::uint16_t>(next_ - 1);
    const auto number = next_ - 1 + rtp::sequence_distance(packet.transport_sequence, newest);
    if (number < 0) continue;
    auto& sent = sent_[static_cast<std::size_t>(number) % sent_.size()];
    if (sent.number != static_cast<std::uint32_t>(number) || sent.fate == Sent::Fate::arrived) continue;
    const bool known = sent.fate == Sent::Fate::lost;
    sent.fate = packet.arrived ? Sent::Fate::arrived : Sent::Fate::lost;
    if (!packet.arrived) {
      if (known) continue;
      ++batch.lost;
      batch.lost_in_a_row = std::max(batch.lost_in_a_row, ++row);
      continue;
    }
    row = 0;
    const auto arrived = *packet.arrived * tick;
    if (known) {
      // A repair: it says nothing of the way, but the line has carried it.
      arrived_.push_back({arrived, sent.bytes});
      continue;
    }
    const auto delay = arrived - sent.at;
    if (batch.arrived++ == 0 || delay < batch.least_delay) batch.least_delay = delay;
    arrived_.push_back({arrived, sent.bytes});
    note_probe(sent, arrived);
  }
  if (batch.arrived + batch.lost == 0) return;
  if (batch.arrived > 0) {
    if (!began_) {
      base_ = next_base_ = batch.least_delay;
      base_since_ = judged_ = now;
      began_ = true;
    }
    look_at_delay(batch);
    base_ = std::min(base_, batch.least_delay);
    next_base_ = std::min(next_base_, batch.least_delay);
    if (now - base_since_ > base_window) {
      base_ = std::exchange(next_base_, batch.least_delay);
      base_since_ = now;
    }
  }
  batches_.push_back(batch);
  measure(now);
  judge_probe(now);
  judge(now);
}

void BandwidthEstimate::look_at_delay(const Batch& batch) {
  const auto before = std::exchange(last_delay_, batch.least_delay);
  if (before)
    fluctuation_ += (std::chrono::microseconds(std::abs(batch.least_delay - *before)) - fluctuation_) / 16;
  if (before && batch.least_delay - *before > step) {
    step_ = Step{batch.at, batch.least_delay};
  } else if (step_ && std::abs(batch.least_delay - step_->delay) > level) {
    step_.reset();
  }
}

/// More than this is a queue, less than half of it is none.
Clock::duration BandwidthEstimate::threshold(double rate) const {
  return patience_of_queue + std::min(2 * fluctuation_, most_fluctuation) +
         std::chrono::microseconds(static_cast<std::int64_t>(longest_packet * 1e6 / rate));
}

void BandwidthEstimate::measure(Clock::time_point now) {
  while (!batches_.empty() && now - batches_.front().at > loss_window) batches_.pop_front();
  std::size_t arrived = 0;
  std::size_t lost = 0;
  std::size_t row = 0;
  std::optional<Micros> shortest;
  for (auto batch = batches_.rbegin(); batch != batches_.rend(); ++batch) {
    if ((now - batch->at <= standing || arrived < least_standing) && batch->arrived > 0)
      shortest = std::min(batch->least_delay, shortest.value_or(batch->least_delay));
    arrived += batch->arrived;
    lost += batch->lost;
    row = std::max(row, batch->lost_in_a_row);
  }
  if (shortest) queue_ = std::chrono::microseconds(*shortest - base_);
  const bool few = arrived + lost < 20;
  loss_ = few ? 0 : static_cast<double>(lost) / static_cast<double>(arrived + lost);
  scattered_ = few ? 0 : static_cast<double>(lost - row) / static_cast<double>(arrived + lost);

  if (arrived_.empty()) return;
  const auto newest = std::max_element(arrived_.begin(), arrived_.end(), [](const auto& a, const auto& b) {
                        return a.at < b.at;
                      })->at;
  while (arrived_.front().at <= newest - arriving_window) arrived_.pop_front();
  arriving_ =
      rate_of(bytes_of(arrived_), std::min<Micros>(arriving_window, newest - arrived_.front().at + 50'000));
}

void BandwidthEstimate::judge(Clock::time_point now) {
  const auto passed = std::min<Clock::duration>(now - std::exchange(judged_, now), 200ms);
  judge_loss(now);
  const auto limit = threshold(rate_);
  // A probe's own queue says nothing more than the probe itself.
  const bool probed = probe_.state != Probe::State::idle || now < quiet_until_;
  if (step_ && scattered_ - own_loss_ <= much_loss) {
    if (now - step_->at < level_for) return;
    step_.reset();
    take_as_way(now);
  }
  if (is_overfull()) return probed ? void() : decrease(now);
  if (queue_ * 2 <= limit) kept_since_ = now;
  if (queue_ * 2 <= limit || arriving_ >= using_it * rate_) waits_since_ = now;
  if (now - waits_since_ > longer_way || now - kept_since_ > unchanged) take_as_way(now);
  if (queue_ * 2 > limit || scattered_ - own_loss_ > much_loss || arriving_ < using_it * rate_) return;
  rate_ *= std::pow(growing, std::chrono::duration<double>(passed).count());
}

/// If the line carries no more than what arrives, a queue is at least a packet that waits.
bool BandwidthEstimate::is_overfull() const {
  return queue_ > threshold(std::min(rate_, std::max<double>(least, arriving_)));
}

void BandwidthEstimate::decrease(Clock::time_point now) {
  if (now - decreased_ < decrease_interval) return;
  // What we send less of does not empty it: the queue is another's, or the way has become longer.
  in_vain_ = now - decreased_ < 2 * decrease_interval && queue_ * 20 > queue_before_ * 19 ? in_vain_ + 1 : 0;
  if (in_vain_ == most_in_vain) {
    in_vain_ = 0;
    return take_as_way(now);
  }
  decreased_ = kept_since_ = now;
  untried_ = false;
  queue_before_ = queue_;
  // What waits is to be gone within a second.
  const auto part = std::max(least_part, 1 - std::chrono::duration<double>(queue_).count());
  const auto passage = passage_of(arrived_);
  const auto carried = passage.paused ? rate_of(bytes_of(arrived_), passage.time) : arriving_;
  rate_ = std::max<double>(least, std::min(rate_, part * carried));
}

/// What was thought to be a queue is how long the way is now.
void BandwidthEstimate::take_as_way(Clock::time_point now) {
  base_ += micros(queue_);
  next_base_ = base_;
  base_since_ = waits_since_ = kept_since_ = now;
  queue_ = {};
}

void BandwidthEstimate::judge_loss(Clock::time_point now) {
  if (scattered_ < own_loss_) own_loss_ += (scattered_ - own_loss_) / 16;
  if (scattered_ - own_loss_ <= much_loss || probe_.state != Probe::State::idle || now < quiet_until_ ||
      now - loss_decreased_ < loss_window)
    return;
  if (now - loss_decreased_ < 3 * loss_window && scattered_ > 0.7 * loss_before_) {
    // It did not follow the rate.
    own_loss_ = scattered_;
    rate_ = std::max(rate_, rate_before_);
    return;
  }
  loss_decreased_ = now;
  untried_ = false;
  loss_before_ = scattered_;
  rate_before_ = rate_;
  rate_ = std::max<double>(least, std::min(rate_, backing_off * arriving_));
}

std::size_t BandwidthEstimate::padding_due(std::int64_t wanted, Clock::time_point now) {
  auto& probe = probe_;
  if (probe.state == Probe::State::waiting && now - probe.ended > probe_limit) judge_probe(now);
  if (probe.state == Probe::State::idle) {
    // A line that has not refused the last one is tried as far as is of any use.
    const auto aim = probe.was_refused ? wanted : std::max(wanted, wide);
    if (!began_ || is_wide() || aim <= rate() || now < probe.next || queue_ * 2 > threshold(rate_) ||
        scattered_ - own_loss_ > much_loss || now - decreased_ < calm)
      return 0;
    Probe next;
    next.id = static_cast<std::uint8_t>(probe.id % 255 + 1);
    next.state = Probe::State::sending;
    next.began = now;
    next.patience = probe.patience;
    next.was_refused = probe.was_refused;
    probe = std::move(next);
    probe.target = std::min(2 * rate_, std::max(1.25 * rate_, 1.1 * static_cast<double>(aim)));
  }
  if (probe.state != Probe::State::sending) return 0;
  const auto passed = now - probe.began;
  if (passed >= probe_length) {
    probe.state = Probe::State::waiting;
    probe.ended = now;
    return 0;
  }
  const auto due = probe.target / 8e6 * static_cast<double>(micros(passed + turn));
  return due > static_cast<double>(probe.sent) ? static_cast<std::size_t>(due) - probe.sent : 0;
}

void BandwidthEstimate::note_probe(const Sent& sent, Micros arrived) {
  if (sent.probe != 0 && sent.probe == probe_.id) probe_.arrived.push_back({arrived, sent.bytes, sent.at});
}

void BandwidthEstimate::judge_probe(Clock::time_point now) {
  auto& probe = probe_;
  if (probe.state != Probe::State::waiting) return;
  if (probe.arrived.size() < probe.packets && now - probe.ended < probe_limit) {
    // What is lost never comes: it is over when a packet behind it has.
    const auto told = std::any_of(sent_.begin(), sent_.end(), [&](const auto& sent) {
      return sent.fate != Sent::Fate::unknown && sent.probe == 0 &&
             sent.at > micros(probe.ended.time_since_epoch());
    });
    if (!told) return;
  }
  probe.state = Probe::State::idle;
  const auto repeat = [&](Clock::duration at_least) {
    probe.patience = std::clamp<Clock::duration>(2 * probe.patience, at_least, most_patience);
    probe.next = now + probe.patience;
  };
  const auto passage = passage_of(probe.arrived);
  const auto offered = std::min(probe.target, rate_of(probe.sent, micros(probe_length)));
  // One of the machines slept: it says nothing of the line.
  if (passage.paused || offered < 0.5 * probe.target) return repeat(soon);
  if (probe.arrived.size() >= least_probe) {
    // One turn of the timer more than from the first packet to the last: as many turns as were sent.
    const auto carried = jitters(probe.arrived)
                             ? offered / (1 + std::max(0.0, growth_of_delay(probe.arrived)))
                             : rate_of(bytes_of(probe.arrived), passage.time + micros(turn));
    if (carried >= carried_part * offered) {
      rate_ = std::max(rate_, std::min(carried, probe.target));
      probe.patience = {};
      probe.was_refused = false;
      probe.next = now + 50ms;
      return;
    }
    rate_ = std::max<double>(least, std::max(backing_off * carried, least_kept * rate_));
  }
  probe.was_refused = true;
  untried_ = false;
  repeat(least_patience);
  quiet_until_ = now + 500ms + queue_;
}

}  // namespace diemcau::stage
