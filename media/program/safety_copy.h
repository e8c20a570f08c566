#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "media/program/copy_file.h"
#include "media/program/copy_name.h"
#include "media/program/feed.h"
#include "media/program/tap.h"

namespace diemcau::program {

/// Keeps what each source on air sends as it was sent: files of their own per source and stretch on air
/// (CopyName says which and when), without decoding, while a recording runs. What a source does (stalls,
/// breaks, returns with another codec) is the matter of its own files. Control thread.
class SafetyCopy {
 public:
  struct Wishes {
    std::function<void(SourceId)> keyframe;  ///< any thread
    std::function<void()> changed;           ///< any thread: call update() on the control thread
    /// A file could not be written. It is tried again with another a while later.
    std::function<void(SourceId, const Fault&)> failed;
  };
  /// Makes the folder. Throws std::filesystem::filesystem_error.
  SafetyCopy(std::filesystem::path folder, Wishes wishes);
  ~SafetyCopy();
  SafetyCopy(const SafetyCopy&) = delete;
  SafetyCopy& operator=(const SafetyCopy&) = delete;

  /// What the stage pushes into. Outlives the copy if the media thread is in a call: it then goes nowhere.
  std::shared_ptr<stage::Sink> sink() const { return feed_; }
  /// Follows the scene and the voices: takes sources in and lets them go.
  void update();
  /// Writes what has come; call about ten times a second.
  void tick();
  /// The program was seen to cut then. Kept beside the files, for who makes the film anew.
  void note_cut(CopyName::Time at);
  /// To the disk itself. Blocks; call every few seconds.
  void sync_to_disk() const;
  /// Of all files so far.
  std::int64_t bytes() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Came {
    stage::Kind kind;
    SampleRef sample;
    GstClockTime at;
  };
  struct Kept {
    std::unique_ptr<CopyFile> file;
    Clock::time_point last_wanted, last_came, last_picture, broken_at;
    std::mutex mutex;
    std::deque<Came> came;     ///< guarded by mutex
    std::unique_ptr<Tap> tap;  // last: its threads push into `came`
  };
  void connect(SourceId source, Kept& kept);
  void write(SourceId source, Kept& kept, const Came& came, Clock::time_point now);
  void open(SourceId source, Kept& kept, const Came& first);
  void close(Kept& kept);

  std::filesystem::path folder_;
  Wishes wishes_;
  std::shared_ptr<Feed> feed_;
  std::map<SourceId, Kept> kept_;
  std::ofstream cuts_;
  std::int64_t closed_bytes_ = 0;
};

}  // namespace diemcau::program
