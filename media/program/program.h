#pragma once
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "media/media.h"
#include "media/program/pipeline.h"
#include "media/program/tap.h"
#include "media/stage/source.h"

namespace diemcau::program {
using media::Scene;
using media::SourceId;

/// The stage rendered to one picture (1280x720, 25 frames a second, H.264) and one sound (48 kHz stereo,
/// AAC). Its graph never changes: sources come and go in taps of their own, which only push raw frames into
/// fixed inputs; a stalled, lost or broken source stalls nothing. Control thread.
class Program {
 public:
  struct Wishes {
    std::function<void(SourceId)> keyframe;  ///< any thread: a source was taken in, or is broken
    std::function<void()> changed;           ///< any thread: call update() on the control thread
    /// Streaming threads: encoded picture or sound.
    std::function<void(stage::Kind, GstSample*)> encoded;
    std::function<void(Fault)> fault;  ///< streaming threads
  };
  explicit Program(Wishes wishes);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// What the stage pushes into. Outlives the program if the media thread is in a call: it then goes nowhere.
  std::shared_ptr<stage::Sink> sink() const;
  /// Follows the scene and the voices: takes sources in and lets them go.
  void update();
  /// Hides sources without a picture; call about twice a second.
  void tick();
  void request_keyframe();

 private:
  class Feed;
  struct Input {
    Ref<GstAppSrc> picture, sound;
    Ref<GstPad> pad;  ///< of the compositor
    std::optional<SourceId> source;
    bool placed = false;
    std::unique_ptr<Tap> tap;
  };
  static constexpr std::size_t inputs = 12;  ///< nine cells, and voices that are not on stage

  void take_in(Input& input, SourceId source);
  void let_go(Input& input);
  void place(Input& input, const Scene& scene);
  void show(Input& input);

  Wishes wishes_;
  std::shared_ptr<Feed> feed_;
  TakeSample take_picture_, take_sound_;
  Pipeline pipeline_;
  Ref<GstAppSink> picture_out_;
  std::array<Input, inputs> inputs_;  // after pipeline_: taps end before what they push into
};

}  // namespace diemcau::program
