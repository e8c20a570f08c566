#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "media/rtp/rtcp.h"

namespace diemcau::caller {

/// Counts what goes out of a stream whose packets come from elsewhere, as they are: for SRTP, which needs to
/// know how often the sequence number has wrapped, and for sender reports. Pure.
class LiveStream {
 public:
  using Clock = std::chrono::steady_clock;
  explicit LiveStream(std::uint32_t clock_rate) : clock_rate_(clock_rate) {}

  /// `rtp`: a whole packet that is sent now. How often its sequence number has wrapped; nullopt: it is no
  /// RTP, and must not be sent.
  std::optional<std::uint32_t> on_sent(std::span<const std::byte> rtp, Clock::time_point now);
  /// nullopt: nothing was sent.
  std::optional<rtp::SenderReport> report(Clock::time_point now,
                                          std::chrono::system_clock::time_point wall) const;
  std::uint32_t packets() const { return packets_; }
  std::uint32_t bytes() const { return bytes_; }

 private:
  std::uint32_t clock_rate_;
  std::uint32_t ssrc_ = 0, timestamp_ = 0;  ///< of the newest packet
  Clock::time_point sent_{};
  std::optional<std::uint32_t> highest_;  ///< extended sequence number
  std::uint32_t packets_ = 0, bytes_ = 0;
};

}  // namespace diemcau::caller
