#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <vector>

#include "media/program/pipeline.h"
#include "media/stage/source.h"

namespace diemcau::program {

/// What stands in a film's place and does not move: a picture, or colour bars with a tone. One pipeline,
/// which begins with the picture: nothing dark is seen between two pages. Built and destroyed on the control
/// thread.
class Card {
 public:
  /// Streaming threads; must only enqueue.
  using OnPacket = std::function<void(stage::Kind, std::vector<std::byte>)>;
  using OnFault = std::function<void(Fault)>;

  /// PNG or JPEG, fitted into 1280x720; silent. Looks into the file first, which takes about 10 ms, at most
  /// 5 s. Throws NoFilm (clip.h).
  Card(const std::filesystem::path& picture, OnPacket on_packet, OnFault on_fault);
  /// Colour bars and a tone.
  Card(OnPacket on_packet, OnFault on_fault);
  Card(const Card&) = delete;
  Card& operator=(const Card&) = delete;

  /// The next frame that leaves is a keyframe.
  void request_keyframe();

 private:
  TakeSample take_video_, take_audio_;  // before the pipeline, whose threads use them until it has ended
  Pipeline pipeline_;
};

}  // namespace diemcau::program
