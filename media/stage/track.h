#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "media/rtp/nack.h"
#include "media/rtp/packet.h"
#include "media/rtp/packet_history.h"
#include "media/rtp/rtcp.h"
#include "media/rtp/vp8.h"
#include "media/stage/keyframe_gate.h"
#include "media/stage/rate_meter.h"
#include "media/stage/remote.h"
#include "media/stage/sent_packets.h"
#include "media/stage/source.h"

namespace diemcau::stage {

class Peer;
class Slot;

/// One incoming stream on a stage: the camera or the microphone of a source. Media thread; owned by its
/// Stage.
class Track {
 public:
  /// `publisher` sends it, or nullptr for the clip and for what comes from another worker.
  Track(SourceId source, Codec codec, Peer* publisher);
  Track(const Track&) = delete;
  Track& operator=(const Track&) = delete;

  SourceId source() const { return source_; }
  Codec codec() const { return codec_; }
  Kind kind() const { return kind_of(codec_); }
  Peer* publisher() const { return publisher_; }

  struct Arrived {
    rtp::PacketView packet;
    std::optional<rtp::Vp8Descriptor> picture;  ///< of VP8
    bool keyframe = false;   ///< of video: the first packet of a picture that needs none before it
    bool restarted = false;  ///< another stream, or this one after a cut: slots must bind anew
  };
  /// Takes a plain packet in. nullopt: nothing to pass on (padding, a duplicate, a broken payload). The views
  /// point into the history and hold until the next packet.
  std::optional<Arrived> take(std::span<const std::byte> bytes, Clock::time_point now);

  /// Takes a lost packet in that another one has brought along (RFC 2198). It stays lost in what the sender
  /// is told about its line. nullopt: it is here already, or cannot be what it is said to be.
  std::optional<Arrived> recover(std::span<const std::byte> bytes, Clock::time_point now);

  /// What a slot must know to write a packet of its history again; nullopt: nothing.
  std::optional<rtp::Vp8Descriptor> picture_of(const rtp::PacketView& packet) const;

  /// Where it is going: slots that show it, and slots that wait for its next keyframe. Kept by Stage.
  std::vector<Slot*> viewers, waiting;
  WorkerSet relayed_to = 0;  ///< where else it is going. Kept by Stage

  rtp::PacketHistory history;
  rtp::NackGenerator nack;
  KeyframeGate gate;
  RateMeter meter;

  /// How long its viewers should wait before they show it, so that what its sender's line loses is repaired
  /// by then: in hundredths of a second. Looked at once a second where it arrives.
  std::uint8_t wait = 0;
  void look_at_repairs(Clock::time_point now) {
    wait = static_cast<std::uint8_t>(
        std::min<std::int64_t>(nack.repair_wait(now).count() / 10, SentPackets::longest_wait));
  }

  std::uint32_t ssrc() const { return ssrc_; }
  /// Lines of the picture, of its last key frame; 0 before the first.
  int height() const { return height_; }
  /// Of its largest picture so far: a browser makes a size smaller for a while, where its line or its
  /// processor is too weak for it.
  int full_height() const { return full_height_; }
  /// Packets have come lately: an encoder that pauses a layer just stops sending it.
  bool is_alive(Clock::time_point now) const {
    return ssrc_ != 0 && now - last_packet_ < std::chrono::seconds(1);
  }
  /// No picture for a while: a still source, which answers no keyframe request.
  bool is_still(Clock::time_point now) const { return now - last_packet_ > std::chrono::milliseconds(250); }

  /// Its last key frame is so near that all since then can be sent at once, instead of waiting for another:
  /// browsers give none within 300 ms of the last.
  bool has_fresh_keyframe(Clock::time_point now) const {
    return now - keyframe_at_ < std::chrono::milliseconds(400);
  }

  /// Its last key frame is so near, and the pictures of its lowest temporal layer since are so few, that
  /// these can be sent at once.
  bool is_ready(Clock::time_point now) const {
    return has_temporal_layers_ && now - keyframe_at_ < 2 * ready_interval;
  }
  /// It will soon be ready no more.
  bool needs_keyframe(Clock::time_point now) const {
    return has_temporal_layers_ && now - keyframe_at_ >= ready_interval;
  }

  void on_sender_report(const rtp::SenderReport& report, Clock::time_point now);
  /// What we tell the sender about its stream, once a second.
  rtp::ReportBlock receiver_block(Clock::time_point now);
  /// Packets that got lost on their way to us, whether or not they came in the end.
  std::uint64_t lost() const { return lost_ + nack.lost(); }
  std::chrono::microseconds jitter() const;

 private:
  static constexpr auto ready_interval = std::chrono::seconds(1);
  std::optional<Arrived> keep(const rtp::PacketView& seen, std::span<const std::byte> bytes,
                              Clock::time_point now);
  bool resumes(int ahead, Clock::time_point now);
  void see(int height);
  bool look_at(Arrived& arrived, std::span<const std::byte> payload, std::uint32_t timestamp);

  SourceId source_;
  Codec codec_;
  Peer* publisher_;
  std::uint32_t ssrc_ = 0;
  int height_ = 0, full_height_ = 0;
  std::optional<std::uint32_t> keyframe_time_;  ///< RTP timestamp of the last key frame
  bool has_temporal_layers_ = false;
  bool restarted_ = false;
  Clock::time_point last_packet_{}, keyframe_at_{};
  Clock::time_point heard_{};
  std::optional<Clock::time_point> returned_;
  // Receiver statistics of RFC 3550 6.4.1 and appendix A.
  std::optional<std::int64_t> highest_;
  std::int64_t expected_before_ = 0;
  std::uint64_t received_ = 0, received_before_ = 0;
  std::uint64_t lost_ = 0;  ///< besides those that `nack` counts: of streams before, or brought by others
  double jitter_ = 0;
  std::optional<std::pair<std::uint32_t, Clock::time_point>> transit_;
  std::uint32_t last_report_middle_ = 0;
  Clock::time_point last_report_at_{};
};

}  // namespace diemcau::stage
