#include "media/rtp/renumbering.h"

#include "media/rtp/packet.h"

namespace diemcau::rtp {
namespace {
constexpr int half_reach = 0x4000;
}

void Renumbering::begin(std::uint16_t in, Offsets offsets) {
  runs_.clear();
  runs_.push_back({in, offsets});
  newest_ = static_cast<std::uint16_t>(in - 1);
}

bool Renumbering::is_new(std::uint16_t in) const { return sequence_distance(in, newest_) > 0; }

std::optional<Renumbering::Offsets> Renumbering::at(std::uint16_t in) const {
  for (auto run = runs_.rbegin(); run != runs_.rend(); ++run)
    if (sequence_distance(in, run->first) >= 0) return run->offsets;
  return std::nullopt;
}

void Renumbering::take(std::uint16_t in) {
  if (!is_new(in)) return;
  newest_ = in;
  // A 16-bit distance holds for half a round: the beginning is drawn along.
  while (runs_.size() > 1 && sequence_distance(in, runs_[1].first) > half_reach) runs_.erase(runs_.begin());
  if (sequence_distance(in, runs_.front().first) > half_reach)
    runs_.front().first = static_cast<std::uint16_t>(in - half_reach);
}

void Renumbering::leave_out(std::uint16_t in, bool picture) {
  auto offsets = runs_.back().offsets;
  --offsets.sequence;
  if (picture) --offsets.picture;
  const bool follows = runs_.back().first == in;
  take(in);
  if (follows) runs_.pop_back();
  go_on(next(), offsets);
}

std::uint16_t Renumbering::insert() {
  auto offsets = runs_.back().offsets;
  const auto out = static_cast<std::uint16_t>(next() + offsets.sequence);
  ++offsets.sequence;
  if (runs_.back().first == next()) runs_.pop_back();
  go_on(next(), offsets);
  return out;
}

void Renumbering::go_on(std::uint16_t first, Offsets offsets) {
  if (runs_.size() == most_runs) runs_.erase(runs_.begin());
  runs_.push_back({first, offsets});
}

std::optional<std::uint16_t> Renumbering::find(std::uint16_t out) const {
  std::optional<std::uint16_t> end;  // of the run
  for (auto run = runs_.rbegin(); run != runs_.rend(); ++run) {
    const auto in = static_cast<std::uint16_t>(out - run->offsets.sequence);
    if (sequence_distance(in, run->first) >= 0)
      return end && sequence_distance(in, *end) >= 0 ? std::nullopt : std::optional(in);
    end = run->first;
  }
  return std::nullopt;
}

}  // namespace diemcau::rtp
