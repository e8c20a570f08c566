#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace diemcau::rtp {

/// A view of one RTP packet (RFC 3550 5.1); the bytes stay the caller's.
struct PacketView {
  std::uint8_t payload_type{};
  bool marker{};
  std::uint16_t sequence{};
  std::uint32_t timestamp{}, ssrc{};
  std::uint16_t extension_profile{};
  std::span<const std::byte> extension;  ///< header extension block, may be empty
  std::span<const std::byte> payload;    ///< without padding; empty for a padding-only probe
};

/// Nothing is allocated; anything that does not add up is nullopt, never a partly filled view.
std::optional<PacketView> parse_packet(std::span<const std::byte> bytes);

/// The element `id` (1..14, or 1..255 in the two-byte form) of a header extension block (RFC 8285); empty
/// when absent.
std::span<const std::byte> find_extension(const PacketView& packet, int id);

/// Signed distance from `b` to `a` of 16-bit sequence numbers that wrap: positive when `a` is newer.
constexpr int sequence_distance(std::uint16_t a, std::uint16_t b) {
  return static_cast<std::int16_t>(static_cast<std::uint16_t>(a - b));
}

/// RTCP packets have types 192..223 where RTP has marker and payload type (RFC 5761 4).
bool is_rtcp(std::span<const std::byte> packet);

/// Whose a packet says it is, encrypted or not: the SSRC, of RTCP its sender's; nullopt: it is neither (RFC
/// 7983).
std::optional<std::uint32_t> ssrc_of(std::span<const std::byte> packet);

}  // namespace diemcau::rtp
