#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "media/program/feed.h"
#include "media/program/pipeline.h"
#include "media/stage/source.h"

namespace diemcau::program {

/// Takes in what one source sends: RTP in, pictures and sound out, on the clock of `base_time`. A pipeline of
/// its own, so that whatever it does (stall, break, end) never touches what it gives to. Built and destroyed
/// on the control thread; push() from the media thread.
class Tap : public Receiver {
 public:
  enum class Form {
    raw,   ///< decoded: I420 or the like, and 48 kHz stereo
    coded  ///< as sent: whole pictures of VP8 or H.264 (avc), from a keyframe on, and Opus packets
  };
  /// Streaming threads; `sample` has the running time `at`.
  using OnSample = std::function<void(stage::Kind, GstSample* sample, GstClockTime at)>;

  /// `wants_keyframe`: streaming threads; packets were lost for good and the picture stands still until a
  /// keyframe comes.
  /// `picture`: what its picture is coded in.
  Tap(GstClockTime base_time, stage::Codec picture, Form form, OnSample on_sample,
      std::function<void()> wants_keyframe);
  ~Tap() override;
  Tap(const Tap&) = delete;
  Tap& operator=(const Tap&) = delete;

  /// A jitter buffer and a decoder that wait for the rest of another stream would show nothing for long:
  /// hence a tap for each.
  bool push(stage::Codec codec, std::span<const std::byte> rtp, GstClockTime arrived) override;
  /// Milliseconds since the last picture; large when there was none.
  std::chrono::milliseconds picture_age() const;

 private:
  void pass(stage::Kind kind, GstSample* sample);

  stage::Codec picture_codec_;
  Form form_;
  OnSample on_sample_;
  std::function<void()> wants_keyframe_;
  std::array<std::optional<std::uint32_t>, 2> ssrcs_;  ///< by kind; media thread
  std::atomic<std::int64_t> last_picture_ms_{-1};
  TakeSample take_picture_, take_sound_;
  Pipeline pipeline_;
  Ref<GstAppSrc> video_, audio_;
};

}  // namespace diemcau::program
