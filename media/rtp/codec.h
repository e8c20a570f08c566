#pragma once

namespace diemcau::rtp {

/// What a stream is coded in.
enum class Codec { opus, vp8, h264 };

/// As SDP and people call it (RFC 7587, RFC 7741, RFC 6184).
constexpr const char* name_of(Codec codec) {
  switch (codec) {
    case Codec::opus:
      return "opus";
    case Codec::vp8:
      return "VP8";
    case Codec::h264:
      return "H264";
  }
  return "";
}

}  // namespace diemcau::rtp
