#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>

#include "media/program/pipeline.h"
#include "media/program/signals.h"
#include "media/stage/source.h"

namespace diemcau::program {

/// One file of a safety copy: Matroska of pictures (VP8 or H.264) and Opus as they were sent, or of sound
/// only. A file that is cut off by anything still plays; one that is finished can be sought. Where no sound
/// was sent stands Opus silence: the muxer waits for neither track, and players keep in step. Control thread.
class CopyFile {
 public:
  /// Begins at `first`, a keyframe or a packet of sound, whose running time is `begin`. Throws
  /// std::runtime_error.
  CopyFile(std::filesystem::path file, stage::Kind first_kind, GstSample* first, GstClockTime begin);
  ~CopyFile();
  CopyFile(const CopyFile&) = delete;
  CopyFile& operator=(const CopyFile&) = delete;

  bool has_picture() const { return video_ != nullptr; }
  /// Another size of H.264 needs another file; VP8 says its size in each keyframe.
  bool takes(GstSample* picture) const;
  /// `at`: running time; what is earlier than the beginning is left out.
  void push(stage::Kind kind, GstSample* sample, GstClockTime at);
  /// What went wrong: nothing more is written.
  std::optional<Fault> fault() const { return signals_.fault(); }
  /// Writes what is queued and the index; waits at most two seconds.
  void finish();
  const std::filesystem::path& file() const { return file_; }

 private:
  void fill_silence(GstClockTime until);

  std::filesystem::path file_;
  GstClockTime begin_;
  CapsRef picture_caps_, sound_caps_;
  GstClockTime sound_end_ = 0, last_picture_ = 0;  ///< in the file
  Signals signals_;
  Pipeline pipeline_;
  Ref<GstAppSrc> video_, audio_;
};

}  // namespace diemcau::program
