#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "media/rtp/transport_feedback.h"

/// RTCP (RFC 3550 6, RFC 4585, RFC 5104), as far as a forwarding server reads and writes it.
namespace diemcau::rtp {

struct SenderReport {
  std::uint32_t ssrc{};
  std::uint64_t ntp{};  ///< 32.32 fixed point seconds since 1900
  std::uint32_t rtp_timestamp{};
};

struct ReportBlock {
  std::uint32_t ssrc{};                               ///< whose stream this is about
  std::uint8_t fraction_lost{};                       ///< of 256, since the last report
  std::uint32_t jitter{};                             ///< in units of the stream's clock
  std::uint32_t last_sender_report{}, delay_since{};  ///< 1/65536 s
};

struct LostPackets {
  std::uint32_t ssrc{};
  std::vector<std::uint16_t> sequences;
};

/// What one compound packet says.
struct RtcpReport {
  std::vector<SenderReport> sender_reports;
  std::vector<ReportBlock> blocks;
  std::vector<LostPackets> lost;
  std::vector<std::uint32_t> keyframes_wanted;  ///< SSRCs of PLI and FIR
  std::vector<PacketStatus> arrivals;           ///< of transport-wide feedback, in order
};

/// Reads a compound or reduced-size packet (RFC 5506). Parts of kinds that are not listed above are passed
/// over; nullopt when the lengths do not add up.
std::optional<RtcpReport> parse_rtcp(std::span<const std::byte> packet);

/// Writes packets one after the other into a buffer; a packet that does not fit is left out whole.
class RtcpWriter {
 public:
  explicit RtcpWriter(std::span<std::byte> buffer) : buffer_(buffer) {}
  void sender_report(const SenderReport& report, std::uint32_t packets, std::uint32_t bytes);
  void receiver_report(std::uint32_t sender, std::span<const ReportBlock> blocks);
  void source_description(std::uint32_t ssrc, std::string_view cname);
  void nack(std::uint32_t sender, std::uint32_t ssrc,
            std::span<const std::uint16_t> sequences);  ///< in order
  void picture_loss(std::uint32_t sender, std::uint32_t ssrc);
  /// A payload-specific or transport feedback with the given FCI (padded to words by the caller).
  void feedback(std::uint8_t type, std::uint8_t format, std::uint32_t sender, std::uint32_t ssrc,
                std::span<const std::byte> information);
  std::size_t size() const { return size_; }

 private:
  bool begin(std::uint8_t count, std::uint8_t type, std::size_t words_after_header);
  void put8(unsigned value);
  void put16(std::size_t value);
  void put32(std::uint32_t value);

  std::span<std::byte> buffer_;
  std::size_t size_ = 0;
};

/// NTP time of a wall clock instant (RFC 3550 4).
std::uint64_t ntp_time(std::chrono::system_clock::time_point at);

}  // namespace diemcau::rtp
