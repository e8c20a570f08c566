#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include <gst/base/gstaggregator.h>

#include "media/media.h"
#include "media/program/captions.h"
#include "media/program/feed.h"
#include "media/program/graph.h"
#include "media/program/pipeline.h"
#include "media/program/tap.h"
#include "media/stage/source.h"

namespace diemcau::program {
using media::Scene;
using media::SourceId;

/// The stage rendered to one picture (1280x720, 25 frames a second, H.264) and one sound (48 kHz stereo,
/// AAC), and for halls on poor lines to a small picture (640x360, 15 frames a second, VP8) without sound:
/// they get the others' voices as ever, and would hear their own in this. What nobody takes is not encoded.
/// Its graph never changes: sources come and go in taps of their own, which only push raw frames into fixed
/// inputs; a stalled, lost or broken source stalls nothing. A new scene is cut to as a whole, when its
/// pictures are there; the names of the halls stand at the foot of their cells. Control thread.
class Program {
 public:
  struct Wishes {
    std::function<void(SourceId)> keyframe;  ///< any thread: a source was taken in, or is broken
    std::function<void()> changed;           ///< any thread: call update() on the control thread
    /// Streaming threads: encoded picture or sound.
    std::function<void(stage::Kind, GstSample*)> encoded;
    std::function<void(GstSample*)> fed;  ///< streaming threads: an RTP packet of the small picture
    std::function<void(Fault)> fault;     ///< streaming threads
    /// Streaming threads: from the picture of this running time on another scene is shown.
    std::function<void(GstClockTime)> cut;
    std::chrono::milliseconds patience;  ///< a new scene waits so long for pictures
  };
  explicit Program(Wishes wishes);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// What the stage pushes into. Outlives the program if the media thread is in a call: it then goes nowhere.
  std::shared_ptr<stage::Sink> sink() const;
  /// Follows the scene and the voices: takes sources in and lets them go.
  void update();
  /// Puts a slate in the place of sources without a picture; call about ten times a second.
  void tick();
  void request_keyframe();
  /// What of it is encoded from now on, beginning with a keyframe. At first: nothing.
  void set_recorded(bool recorded);
  void set_fed(bool fed);
  void request_fed_keyframe();
  /// How long ago what has this running time was directed. Any thread.
  std::chrono::milliseconds directed_ago(GstClockTime running_time) const;

 private:
  using Clock = std::chrono::steady_clock;
  /// How the compositor draws an input.
  struct Look {
    double alpha = 0;
    Rectangle cell;
    unsigned depth = 0;
    friend bool operator==(const Look&, const Look&) = default;
  };
  struct Input {
    Ref<GstAppSrc> picture, sound;
    Ref<GstPad> pad;  ///< of the compositor
    std::optional<SourceId> source;
    Clock::time_point connected_at;
    std::optional<Caption> place;  ///< its cell on stage, and whose it is
    std::optional<Caption> slate;  ///< stands there instead of a picture
    Look look;
    /// Which taking-in its pictures belong to: the compositor repeats an input's last picture for ever.
    std::uint64_t turn = 0;
    std::atomic<std::uint64_t> mixed = 0;  ///< the turn of the picture that the compositor has of it
    std::unique_ptr<Tap> tap;

    /// What is composed next has a picture of this source, or its slate.
    bool filled() const { return mixed == turn; }
  };

  Input* input_of(SourceId source);
  void take_in(Input& input, SourceId source);
  void connect(Input& input);
  void let_go(Input& input);
  bool may_cut(Clock::time_point now);
  void begin_picture(GstAggregator* compositor, GstClockTime running_time);
  void put_slate(Input& input, const Caption& place);
  void cut();
  void place(Input& input, const std::vector<Rectangle>& cells);
  void show(Input& input, Clock::time_point now);
  void caption();
  void pass_on_looks();

  Wishes wishes_;
  std::shared_ptr<Feed> feed_;
  TakeSample take_picture_, take_sound_, take_fed_;
  Scene shown_, next_;               ///< next_: not yet cut to, if it is another
  Clock::time_point patience_ends_;  ///< when who is still missing in next_ gets a slate
  std::uint64_t turns_ = 0;
  std::mutex looks_mutex_;
  bool cut_made_ = false;           ///< and not passed on yet
  bool cut_passed_ = false;         ///< guarded by looks_mutex_: looks_ are of another scene than composed_
  std::array<Look, inputs> looks_;  ///< guarded by looks_mutex_: what is to be seen from the next picture on
  std::array<Look, inputs> composed_;  ///< the compositor's thread: what is
  // Before pipeline_, whose threads use them until it has ended.
  std::optional<Captions> captions_;
  std::array<Input, inputs> inputs_;
  Pipeline pipeline_;
  Ref<GstAppSink> picture_out_, fed_out_;
};

}  // namespace diemcau::program
