#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "media/rtp/packet.h"
#include "media/rtp/renumbering.h"
#include "media/rtp/rtcp.h"
#include "media/rtp/sdp.h"
#include "media/rtp/vp8.h"
#include "media/stage/budget.h"
#include "media/stage/keyframe_gate.h"
#include "media/stage/red_sender.h"
#include "media/stage/sent_packets.h"
#include "media/stage/source.h"

namespace diemcau::stage {

class Peer;
class Track;

/// One of the fixed downlink streams of a peer. Whatever source it shows, the browser sees one stream whose
/// sequence numbers, timestamps and picture ids go on without a jump. Media thread; owned by its Peer.
/// Its first members are what every packet touches, side by side: forwarding to hundreds waits for memory
/// more than for anything else of ours.
class alignas(64) Slot {
 public:
  Slot(Peer& peer, const rtp::AgreedMedia& agreed, std::uint16_t first_sequence);
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

  Kind kind() const { return kind_; }
  std::uint32_t ssrc() const { return ssrc_; }
  Peer& peer() const { return peer_; }
  /// The viewer has agreed to get this codec here.
  bool takes(Codec codec) const;

  Track* current = nullptr;  ///< what it shows. Kept by Stage

  /// From this packet on (for video: the first of a keyframe) the slot continues with another stream, of a
  /// codec that it takes. `picture`: of VP8, here and below; other codecs pass as they are.
  void bind(Codec codec, const rtp::PacketView& first, const std::optional<rtp::Vp8Descriptor>& picture,
            Clock::time_point now);

  /// How many temporal layers of a VP8 picture go out (RFC 7741 4.2); the others are left out without a gap.
  /// Fewer from the next picture on, more from the next that needs none of those left out.
  int temporal_layers = all_temporal_layers;
  static constexpr int all_temporal_layers = 4;

 private:
  Kind kind_;
  Peer& peer_;
  rtp::Renumbering numbers_;  ///< the binding: out = in + offset, here and below

  SentPackets sent_;
  std::uint32_t timestamp_offset_ = 0;

  // What went out last.
  std::uint32_t highest_;  ///< extended sequence number
  std::uint32_t last_timestamp_ = 0;
  std::uint32_t packets_ = 0, bytes_ = 0;
  Clock::time_point last_sent_{};
  std::uint16_t last_picture_ = 0;
  std::uint8_t last_tl0_ = 0;
  bool between_pictures_ = false;

  std::uint8_t tl0_offset_ = 0;
  bool replaying_ = false, replayed_ = false;
  std::uint16_t first_repair_ = 0;
  bool picture_passes_ = true;     ///< the picture that is going through
  std::uint8_t payload_type_ = 0;  ///< of the codec that it is bound to
  int shown_layers_ = all_temporal_layers;
  std::optional<std::uint32_t> picture_time_;  ///< its input timestamp

  std::uint32_t ssrc_;
  /// The header extensions, whole and padded: our mid, and room for the transport-wide sequence number and
  /// the playout delay. Empty when none is agreed.
  std::array<std::byte, 40> extension_{};
  std::uint8_t extension_size_ = 0;
  std::uint8_t transport_at_ = 0, playout_at_ = 0;  ///< in the packet; 0: not agreed

 public:
  Track* pending = nullptr;       ///< what it will show from that track's next keyframe on. Kept by Stage
  std::optional<SourceId> shows;  ///< whose picture its viewer sees, or saw last. Kept by Stage
  std::optional<Clock::time_point> wrong_since;  ///< that is not who the scene says. Kept by Stage
  std::unique_ptr<RedSender> voice;              ///< what of a packet of sound goes out. nullptr until bound
  /// What the viewer's line lets it have; nullopt: all that its cell needs, or nothing (then both tracks are
  /// nullptr). Kept by Stage.
  std::optional<Step> share;

  /// For who is about to write() to hundreds: asks the processor for what this slot's turn will need, once
  /// the slot itself is there.
  void fetch_ahead() const;

  struct Written {
    std::size_t size, header_size;
    std::uint32_t number;  ///< the sequence number and, above its 16 bits, how often it has wrapped
  };
  /// Writes a packet that goes out for the first time, as this slot's stream, into `out` (at least
  /// packet_limit bytes); before it leaves, stamp() is called. nullopt: it is left out, is older than the
  /// binding, too long, or its number was used already.
  std::optional<Written> write(const rtp::PacketView& packet,
                               const std::optional<rtp::Vp8Descriptor>& picture, std::span<std::byte> out,
                               Clock::time_point now);
  /// Writes `size` bytes of padding (1 … 255) as a packet of our own, between two pictures only: receivers
  /// pass over it (RFC 3550 5.1). nullopt: not now.
  std::optional<Written> pad(std::size_t size, std::span<std::byte> out);
  /// The packet leaves now: puts the transport-wide sequence number into it where that is agreed, and keeps
  /// it.
  void stamp(std::span<std::byte> packet, const Written& written, std::uint16_t transport_sequence);
  /// The same bytes as the first time: a resent packet must not differ (see SrtpSender). nullopt: that is not
  /// possible any more, or it has not left yet.
  std::optional<Written> write_again(const rtp::PacketView& packet,
                                     const std::optional<rtp::Vp8Descriptor>& picture,
                                     std::span<std::byte> out) const;

  /// Which sequence number of the current track the viewer means; nullopt when it is from before the binding,
  /// was asked for a moment ago, or the budget of this second is used up (a thin line must not be filled with
  /// repairs).
  std::optional<std::uint16_t> repair(std::uint16_t out_sequence, Clock::time_point now);

  /// False when one has just begun: a viewer that asks in a loop gets its hundreds of packets once.
  bool may_replay(Clock::time_point now);
  /// The packets since a keyframe follow, in one burst: their timestamps are squeezed to one millisecond a
  /// frame. Call for each packet before write(), in order; then end_replay().
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
  bool passes(const rtp::PacketView& packet, const rtp::Vp8Descriptor& picture, bool is_new);
  std::uint32_t extended(std::uint16_t sequence) const;
  Written fill(std::uint32_t number, const SentPackets::Packet& sent, const rtp::PacketView& packet,
               const std::optional<rtp::Vp8Descriptor>& picture, rtp::Renumbering::Offsets offsets,
               std::span<std::byte> out) const;
  Written fill_padding(std::uint32_t number, std::size_t size, std::span<std::byte> out);
  void write_header(std::span<std::byte> out, bool marker, std::uint32_t number, std::uint32_t timestamp,
                    std::uint8_t wait) const;
  std::size_t header_size() const { return fixed_header + std::size_t{extension_size_}; }
  static constexpr std::size_t fixed_header = 12;

  std::vector<rtp::AgreedCodec> codecs_;
  int red_payload_type_;  ///< -1: none
  std::uint32_t clock_rate_;

  std::uint32_t replay_timestamp_ = 0;  ///< input timestamp of the last replayed packet
  std::uint16_t replay_end_ = 0;        ///< the packet after it
  Clock::time_point replay_began_{};
  std::optional<std::uint32_t> left_out_time_;  ///< of the last picture that was left out

  // Repairs.
  struct Repaired {
    std::uint16_t sequence{};
    Clock::time_point at{};
  };
  static constexpr std::size_t most_repaired = 64;
  std::vector<Repaired> repaired_;  ///< by number; empty while nothing was asked for
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
