#pragma once
#include <array>
#include <filesystem>
#include <functional>
#include <stop_token>

#include "media/program/pipeline.h"
#include "media/program/signals.h"
#include "media/stage/source.h"

namespace diemcau::program {

/// A finished film: MP4 with one index in front, of pictures (H.264, avc) and sound (AAC) that are encoded
/// already. Waits for the disk, so nothing is lost however fast it is written. write() from one thread or
/// from one for each kind; everything else on the thread that owns it.
class FilmWriter {
 public:
  FilmWriter(const std::filesystem::path& file, bool video, bool audio);

  /// Blocks while the disk is far behind. Throws std::runtime_error when the file cannot be written, and soon
  /// after `stop` is requested.
  void write(stage::Kind kind, GstSample* sample, GstClockTime at, const std::stop_token& stop);
  /// Writes the index. Throws as write() does.
  void finish(const std::stop_token& stop);

 private:
  static std::string text(bool video, bool audio);
  void check(const std::stop_token& stop) const;

  Signals signals_;
  Pipeline pipeline_;
  std::array<Ref<GstAppSrc>, 2> sources_;
};

/// Has `write` fill a file beside `to`, then puts it there: fsynced, renamed. Nothing is left when it throws.
void write_whole(const std::filesystem::path& to,
                 const std::function<void(const std::filesystem::path& unfinished)>& write);

}  // namespace diemcau::program
