#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "media/rtp/packet.h"
#include "media/rtp/rtcp.h"
#include "media/rtp/sdp.h"
#include "media/rtp/vp8.h"
#include "media/stage/keyframe_gate.h"
#include "media/stage/red_sender.h"
#include "media/stage/source.h"

namespace diemcau::stage {

class Peer;
class Track;

/// One of the fixed downlink streams of a peer. Whatever source it shows, the browser sees one stream whose
/// sequence numbers, timestamps and picture ids go on without a jump. Media thread; owned by its Peer.
class Slot {
 public:
  Slot(Peer& peer, const rtp::AgreedMedia& agreed, std::uint16_t first_sequence);
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

  Kind kind() const { return kind_; }
  std::uint32_t ssrc() const { return ssrc_; }
  Peer& peer() const { return peer_; }

  Track* current = nullptr;  ///< what it shows. Kept by Stage
  Track* pending = nullptr;  ///< what it will show from that track's next keyframe on. Kept by Stage
  RedSender voice;           ///< what of a packet of sound goes out. Kept by Peer

  /// From this packet on (for video: the first of a keyframe) the slot continues with another stream.
  void bind(const rtp::PacketView& first, const std::optional<rtp::Vp8Descriptor>& picture,
            Clock::time_point now);

  struct Written {
    std::size_t size, header_size;
    std::uint32_t rollover;
  };
  /// Writes the packet as this slot's stream into `out` (at least packet_limit bytes). nullopt: it is older
  /// than the binding, or too long. The same packet gives the same bytes again: a resent packet must not
  /// differ (see SrtpSender).
  std::optional<Written> write(const rtp::PacketView& packet,
                               const std::optional<rtp::Vp8Descriptor>& picture,
                               std::span<std::byte> out) const;
  /// It has been sent for the first time.
  void sent(const rtp::PacketView& packet, const std::optional<rtp::Vp8Descriptor>& picture, std::size_t size,
            Clock::time_point now);

  /// Which sequence number of the current track the viewer means; nullopt when it is from before the binding,
  /// was asked for a moment ago, or the budget of this second is used up (a thin line must not be filled with
  /// repairs).
  std::optional<std::uint16_t> repair(std::uint16_t out_sequence, Clock::time_point now);

  /// False when one has just begun: a viewer that asks in a loop gets its hundreds of packets once.
  bool may_replay(Clock::time_point now);
  /// The packets since a still picture's keyframe follow, in one burst: their timestamps are squeezed to one
  /// millisecond a frame. Call for each packet before write(), in order; then end_replay().
  void replay_step(const rtp::PacketView& packet);
  void end_replay();
  /// Call before write() for a packet that has just arrived: after a replay the clock is set anew.
  void live_step(const rtp::PacketView& packet, Clock::time_point now);

  /// nullopt until something was sent.
  std::optional<rtp::SenderReport> sender_report(Clock::time_point now,
                                                 std::chrono::system_clock::time_point wall) const;
  /// What the viewer says of this stream (RFC 3550 6.4.1).
  void on_report(const rtp::ReportBlock& block);
  /// Packets that got lost on their way to the viewer: what it asked for again, or what it reports when that
  /// is more. (Browsers do not report what was repaired.)
  std::uint64_t lost() const { return std::max(asked_for_, static_cast<std::uint64_t>(reported_lost_)); }
  std::chrono::microseconds jitter() const { return jitter_; }
  std::uint32_t packets() const { return packets_; }
  std::uint32_t bytes() const { return bytes_; }

 private:
  Peer& peer_;
  Kind kind_;
  std::uint8_t payload_type_;
  std::uint32_t ssrc_;
  std::uint32_t clock_rate_;
  /// The header extension with our mid, whole and padded; empty when not agreed.
  std::array<std::byte, 40> extension_{};
  std::size_t extension_size_ = 0;

  // The binding: out = in + offset.
  bool bound_ = false;
  std::uint16_t first_in_ = 0;      ///< packets before it belong to what was shown earlier
  std::uint16_t first_repair_ = 0;  ///< replayed packets are not repaired
  std::uint32_t sequence_offset_ = 0, timestamp_offset_ = 0;
  std::uint16_t picture_offset_ = 0;
  std::uint8_t tl0_offset_ = 0;
  std::uint32_t replay_timestamp_ = 0;  ///< input timestamp of the last replayed packet
  bool replaying_ = false, replayed_ = false;
  Clock::time_point replay_began_{};

  // What went out last.
  std::uint32_t highest_;  ///< extended sequence number
  std::uint32_t last_timestamp_ = 0;
  Clock::time_point last_sent_{};
  std::uint16_t last_picture_ = 0;
  std::uint8_t last_tl0_ = 0;
  std::uint32_t packets_ = 0, bytes_ = 0;

  // Repairs.
  struct Repaired {
    std::uint16_t sequence{};
    Clock::time_point at{};
  };
  std::array<Repaired, 64> repaired_{};
  Clock::time_point budget_since_{};
  std::uint32_t packets_before_ = 0;  ///< when this second began
  std::uint32_t rate_ = 0;            ///< packets of the second before
  std::uint32_t repairs_ = 0;

  // What the viewer's line does.
  std::uint64_t asked_for_ = 0;
  double reported_lost_ = 0;
  std::uint32_t packets_reported_ = 0;  ///< sent when the last report came
  std::chrono::microseconds jitter_{};
};

}  // namespace diemcau::stage
