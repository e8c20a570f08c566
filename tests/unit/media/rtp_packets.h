#pragma once
#include "media/rtp/packet.h"
#include "tests/unit/media/bytes.h"

/// RTP packets by hand, for tests that feed the stage what a browser would send.
namespace diemcau::rtp {

struct Fields {
  std::uint8_t payload_type = 96;
  bool marker = false;
  std::uint16_t sequence = 1;
  std::uint32_t timestamp = 0, ssrc = 0x1000;
  Bytes extension{};  ///< elements of the one-byte form, padded here; empty: no extension block
};

inline Bytes write_packet(const Fields& fields, std::span<const std::byte> payload) {
  Bytes out;
  const auto put = [&](std::uint32_t value, int size) {
    for (int i = size - 1; i >= 0; --i) out.push_back(static_cast<std::byte>(value >> (8 * i)));
  };
  put(fields.extension.empty() ? 0x80 : 0x90, 1);
  put((fields.marker ? 0x80u : 0u) | fields.payload_type, 1);
  put(fields.sequence, 2);
  put(fields.timestamp, 4);
  put(fields.ssrc, 4);
  if (!fields.extension.empty()) {
    const auto words = (fields.extension.size() + 3) / 4;
    put(0xBEDE, 2);
    put(static_cast<std::uint32_t>(words), 2);
    out.insert(out.end(), fields.extension.begin(), fields.extension.end());
    out.resize(out.size() + 4 * words - fields.extension.size());
  }
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

/// A VP8 payload that begins a frame, with a 15-bit picture id and a TL0PICIDX (RFC 7741 4.2), and `text` as
/// picture.
inline Bytes vp8_payload(bool keyframe, std::uint16_t picture_id, std::uint8_t tl0_index,
                         std::string_view text = "picture") {
  const auto id = static_cast<unsigned>(0x8000 | picture_id);
  Bytes out{std::byte{0x90}, std::byte{0xC0}, static_cast<std::byte>(id >> 8), static_cast<std::byte>(id),
            static_cast<std::byte>(tl0_index)};
  // The lowest bit of the frame's first byte is 0 in a key frame (RFC 6386 9.1).
  out.push_back(keyframe ? std::byte{0x10} : std::byte{0x11});
  const auto rest = text_bytes(text);
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

/// The same with a temporal layer, and whether it needs layer 0 only.
inline Bytes vp8_layer_payload(bool keyframe, std::uint16_t picture_id, std::uint8_t tl0_index, int layer,
                               bool sync, std::string_view text = "picture") {
  auto out = vp8_payload(keyframe, picture_id, tl0_index, text);
  out[1] = std::byte{0xE0};
  out.insert(out.begin() + 5, static_cast<std::byte>(layer << 6 | (sync ? 0x20 : 0)));
  return out;
}

/// The second or later packet of a frame: no S bit.
inline Bytes vp8_continuation(std::uint16_t picture_id, std::uint8_t tl0_index,
                              std::string_view text = "more") {
  auto out = vp8_payload(false, picture_id, tl0_index, text);
  out[0] = std::byte{0x80};
  return out;
}

}  // namespace diemcau::rtp
