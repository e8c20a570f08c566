#include "media/rtp/nack.h"

#include <algorithm>
#include <utility>

#include "media/rtp/packet.h"

namespace diemcau::rtp {
namespace {
using namespace std::chrono_literals;
constexpr auto reordering = 10ms;  // later than that a packet counts as lost
// Browsers ignore a second request until a round trip after the first repair has left them, and that waits
// for its turn: one that comes a little too early costs a whole round trip more.
constexpr auto turn = 20ms;
constexpr auto looking = 50ms;  // a loss is noticed, asked for and its answer passed on
constexpr auto remembered = 30s;
// From 300 ms on a gap between two pictures is seen as a standstill; the one before, and noticing and asking
// twice, take the half of that.
constexpr auto bearable = 150ms;
}  // namespace

std::int64_t NackGenerator::unwrap(std::uint16_t sequence) const {
  return *highest_ + sequence_distance(sequence, static_cast<std::uint16_t>(*highest_));
}

void NackGenerator::give_up(std::int64_t number) { given_up_ = std::max(number, given_up_.value_or(number)); }

void NackGenerator::on_packet(std::uint16_t sequence, Clock::time_point now) {
  if (!highest_) {
    highest_ = sequence;
    return;
  }
  const auto unwrapped = unwrap(sequence);
  if (unwrapped <= *highest_) {
    const auto late = missing_.find(unwrapped);
    if (late == missing_.end()) return;
    if (late->second.requests == 0 && now - late->second.noticed < reordering) --lost_;
    if (late->second.requests > 0) note_answer(now - late->second.first_asked, now);
    missing_.erase(late);
    return;
  }
  // A jump of thousands is a new stream or a long outage: nobody has those packets any more.
  if (unwrapped - *highest_ > static_cast<std::int64_t>(most_missing)) {
    missing_.clear();
    give_up(unwrapped - 1);
  } else {
    for (auto lost = *highest_ + 1; lost < unwrapped; ++lost) missing_.emplace(lost, Missing{.noticed = now});
    lost_ += static_cast<std::uint64_t>(unwrapped - *highest_ - 1);
  }
  highest_ = unwrapped;
  while (missing_.size() > most_missing) {
    give_up(missing_.begin()->first);
    missing_.erase(missing_.begin());
  }
}

void NackGenerator::resume_at(std::uint16_t sequence) {
  const auto unwrapped = highest_ ? unwrap(sequence) : sequence;
  if (highest_ && unwrapped > *highest_) lost_ += static_cast<std::uint64_t>(unwrapped - *highest_ - 1);
  missing_.clear();
  give_up(unwrapped - 1);
  highest_ = unwrapped;
}

void NackGenerator::on_keyframe(std::uint16_t sequence) {
  if (given_up_ && highest_ && *given_up_ < unwrap(sequence)) given_up_.reset();
}

void NackGenerator::note_answer(Clock::duration time, Clock::time_point now) {
  answers_.at(answered_++ % answers_.size()) = time;
  last_answers_ = {last_answers_[1], now};
  answer_time_ = usual_answer();
}

NackGenerator::Clock::duration NackGenerator::usual_answer() const {
  auto sorted = answers_;
  const auto count = static_cast<std::ptrdiff_t>(std::min(answered_, answers_.size()));
  const auto middle = sorted.begin() + (count - 1) / 2;
  std::nth_element(sorted.begin(), middle, sorted.begin() + count);
  return *middle;
}

std::chrono::milliseconds NackGenerator::repair_wait(Clock::time_point now) const {
  if (answered_ < last_answers_.size() || now - last_answers_[0] > remembered) return 0ms;
  const auto usual = usual_answer();
  // A repair that is lost too comes once more after as long again.
  const auto wait = std::max<Clock::duration>(usual + looking, 2 * usual - bearable);
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::min<Clock::duration>(wait, longest_wait));
}

std::vector<std::uint16_t> NackGenerator::due(Clock::time_point now, Clock::duration round_trip) {
  std::vector<std::uint16_t> sequences;
  const auto answer = answered_ > 0 ? std::max(usual_answer(), round_trip) : round_trip;
  const Clock::duration interval = answer + turn;
  for (auto it = missing_.begin(); it != missing_.end();) {
    auto& [sequence, missing] = *it;
    // The answer to the last request has its round trip too.
    const bool unanswered = missing.requests >= limits_.most_requests && now - missing.asked >= interval;
    const bool too_late = now - missing.noticed > limits_.too_late;
    if ((unanswered || too_late) && !std::exchange(missing.given_up, true)) give_up(sequence);
    // Until then it is known: it may be the line that is longer than was thought.
    if (too_late) {
      it = missing_.erase(it);
      continue;
    }
    const bool ask = missing.requests == 0
                         ? now - missing.noticed >= reordering
                         : missing.requests < limits_.most_requests && now - missing.asked >= interval;
    if (ask && now - missing.noticed + round_trip <= limits_.too_late) {
      missing.asked = now;
      if (missing.requests++ == 0) missing.first_asked = now;
      sequences.push_back(static_cast<std::uint16_t>(sequence));
    }
    ++it;
  }
  return sequences;
}

std::optional<NackGenerator::Clock::duration> NackGenerator::take_answer_time() {
  return std::exchange(answer_time_, std::nullopt);
}

bool NackGenerator::take_given_up() { return std::exchange(given_up_, std::nullopt).has_value(); }

}  // namespace diemcau::rtp
