#include "media/rtp/red.h"

#include <cstring>

#include "media/byte_reader.h"

namespace diemcau::rtp {
namespace {

constexpr std::size_t older_header = 4;
constexpr std::size_t own_header = 1;
constexpr std::size_t packet_header = 12;
constexpr std::uint8_t more_follow = 0x80;

void put(std::span<std::byte> out, std::size_t at, std::size_t size, std::uint32_t value) {
  for (std::size_t i = 0; i < size; ++i) out[at + i] = static_cast<std::byte>(value >> (8 * (size - 1 - i)));
}

}  // namespace

// RFC 2198 3: each older block has four bytes (1, payload type 7, offset 14, length 10), the packet's own one
// byte (0, payload type 7); then the blocks themselves in the same order.
std::optional<RedPayload> parse_red(std::span<const std::byte> payload) {
  media::ByteReader in(payload);
  RedPayload red;
  std::array<std::size_t, most_red_blocks> lengths{};
  for (;;) {
    if (red.count == most_red_blocks) return std::nullopt;
    const auto first = in.read<std::uint8_t>();
    auto& block = red.blocks[red.count];
    block.payload_type = first & 0x7f;
    if ((first & more_follow) == 0) break;
    const std::uint32_t age_and_length =
        std::uint32_t{in.read<std::uint8_t>()} << 16 | in.read<std::uint16_t>();
    block.age = age_and_length >> 10;
    lengths[red.count++] = age_and_length & longest_red_block;
  }
  for (std::size_t i = 0; i < red.count; ++i) red.blocks[i].payload = in.take(lengths[i]);
  red.blocks[red.count++].payload = in.rest();
  return in.ok() ? std::optional(red) : std::nullopt;
}

std::size_t write_red(std::span<const RedBlock> blocks, std::span<std::byte> out) {
  if (blocks.empty() || blocks.size() > most_red_blocks) return 0;
  std::size_t size = older_header * (blocks.size() - 1) + own_header;
  for (const auto& block : blocks) size += block.payload.size();
  if (size > out.size()) return 0;
  std::size_t at = 0;
  for (const auto& block : blocks.first(blocks.size() - 1)) {
    if (block.age > oldest_red || block.payload.size() > longest_red_block) return 0;
    out[at] = static_cast<std::byte>(more_follow | block.payload_type);
    put(out, at + 1, 3, block.age << 10 | static_cast<std::uint32_t>(block.payload.size()));
    at += older_header;
  }
  out[at++] = static_cast<std::byte>(blocks.back().payload_type);
  for (const auto& block : blocks) {
    if (!block.payload.empty()) std::memcpy(out.data() + at, block.payload.data(), block.payload.size());
    at += block.payload.size();
  }
  return at;
}

std::span<std::byte> unwrap_red(std::span<std::byte> packet, const PacketView& view, const RedBlock& block) {
  const auto header = static_cast<std::size_t>(view.payload.data() - packet.data());
  packet[0] &= ~std::byte{0x20};  // its padding is cut off
  packet[1] = static_cast<std::byte>((view.marker ? 0x80 : 0) | block.payload_type);
  std::memmove(packet.data() + header, block.payload.data(), block.payload.size());
  return packet.first(header + block.payload.size());
}

std::span<std::byte> write_recovered(const PacketView& carrier, const RedBlock& block, std::uint16_t sequence,
                                     std::span<std::byte> out) {
  const auto size = packet_header + block.payload.size();
  if (size > out.size()) return {};
  put(out, 0, 1, 0x80);
  put(out, 1, 1, block.payload_type);
  put(out, 2, 2, sequence);
  put(out, 4, 4, carrier.timestamp - block.age);
  put(out, 8, 4, carrier.ssrc);
  if (!block.payload.empty())
    std::memcpy(out.data() + packet_header, block.payload.data(), block.payload.size());
  return out.first(size);
}

}  // namespace diemcau::rtp
