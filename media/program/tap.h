#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>

#include "media/program/pipeline.h"
#include "media/stage/source.h"

namespace diemcau::program {

/// Decodes what one source sends: RTP in, raw pictures and sound out, on the program's clock. A pipeline of its own, so
/// that whatever it does (stall, break, end) never touches the program's output. Built and destroyed on the control
/// thread; push() from the media thread.
class Tap {
 public:
  /// Streaming threads; `sample` has the program's running time `at`.
  using OnRaw = std::function<void(stage::Kind, GstSample* sample, GstClockTime at)>;

  Tap(GstClockTime base_time, OnRaw on_raw);
  ~Tap();
  Tap(const Tap&) = delete;
  Tap& operator=(const Tap&) = delete;

  void push(stage::Kind kind, std::span<const std::byte> rtp);
  /// Milliseconds since the last decoded picture; large when there was none.
  std::chrono::milliseconds picture_age() const;

 private:
  void pass(stage::Kind kind, GstSample* sample);

  OnRaw on_raw_;
  std::atomic<std::int64_t> last_picture_ms_{-1};
  TakeSample take_picture_, take_sound_;
  Pipeline pipeline_;
  Ref<GstAppSrc> video_, audio_;
};

}  // namespace diemcau::program
