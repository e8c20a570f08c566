#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <span>

#include "media/program/pipeline.h"
#include "media/program/signals.h"

namespace diemcau::program {

/// Plays one file of a safety copy, whole or cut off, as fast as it is asked. Times are of the file and must
/// not go back. Waits for the decoder: for a thread of its own.
class CopyReader {
 public:
  explicit CopyReader(const std::filesystem::path& file);
  CopyReader(const CopyReader&) = delete;
  CopyReader& operator=(const CopyReader&) = delete;

  /// Goes to the picture that stands at that time.
  void seek_picture(GstClockTime at);
  /// That picture; nullptr: none yet. Stays valid until the next seek.
  GstSample* picture() const { return current_.get(); }
  GstClockTime picture_time() const { return time_of(current_.get()); }
  /// The sound from that time on, 48 kHz stereo interleaved; what was not heard is silence.
  void read_sound(GstClockTime at, std::span<std::int16_t> samples);
  /// There is neither a later picture nor later sound.
  bool ended() const { return !video_ && !upcoming_ && !audio_ && sound_.empty(); }

 private:
  static GstClockTime time_of(GstSample* sample);
  SampleRef pull(Ref<GstAppSink>& sink);
  void take_sound(GstSample* sample);

  Signals signals_;
  Pipeline pipeline_;
  Ref<GstAppSink> video_, audio_;  ///< nullptr: no such track, or at its end
  SampleRef current_, upcoming_;
  bool heard_ = false;
  std::deque<std::int16_t> sound_;
  std::int64_t sound_begin_ = 0;  ///< of the first of sound_, in samples of each channel
};

}  // namespace diemcau::program
