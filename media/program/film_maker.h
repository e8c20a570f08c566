#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "media/program/captions.h"
#include "media/program/film_writer.h"
#include "media/program/graph.h"
#include "media/program/layout.h"
#include "media/program/pipeline.h"
#include "media/program/signals.h"

namespace diemcau::program {

/// Composes and encodes a film moment by moment, as fast as it can: no clock, nothing is left out. One
/// thread.
class FilmMaker {
 public:
  static constexpr GstClockTime moment = GST_SECOND / canvas::pictures_per_second;
  static constexpr std::size_t samples_per_moment = 2 * 48000 / canvas::pictures_per_second;

  /// What an input shows in its cell of the canvas; no picture: nothing.
  struct Shown {
    GstSample* picture = nullptr;
    Rectangle cell;
    friend bool operator==(const Shown&, const Shown&) = default;
  };

  /// Writes to `writer`, which outlives this.
  FilmMaker(FilmWriter& writer, std::stop_token stop);
  ~FilmMaker();
  FilmMaker(const FilmMaker&) = delete;
  FilmMaker& operator=(const FilmMaker&) = delete;

  /// The next moment: at most `inputs` pictures, later ones above earlier ones, names, and voices of
  /// samples_per_moment each. Throws std::runtime_error when the film cannot be made, or has been stopped.
  void add(const std::vector<Shown>& pictures, const std::vector<Caption>& captions,
           const std::vector<std::vector<std::int16_t>>& voices);
  /// Moments so far.
  std::uint64_t moments() const { return moments_; }
  /// Waits until all of it is encoded.
  void finish();

 private:
  struct Input {
    Ref<GstAppSrc> picture, sound;
    Ref<GstPad> pad;
  };
  /// Where each input is shown, if it is.
  struct Arrangement {
    std::array<std::optional<Rectangle>, inputs> cells;
    std::vector<Caption> captions;
    friend bool operator==(const Arrangement&, const Arrangement&) = default;
  };
  void take(stage::Kind kind, GstSample* sample);
  void pass();
  void apply(const Arrangement& arrangement);
  void wait_until_composed(std::uint64_t count);
  void check();
  void arrange(const std::vector<Shown>& pictures, const std::vector<Caption>& captions);

  FilmWriter& writer_;
  std::stop_token stop_;
  std::uint64_t moments_ = 0;
  std::atomic<std::uint64_t> composed_{0};
  Signals signals_;
  std::mutex mutex_;
  std::exception_ptr failure_;                      ///< of a streaming thread; guarded by mutex_
  std::map<std::uint64_t, Arrangement> following_;  ///< by their first moment; guarded by mutex_
  CapsRef sound_caps_;
  SampleRef nothing_;     ///< a picture that is not shown
  Arrangement arranged_;  ///< for the latest moment
  std::function<void()> passed_;
  TakeSample take_picture_, take_sound_;
  std::optional<Captions> captions_;  // before pipeline_: it draws until that has ended
  Pipeline pipeline_;
  std::array<Input, inputs> inputs_;
};

}  // namespace diemcau::program
