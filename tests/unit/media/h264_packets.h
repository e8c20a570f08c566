#pragma once
#include "tests/unit/media/bytes.h"

/// Payloads of H.264 (RFC 6184) as x264 and GStreamer's rtph264pay made them.
namespace diemcau::rtp {

/// STAP-A: access unit delimiter, SPS (constrained baseline, 640x360), PPS.
constexpr const char* baseline_parameters =
    "78 0002 0910 001d 6742c016d900a02ff97016a0c0c0d4a0000003002000000303d1e2c5c9 0004 68cb8cb2";
/// STAP-A: SPS (high, 1280x720), PPS.
constexpr const char* high_parameters =
    "78 001d 6764001facb200a00b7602d4040405000003000100000300 1e8f183248 0005 68ebccb22c";

/// A part of a slice with `text` as its bits: the first or a later one of an IDR picture, or one of another.
inline Bytes h264_part(bool idr, bool first, std::string_view text) {
  const unsigned type = idr ? 5 : 1;
  return joined(Bytes{std::byte{0x7c}, static_cast<std::byte>((first ? 0x80U : 0U) | type)},
                text_bytes(text));
}

}  // namespace diemcau::rtp
