#include "media/stage/sent_packets.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

namespace diemcau::stage {
namespace {

using namespace std::chrono_literals;

constexpr auto tick = 64ms;
// Nobody asks for what is older (rtp::for_video).
constexpr auto repairable_for = 1500ms;
constexpr std::size_t kept_for = repairable_for / tick + 1;  // ticks; neither of two times is known better
constexpr std::size_t most_offsets = std::numeric_limits<std::uint8_t>::max() + std::size_t{1};

}  // namespace

/// Wraps after 16 s: what is older may look young, and gets room that it does not need.
std::uint8_t SentPackets::ticks(Clock::time_point time) {
  return static_cast<std::uint8_t>(time.time_since_epoch() / tick);
}

void SentPackets::begin() {
  if (places_.empty()) places_.resize(least_places);
}

void SentPackets::make_room(std::uint32_t number, Clock::time_point now) {
  if (places_.size() == most_places) return;
  const auto& before = at(number);
  const auto age = static_cast<std::uint8_t>(ticks(now) - before.when);
  if (before.state == State::none || before.round == round_of(number) || age > kept_for) return;
  // As many as this rate needs, at once: what is grown out of is of no use to anybody.
  const auto needed = std::bit_ceil(places_.size() * kept_for / std::max<std::size_t>(age, 1));
  std::vector<Place> longer(std::clamp(needed, 2 * places_.size(), most_places));
  for (std::size_t i = 0; i < places_.size(); ++i)
    if (places_[i].state != State::none)
      longer[(places_[i].round * least_places + i % least_places) % longer.size()] = places_[i];
  places_ = std::move(longer);
}

std::uint8_t SentPackets::index_of(std::uint32_t timestamp_offset) {
  if (!offsets_.empty() && offsets_[newest_offset_] == timestamp_offset) return newest_offset_;
  if (offsets_.size() < most_offsets) {
    offsets_.push_back(timestamp_offset);
    return newest_offset_ = static_cast<std::uint8_t>(offsets_.size() - 1);
  }
  ++newest_offset_;
  // What had the oldest one can no longer be the same, and so must not be sent again.
  for (auto& place : places_)
    if (place.state != State::none && place.offset == newest_offset_) place.state = State::unrepeatable;
  offsets_[newest_offset_] = timestamp_offset;
  return newest_offset_;
}

void SentPackets::write(std::uint32_t number, std::uint32_t timestamp_offset, std::uint8_t wait,
                        Clock::time_point now) {
  const auto offset = index_of(timestamp_offset);
  auto& place = at(number);
  place.round = round_of(number);
  place.when = ticks(now);
  place.offset = offset;
  place.wait = wait & longest_wait;
  place.state = State::written;
}

void SentPackets::write_padding(std::uint32_t number, Clock::time_point now) {
  auto& place = at(number);
  place.round = round_of(number);
  place.when = ticks(now);
  place.state = State::unrepeatable;
}

void SentPackets::leave(std::uint32_t number, std::uint16_t transport_sequence) {
  auto& place = at(number);
  if (place.state != State::written || place.round != round_of(number)) return;
  place.transport_sequence = transport_sequence;
  place.state = State::left;
}

std::optional<SentPackets::Packet> SentPackets::find(std::uint32_t number) const {
  const auto& place = at(number);
  if (place.state != State::left || place.round != round_of(number)) return std::nullopt;
  return Packet{offsets_[place.offset], place.transport_sequence, place.wait};
}

}  // namespace diemcau::stage
