#include "media/rtp/packet.h"

#include "media/byte_reader.h"

namespace diemcau::rtp {

std::optional<PacketView> parse_packet(std::span<const std::byte> bytes) {
  media::ByteReader in(bytes);
  const auto flags = in.read<std::uint8_t>();
  if (flags >> 6 != 2) return std::nullopt;
  const auto marker_and_type = in.read<std::uint8_t>();
  PacketView packet;
  packet.marker = (marker_and_type & 0x80) != 0;
  packet.payload_type = marker_and_type & 0x7f;
  packet.sequence = in.read<std::uint16_t>();
  packet.timestamp = in.read<std::uint32_t>();
  packet.ssrc = in.read<std::uint32_t>();
  in.take(4u * (flags & 0x0f));  // contributing sources: unused, we do not mix
  if ((flags & 0x10) != 0) {
    packet.extension_profile = in.read<std::uint16_t>();
    const std::size_t words = in.read<std::uint16_t>();
    packet.extension = in.take(4 * words);
  }
  packet.payload = in.rest();
  if (!in.ok()) return std::nullopt;
  if ((flags & 0x20) != 0) {
    if (packet.payload.empty()) return std::nullopt;
    const auto padding = std::to_integer<std::size_t>(packet.payload.back());
    if (padding == 0 || padding > packet.payload.size()) return std::nullopt;
    packet.payload = packet.payload.first(packet.payload.size() - padding);
  }
  return packet;
}

std::span<const std::byte> find_extension(const PacketView& packet, int id) {
  media::ByteReader in(packet.extension);
  const bool one_byte = packet.extension_profile == 0xBEDE;
  // The low four bits of the two-byte form's profile are the application's (RFC 8285 4.3).
  if (!one_byte && (packet.extension_profile & 0xfff0) != 0x1000) return {};
  while (!in.rest().empty()) {
    const auto head = in.read<std::uint8_t>();
    if (head == 0) continue;  // padding
    int found = head;
    std::size_t length = 0;
    if (one_byte) {
      found = head >> 4;
      length = (head & 0x0fu) + 1;
      if (found == 15) return {};  // reserved: stop (RFC 8285 4.2)
    } else {
      length = in.read<std::uint8_t>();
    }
    const auto value = in.take(length);
    if (!in.ok()) return {};
    if (found == id) return value;
  }
  return {};
}

bool is_rtcp(std::span<const std::byte> packet) {
  if (packet.size() < 2) return false;
  const auto type = std::to_integer<unsigned>(packet[1]);
  return type >= 192 && type <= 223;
}

std::optional<std::uint32_t> ssrc_of(std::span<const std::byte> packet) {
  const std::size_t at = is_rtcp(packet) ? 4 : 8;
  if (packet.size() < at + 4 || (packet[0] >> 6) != std::byte{2}) return std::nullopt;
  return media::ByteReader(packet.subspan(at)).read<std::uint32_t>();
}

}  // namespace diemcau::rtp
