#include "media/rtp/rtcp.h"

#include <string_view>

#include "media/byte_reader.h"

namespace diemcau::rtp {
namespace {

using media::ByteReader;

constexpr std::uint8_t sender_report_type = 200;
constexpr std::uint8_t receiver_report_type = 201;
constexpr std::uint8_t source_description_type = 202;
constexpr std::uint8_t transport_feedback = 205;
constexpr std::uint8_t payload_feedback = 206;
constexpr std::uint8_t generic_nack = 1;         // RFC 4585 6.2.1
constexpr std::uint8_t transport_wide = 15;      // draft-holmer-rmcat-transport-wide-cc-extensions-01
constexpr std::uint8_t picture_loss_format = 1;  // RFC 4585 6.3.1
constexpr std::uint8_t full_intra_format = 4;    // RFC 5104 4.3.1

void read_blocks(ByteReader& in, unsigned count, RtcpReport& report) {
  for (unsigned i = 0; i < count && in.rest().size() >= 24; ++i) {
    ReportBlock block;
    block.ssrc = in.read<std::uint32_t>();
    block.fraction_lost = in.read<std::uint8_t>();
    in.take(3);  // cumulative loss: the fraction says what is going on now
    in.take(4);  // highest sequence
    block.jitter = in.read<std::uint32_t>();
    block.last_sender_report = in.read<std::uint32_t>();
    block.delay_since = in.read<std::uint32_t>();
    report.blocks.push_back(block);
  }
}

void read_nack(ByteReader& in, RtcpReport& report) {
  in.take(4);
  LostPackets lost;
  lost.ssrc = in.read<std::uint32_t>();
  while (in.rest().size() >= 4) {
    const auto first = in.read<std::uint16_t>();
    const auto following = in.read<std::uint16_t>();
    lost.sequences.push_back(first);
    for (unsigned bit = 0; bit < 16; ++bit)
      if ((following >> bit & 1) != 0) lost.sequences.push_back(static_cast<std::uint16_t>(first + bit + 1));
  }
  if (in.ok()) report.lost.push_back(std::move(lost));
}

void read_transport_wide(ByteReader& in, RtcpReport& report) {
  in.take(8);  // who says it, and of which stream: it is about all of them
  const auto told = parse_transport_feedback(in.rest());
  // All of a compound packet together are held to the limit of one.
  if (in.ok() && told && report.arrivals.size() + told->size() <= most_told)
    report.arrivals.insert(report.arrivals.end(), told->begin(), told->end());
}

void read_payload_feedback(ByteReader& in, unsigned format, RtcpReport& report) {
  in.take(4);
  const auto ssrc = in.read<std::uint32_t>();
  if (!in.ok()) return;
  if (format == picture_loss_format) report.keyframes_wanted.push_back(ssrc);
  if (format == full_intra_format) {
    while (in.rest().size() >= 8) {
      report.keyframes_wanted.push_back(in.read<std::uint32_t>());
      in.take(4);
    }
  }
}

}  // namespace

std::optional<RtcpReport> parse_rtcp(std::span<const std::byte> packet) {
  RtcpReport report;
  ByteReader in(packet);
  while (!in.rest().empty()) {
    const auto first = in.read<std::uint8_t>();
    const auto type = in.read<std::uint8_t>();
    const std::size_t length = 4u * in.read<std::uint16_t>();
    auto body = in.take(length);
    if (!in.ok() || first >> 6 != 2) return std::nullopt;
    if ((first & 0x20) != 0) {
      if (body.empty()) return std::nullopt;
      const auto padding = std::to_integer<std::size_t>(body.back());
      if (padding == 0 || padding > body.size()) return std::nullopt;
      body = body.first(body.size() - padding);
    }
    const unsigned count = first & 0x1f;
    ByteReader part(body);
    if (type == sender_report_type) {
      SenderReport sender;
      sender.ssrc = part.read<std::uint32_t>();
      sender.ntp = part.read<std::uint64_t>();
      sender.rtp_timestamp = part.read<std::uint32_t>();
      part.take(8);  // packet and byte counts
      if (!part.ok()) return std::nullopt;
      report.sender_reports.push_back(sender);
      read_blocks(part, count, report);
    } else if (type == receiver_report_type) {
      part.take(4);
      read_blocks(part, count, report);
    } else if (type == transport_feedback && count == generic_nack) {
      read_nack(part, report);
    } else if (type == transport_feedback && count == transport_wide) {
      read_transport_wide(part, report);
    } else if (type == payload_feedback) {
      read_payload_feedback(part, count, report);
    }
  }
  return report;
}

bool RtcpWriter::begin(std::uint8_t count, std::uint8_t type, std::size_t words_after_header) {
  if (buffer_.size() - size_ < 4 * (words_after_header + 1)) return false;
  put8(0x80u | count);
  put8(type);
  put16(words_after_header);
  return true;
}

void RtcpWriter::put8(unsigned value) { buffer_[size_++] = static_cast<std::byte>(value); }
void RtcpWriter::put16(std::size_t value) {
  put8(static_cast<unsigned>(value >> 8 & 0xff));
  put8(static_cast<unsigned>(value & 0xff));
}
void RtcpWriter::put32(std::uint32_t value) {
  put16(value >> 16);
  put16(value & 0xffff);
}

void RtcpWriter::sender_report(const SenderReport& report, std::uint32_t packets, std::uint32_t bytes) {
  if (!begin(0, sender_report_type, 6)) return;
  put32(report.ssrc);
  put32(static_cast<std::uint32_t>(report.ntp >> 32));
  put32(static_cast<std::uint32_t>(report.ntp));
  put32(report.rtp_timestamp);
  put32(packets);
  put32(bytes);
}

void RtcpWriter::receiver_report(std::uint32_t sender, std::span<const ReportBlock> blocks) {
  const auto count = std::min<std::size_t>(blocks.size(), 31);
  if (!begin(static_cast<std::uint8_t>(count), receiver_report_type, 1 + 6 * count)) return;
  put32(sender);
  for (const auto& block : blocks.first(count)) {
    put32(block.ssrc);
    put8(block.fraction_lost);
    put8(0);  // cumulative loss: not kept
    put16(0);
    put32(0);  // highest sequence: filled by nobody who listens
    put32(block.jitter);
    put32(block.last_sender_report);
    put32(block.delay_since);
  }
}

void RtcpWriter::source_description(std::uint32_t ssrc, std::string_view cname) {
  // One chunk: SSRC, item CNAME (type, length, text), at least one zero, padded to a word. RFC 3550 6.5.
  const std::size_t text = 4 + 2 + cname.size();
  const std::size_t words = text / 4 + 1;
  if (!begin(1, source_description_type, words)) return;
  put32(ssrc);
  put8(1);
  put8(static_cast<unsigned>(cname.size()));
  for (const char c : cname) put8(static_cast<unsigned char>(c));
  for (std::size_t i = text; i < 4 * words; ++i) put8(0);
}

void RtcpWriter::nack(std::uint32_t sender, std::uint32_t ssrc, std::span<const std::uint16_t> sequences) {
  std::vector<std::pair<std::uint16_t, std::uint16_t>> pairs;
  for (const auto sequence : sequences) {
    const int ahead = pairs.empty() ? 17 : static_cast<std::uint16_t>(sequence - pairs.back().first);
    if (ahead >= 1 && ahead <= 16) {
      pairs.back().second = static_cast<std::uint16_t>(pairs.back().second | 1u << (ahead - 1));
    } else {
      pairs.emplace_back(sequence, std::uint16_t{0});
    }
  }
  if (!begin(generic_nack, transport_feedback, 2 + pairs.size())) return;
  put32(sender);
  put32(ssrc);
  for (const auto& [first, following] : pairs) {
    put16(first);
    put16(following);
  }
}

void RtcpWriter::picture_loss(std::uint32_t sender, std::uint32_t ssrc) {
  feedback(payload_feedback, picture_loss_format, sender, ssrc, {});
}

void RtcpWriter::feedback(std::uint8_t type, std::uint8_t format, std::uint32_t sender, std::uint32_t ssrc,
                          std::span<const std::byte> information) {
  if (!begin(format, type, 2 + information.size() / 4)) return;
  put32(sender);
  put32(ssrc);
  for (const auto byte : information) put8(std::to_integer<unsigned>(byte));
}

std::uint64_t ntp_time(std::chrono::system_clock::time_point at) {
  constexpr std::uint64_t from_1900_to_1970 = 2208988800ULL;
  const auto nanoseconds =
      std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count();
  const auto seconds = static_cast<std::uint64_t>(nanoseconds / 1000000000);
  const auto fraction = (static_cast<std::uint64_t>(nanoseconds % 1000000000) << 32) / 1000000000ULL;
  return (seconds + from_1900_to_1970) << 32 | fraction;
}

}  // namespace diemcau::rtp
