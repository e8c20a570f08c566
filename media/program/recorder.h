#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "media/program/fan_out.h"
#include "media/program/pipeline.h"

namespace diemcau::program {

/// Writes the program's encoded picture and sound into a fragmented MP4: one fragment a second, written
/// unbuffered, so that after `kill -9` all but the last second plays and seeks (mp4mux with
/// fragment-duration: 0.1 … 1.1 s lost in ten kills; a Matroska file has no index then and cannot be sought).
/// A pipeline of its own: a full disk is not the program's problem. Control thread; push() from streaming
/// threads.
class Recorder : public Consumer {
 public:
  /// Creates the file. `on_fault` in streaming threads, must only enqueue.
  Recorder(std::filesystem::path file, std::function<void(Fault)> on_fault);
  ~Recorder() override;
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// The file begins with the first keyframe.
  void push(stage::Kind kind, GstSample* sample) override;
  /// Writes what is queued and closes the file; waits at most two seconds.
  void finish();
  /// To the disk itself: kill -9 keeps the page cache, a power cut does not. Blocks; call every few seconds.
  void sync_to_disk() const;
  std::int64_t bytes() const;
  /// The program's running time at the file's time 0; nullopt: nothing has come yet.
  std::optional<GstClockTime> start() const;
  const std::filesystem::path& file() const { return file_; }

 private:
  void hold(GstSample* sample, gint64 time);
  void write(stage::Kind kind, GstSample* sample, gint64 time);

  std::filesystem::path file_;
  mutable std::mutex mutex_;
  std::condition_variable ended_changed_;
  bool ended_ = false;
  std::optional<GstClockTime> start_;  ///< of the first keyframe; guarded by mutex_
  std::deque<SampleRef> early_;        ///< sound before it; push() only
  Pipeline pipeline_;
  Ref<GstAppSrc> video_, audio_;
};

}  // namespace diemcau::program
