#pragma once
#include <filesystem>
#include <set>
#include <string>

#include "scheduler/recordings.h"
#include "server/jobs.h"
#include "server/session/stage_control.h"
#include "server/store.h"

namespace diemcau::session {
using scheduler::MeetingId;
using scheduler::Time;

/// "7-20261123T084210123Z.mp4": the part of meeting 7's film that begins at that time.
std::string recording_file(MeetingId meeting, Time at);

/// From a closed file to a film in the record: marks its row, has a job make it fast to start, marks it ready
/// (or damaged). Main thread.
class RecordingFiles {
 public:
  RecordingFiles(server::Store& store, server::Jobs& jobs, StageControl& stage, server::Log& log,
                 std::filesystem::path folder);

  const std::filesystem::path& folder() const { return folder_; }
  /// The file is closed. Known files that are being finished already are left alone.
  void closed(MeetingId meeting, const std::filesystem::path& file, Time now);
  /// What an earlier run left unfinished. Call before any session records.
  void finish_left_over(Time now);

 private:
  void finish(scheduler::Recording recording, Time now);
  void change(const scheduler::Recording& recording, std::function<void()> then);

  server::Store& store_;
  server::Jobs& jobs_;
  StageControl& stage_;
  server::Log& log_;
  std::filesystem::path folder_;
  std::set<std::string> finishing_;  ///< files that a job has, or soon will
};

}  // namespace diemcau::session
