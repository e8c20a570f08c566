#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "media/program/pipeline.h"
#include "media/stage/source.h"

namespace diemcau::program {

/// Decodes what one source sends: RTP in, raw pictures and sound out, on the program's clock. A pipeline of
/// its own, so that whatever it does (stall, break, end) never touches the program's output. Built and
/// destroyed on the control thread; push() from the media thread.
class Tap {
 public:
  /// Streaming threads; `sample` has the program's running time `at`.
  using OnRaw = std::function<void(stage::Kind, GstSample* sample, GstClockTime at)>;

  /// `wants_keyframe`: streaming threads; packets were lost for good and the picture stands still until a
  /// keyframe comes.
  /// `picture`: what its picture is coded in.
  Tap(GstClockTime base_time, stage::Codec picture, OnRaw on_raw, std::function<void()> wants_keyframe);
  ~Tap();
  Tap(const Tap&) = delete;
  Tap& operator=(const Tap&) = delete;

  /// `arrived`: on the system clock. False when the packet is of another stream than those before (the hall
  /// has reconnected), or of another codec: a jitter buffer and a decoder that wait for the rest of the old
  /// one would show nothing for long, so the tap must be built anew.
  bool push(stage::Codec codec, std::span<const std::byte> rtp, GstClockTime arrived);
  /// Milliseconds since the last decoded picture; large when there was none.
  std::chrono::milliseconds picture_age() const;

 private:
  void pass(stage::Kind kind, GstSample* sample);

  stage::Codec picture_codec_;
  OnRaw on_raw_;
  std::function<void()> wants_keyframe_;
  std::array<std::optional<std::uint32_t>, 2> ssrcs_;  ///< by kind; media thread
  std::atomic<std::int64_t> last_picture_ms_{-1};
  TakeSample take_picture_, take_sound_;
  Pipeline pipeline_;
  Ref<GstAppSrc> video_, audio_;
};

}  // namespace diemcau::program
