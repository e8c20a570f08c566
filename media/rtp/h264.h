#pragma once
#include <cstddef>
#include <optional>
#include <span>

namespace diemcau::rtp {

/// The H.264 payload of one packet (RFC 6184: a NAL unit, several in a STAP-A, or a part of one in an FU-A),
/// as far as forwarding needs it.
struct H264Payload {
  bool sequence_parameters = false;  ///< an SPS: all that a decoder needs to begin follows
  bool keyframe = false;             ///< (the first packet of) a slice of an IDR picture
  int width = 0, height = 0;         ///< of the SPS, as shown (without what it crops off); else 0
};

/// nullopt: it is none of packetization mode 1 (RFC 6184 5.4), or is cut short.
std::optional<H264Payload> parse_h264(std::span<const std::byte> payload);

}  // namespace diemcau::rtp
