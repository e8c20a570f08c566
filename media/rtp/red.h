#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "media/rtp/packet.h"

/// Redundant audio (RFC 2198): a packet that carries packets before it once more, so that a lost one is in
/// the next. Pure functions; what they return points into what they were given.
namespace diemcau::rtp {

inline constexpr std::size_t most_red_blocks = 8;        ///< browsers send 2, at most 5 are any use
inline constexpr std::uint32_t oldest_red = 0x3fff;      ///< timestamp offset: 14 bits
inline constexpr std::size_t longest_red_block = 0x3ff;  ///< of an older block: 10 bits

struct RedBlock {
  std::uint8_t payload_type{};
  std::uint32_t
      age{};  ///< how much older than the packet it is, in units of its timestamp; 0: the packet's own
  std::span<const std::byte> payload;
};

struct RedPayload {
  std::array<RedBlock, most_red_blocks> blocks;  ///< in order of the packet: oldest first, its own last
  std::size_t count = 0;

  const RedBlock& own() const { return blocks[count - 1]; }
  /// What older packets it brings along; the last one is the packet just before.
  std::span<const RedBlock> older() const { return std::span(blocks).first(count - 1); }
};

/// The payload of a RED packet. nullopt when the lengths do not add up, or for more than most_red_blocks.
std::optional<RedPayload> parse_red(std::span<const std::byte> payload);

/// Writes such a payload: `blocks` oldest first, the last one is the packet's own (its age is not written). 0
/// when it does not fit into `out` or a field of an older block is out of range.
std::size_t write_red(std::span<const RedBlock> blocks, std::span<std::byte> out);

/// Makes `packet` (parsed: `view`) the plain packet of `block` (parsed from it), in place. Returns the
/// packet, shorter.
std::span<std::byte> unwrap_red(std::span<std::byte> packet, const PacketView& view, const RedBlock& block);

/// Writes the lost packet that an older `block` of `carrier` stands for: without header extensions. Empty
/// when `out` is too small.
std::span<std::byte> write_recovered(const PacketView& carrier, const RedBlock& block, std::uint16_t sequence,
                                     std::span<std::byte> out);

}  // namespace diemcau::rtp
