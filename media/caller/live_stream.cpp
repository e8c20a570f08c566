#include "media/caller/live_stream.h"

#include "media/rtp/packet.h"

namespace diemcau::caller {

std::optional<std::uint32_t> LiveStream::on_sent(std::span<const std::byte> bytes, Clock::time_point now) {
  const auto packet = rtp::parse_packet(bytes);
  if (!packet) return std::nullopt;
  if (!highest_ || packet->ssrc != ssrc_) highest_ = packet->sequence;
  const auto number = *highest_ + static_cast<std::uint32_t>(rtp::sequence_distance(
                                      packet->sequence, static_cast<std::uint16_t>(*highest_)));
  ssrc_ = packet->ssrc;
  if (static_cast<std::int32_t>(number - *highest_) >= 0) {
    highest_ = number;
    timestamp_ = packet->timestamp;
    sent_ = now;
  }
  ++packets_;
  bytes_ += static_cast<std::uint32_t>(packet->payload.size());
  return number >> 16;
}

std::optional<rtp::SenderReport> LiveStream::report(Clock::time_point now,
                                                    std::chrono::system_clock::time_point wall) const {
  if (packets_ == 0) return std::nullopt;
  const auto passed = std::chrono::duration<double>(now - sent_).count();
  return rtp::SenderReport{ssrc_, rtp::ntp_time(wall),
                           timestamp_ + static_cast<std::uint32_t>(passed * clock_rate_)};
}

}  // namespace diemcau::caller
