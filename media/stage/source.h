#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "media/media.h"
#include "media/rtp/codec.h"

/// How anything that is not a WebRTC peer (a clip, the recorder) joins a stage: as a source that gives RTP
/// packets, or as a sink that takes them. Packets are whole RTP packets (RFC 3550) without SRTP, VP8 (RFC
/// 7741), H.264 (RFC 6184) or Opus (RFC 7587).
namespace diemcau::stage {
using media::Scene;
using media::SourceId;
using rtp::Codec;

enum class Kind { audio, video };
constexpr Kind kind_of(Codec codec) { return codec == Codec::opus ? Kind::audio : Kind::video; }

/// What a packet costs on the line besides its own bytes: IPv4, UDP, SRTP's tag.
inline constexpr std::size_t transport_overhead = 20 + 8 + 16;

/// What a stage gives to a renderer. Called on the media thread; must return at once (enqueue, never wait).
class Sink {
 public:
  virtual ~Sink() = default;
  /// A packet of a source that is on stage (video) or audible (audio). Payload type, SSRC, sequence and
  /// timestamp are the source's own: a jump in them means that the source's connection is a new one. Only
  /// then may its codec be another.
  virtual void on_packet(SourceId source, Codec codec, std::span<const std::byte> rtp) = 0;
  /// The scene, before the first packet and after each change. Sources that are in no cell any more send no
  /// more video.
  virtual void on_scene(const Scene& scene) = 0;
};

/// How the sizes of a camera's layers, at their fullest, go with their order.
enum class LayerSizes : std::uint8_t {
  any,
  doubling  ///< each has twice the lines of the one before it: our own pages
};

}  // namespace diemcau::stage
