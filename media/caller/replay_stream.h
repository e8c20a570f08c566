#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "media/rtp/rtcp.h"
#include "media/rtp/rtpdump.h"

namespace diemcau::caller {

/// One prepared stream that is sent again and again as if it never ended: numbers, clock and picture ids go
/// on over the seam. Pure but for what `send` does.
class ReplayStream {
 public:
  using Clock = std::chrono::steady_clock;
  /// A whole RTP packet, and how often its sequence number has wrapped.
  using Send = std::function<void(std::span<const std::byte> rtp, std::uint32_t rollover)>;

  /// `packets` in order, all of one stream, not empty.
  ReplayStream(std::vector<rtp::DumpedPacket> packets, std::uint32_t ssrc, std::uint32_t clock_rate);

  void start(Clock::time_point now);
  /// Sends all that is due.
  void advance(Clock::time_point now, const Send& send);
  /// Goes on with the next key frame at once; nothing when there is none (sound).
  void jump_to_keyframe(Clock::time_point now);

  std::uint32_t ssrc() const { return ssrc_; }
  /// What has been sent so far, for a sender report.
  rtp::SenderReport report(Clock::time_point now, std::chrono::system_clock::time_point wall) const;
  std::uint32_t packets() const { return packets_sent_; }
  std::uint32_t bytes() const { return bytes_sent_; }

 private:
  std::uint32_t timestamp_at(Clock::time_point at) const;
  void next();

  std::vector<rtp::DumpedPacket> packets_;
  std::uint32_t ssrc_, clock_rate_;
  std::size_t at_ = 0;              ///< index of what is next
  Clock::time_point base_, began_;  ///< when packet 0 was (or would have been) due in this round; the start
  std::uint32_t sequence_ = 0;      ///< extended
  std::uint16_t picture_ = 0;
  std::uint32_t packets_sent_ = 0, bytes_sent_ = 0;
};

}  // namespace diemcau::caller
