#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace diemcau::rtp {

/// The VP8 payload descriptor (RFC 7741 4.2), as far as forwarding needs it.
struct Vp8Descriptor {
  bool starts_frame = false;  ///< first packet of a frame (S bit, partition 0)
  bool keyframe = false;      ///< and that frame is a key frame (RFC 6386 9.1)
  std::optional<std::uint16_t> picture_id;
  bool picture_id_is_long = false;    ///< 15 bits, else 7
  std::size_t picture_id_offset = 0;  ///< within the payload
  std::optional<std::uint8_t> tl0_index;
  std::size_t tl0_index_offset = 0;
  int temporal_layer = 0;
  bool layer_sync = false;    ///< needs only pictures of temporal layer 0 (Y bit)
  int width = 0, height = 0;  ///< of a key frame, else 0
};

std::optional<Vp8Descriptor> parse_vp8(std::span<const std::byte> payload);

/// Writes other ids into a payload that `descriptor` was read from: same length, nothing else changes.
void patch_vp8(std::span<std::byte> payload, const Vp8Descriptor& descriptor, std::uint16_t picture_id,
               std::uint8_t tl0_index);

}  // namespace diemcau::rtp
