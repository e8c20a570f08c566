#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "media/rtp/packet.h"
#include "media/rtp/packet_history.h"

namespace diemcau::stage {

/// Wraps the voice of one slot with the packets before (RFC 2198) for a viewer whose line loses. Which of
/// them went along is kept for each packet: the same packet gives the same bytes again, whatever has changed
/// since (see SrtpSender). Media thread.
class RedSender {
 public:
  /// Longest payload: with any header and SRTP's tag within 1,200 bytes.
  static constexpr std::size_t longest = 1100;
  /// Opus sends one or two bytes where nobody speaks (RFC 7587 3.1.3): not worth sending twice.
  static constexpr std::size_t comfort_noise = 2;

  /// `red_type` is the viewer's payload type for RED, -1: it knows none and everything is sent plain;
  /// `plain_type` is the one of what is wrapped.
  RedSender(int red_type, int plain_type) : red_type_(red_type), plain_type_(plain_type) {}

  /// The slot is bound to another stream: what was before belongs to another voice.
  void begin() { sent_ = {}; }

  struct Payload {
    std::span<const std::byte> bytes;  ///< in `out`, or the packet's own
    int type;
    std::uint8_t companions;  ///< bit n: the packet n + 1 before it goes along
  };
  /// What goes out for a packet of the track with that `history`: for the first time, with up to
  /// `generations` packets before it. Then sent().
  Payload wrap(const rtp::PacketView& packet, const rtp::PacketHistory& history, int generations,
               std::span<std::byte, longest> out) const;
  void sent(std::uint16_t sequence, std::uint8_t companions);
  /// The same again. nullopt: it cannot be made any more, or was never sent.
  std::optional<Payload> wrap_again(const rtp::PacketView& packet, const rtp::PacketHistory& history,
                                    std::span<std::byte, longest> out) const;
  /// The viewer has lost this packet; true when it says so for the first time.
  bool note_lost(std::uint16_t sequence);

 private:
  struct Sent {
    std::uint16_t sequence{};
    bool known = false;
    bool lost = false;
    std::uint8_t companions = 0;
  };
  const Sent* find(std::uint16_t sequence) const;
  std::optional<Payload> write(const rtp::PacketView& packet, const rtp::PacketHistory& history,
                               std::uint8_t companions, std::span<std::byte, longest> out) const;

  int red_type_, plain_type_;
  std::array<Sent, 64> sent_{};  ///< by sequence number of the track; as many as its history has
};

}  // namespace diemcau::stage
