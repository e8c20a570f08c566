#include "media/rtp/vp8.h"

#include "media/byte_reader.h"

namespace diemcau::rtp {

std::optional<Vp8Descriptor> parse_vp8(std::span<const std::byte> payload) {
  media::ByteReader in(payload);
  const auto at = [&] { return payload.size() - in.rest().size(); };
  Vp8Descriptor descriptor;
  const auto first = in.read<std::uint8_t>();
  const bool extended = (first & 0x80) != 0;
  descriptor.starts_frame = (first & 0x10) != 0 && (first & 0x07) == 0;
  if (extended) {
    const auto fields = in.read<std::uint8_t>();
    if ((fields & 0x80) != 0) {
      descriptor.picture_id_offset = at();
      std::uint16_t id = in.read<std::uint8_t>();
      if ((id & 0x80) != 0) {
        descriptor.picture_id_is_long = true;
        id = static_cast<std::uint16_t>((id & 0x7f) << 8 | in.read<std::uint8_t>());
      }
      descriptor.picture_id = id;
    }
    if ((fields & 0x40) != 0) {
      descriptor.tl0_index_offset = at();
      descriptor.tl0_index = in.read<std::uint8_t>();
    }
    if ((fields & 0x30) != 0) {
      const auto layer = in.read<std::uint8_t>();
      if ((fields & 0x20) != 0) {
        descriptor.temporal_layer = layer >> 6;
        descriptor.layer_sync = (layer & 0x20) != 0;
      }
    }
  }
  if (!in.ok() || in.rest().empty()) return std::nullopt;
  descriptor.keyframe = descriptor.starts_frame && (std::to_integer<unsigned>(in.rest()[0]) & 1) == 0;
  // RFC 6386 9.1: frame tag (3 bytes), start code, then 14 bits of width and of height, little-endian, each
  // with two bits of scaling.
  if (const auto frame = in.rest(); descriptor.keyframe && frame.size() >= 10) {
    const auto number = [&](std::size_t i) {
      return std::to_integer<int>(frame[i]) | (std::to_integer<int>(frame[i + 1]) & 0x3f) << 8;
    };
    descriptor.width = number(6);
    descriptor.height = number(8);
  }
  return descriptor;
}

void patch_vp8(std::span<std::byte> payload, const Vp8Descriptor& descriptor, std::uint16_t picture_id,
               std::uint8_t tl0_index) {
  if (descriptor.picture_id) {
    const auto at = descriptor.picture_id_offset;
    if (descriptor.picture_id_is_long) {
      payload[at] = static_cast<std::byte>(0x80 | (picture_id >> 8 & 0x7f));
      payload[at + 1] = static_cast<std::byte>(picture_id);
    } else {
      payload[at] = static_cast<std::byte>(picture_id & 0x7f);
    }
  }
  if (descriptor.tl0_index) payload[descriptor.tl0_index_offset] = static_cast<std::byte>(tl0_index);
}

}  // namespace diemcau::rtp
