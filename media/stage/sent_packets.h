#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "media/fetch_ahead.h"

namespace diemcau::stage {

/// What a slot has sent of late: what the same bytes need once more, as far as the packet of the source does
/// not say it. By extended sequence number (its 16 bits, and above them how often they have wrapped).
/// Six bytes a packet: a viewer has one of these for each of its streams. Media thread.
class SentPackets {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::uint8_t longest_wait = 63;

  struct Packet {
    std::uint32_t timestamp_offset = 0;
    std::uint16_t transport_sequence = 0;
    std::uint8_t wait = 0;
  };

  /// Before the first packet; no memory is used until then.
  void begin();
  /// Before the number is used, by a stream that may be large: whoever had its place before must be too old
  /// to be asked for.
  void make_room(std::uint32_t number, Clock::time_point now);

  bool used(std::uint32_t number) const {
    const auto& place = at(number);
    return place.state != State::none && place.round == round_of(number);
  }
  /// A packet has this number, and waits to leave. `wait`: hundredths of a second, at most longest_wait.
  void write(std::uint32_t number, std::uint32_t timestamp_offset, std::uint8_t wait, Clock::time_point now);
  /// A packet of our own has this number; it is not repeated.
  void write_padding(std::uint32_t number, Clock::time_point now);
  /// The packet leaves.
  void leave(std::uint32_t number, std::uint16_t transport_sequence);
  /// nullopt: it has not left, or that is not known any more.
  std::optional<Packet> find(std::uint32_t number) const;

  void fetch_ahead(std::uint32_t number) const {
    if (!places_.empty()) media::fetch_ahead(&at(number));
  }

 private:
  enum class State : std::uint8_t { none, written, left, unrepeatable };
  static constexpr std::size_t least_places = 64;  ///< a voice, and a small picture
  static constexpr std::size_t most_places = 256;  ///< the largest camera
  struct Place {
    std::uint16_t transport_sequence = 0;
    std::uint8_t round = 0;   ///< of the number, see round_of()
    std::uint8_t when = 0;    ///< see ticks()
    std::uint8_t offset = 0;  ///< which of offsets_
    std::uint8_t wait : 6 = 0;
    State state : 2 = State::none;
  };
  static_assert(sizeof(Place) == 6);

  static std::uint8_t ticks(Clock::time_point time);
  /// What of a number its place does not say. It wraps after 16,384 numbers, and each place gets another one
  /// all 256.
  static std::uint8_t round_of(std::uint32_t number) {
    return static_cast<std::uint8_t>(number / least_places);
  }
  /// Which of offsets_ this is now.
  std::uint8_t index_of(std::uint32_t timestamp_offset);
  Place& at(std::uint32_t number) { return places_[number % places_.size()]; }
  const Place& at(std::uint32_t number) const { return places_[number % places_.size()]; }

  std::vector<Place> places_;           ///< by number, 2^n
  std::vector<std::uint32_t> offsets_;  ///< hardly ever more than one: a switch or a replay brings others
  std::uint8_t newest_offset_ = 0;
};

}  // namespace diemcau::stage
