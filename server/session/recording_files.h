#pragma once
#include <exception>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "scheduler/recordings.h"
#include "server/jobs.h"
#include "server/session/stage_control.h"
#include "server/store.h"

namespace diemcau::session {
using scheduler::MeetingId;
using scheduler::Time;

/// "7-20261123T084210123Z.mp4": the part of meeting 7's film that begins at that time.
std::string recording_file(MeetingId meeting, Time at);

/// "7-copies": where the safety copy of all of its parts is.
std::string copies_folder(MeetingId meeting);

/// From closed files to a film in the record: marks each one's row, has a job make it fast to start, marks it
/// ready (or damaged); when the session is over, has its parts joined to one. Main thread.
class RecordingFiles {
 public:
  RecordingFiles(server::Store& store, server::Jobs& jobs, StageControl& stage, server::Log& log,
                 std::filesystem::path folder);

  const std::filesystem::path& folder() const { return folder_; }
  /// The file's first picture is of that time.
  void began(const std::filesystem::path& file, Time at);
  /// The file is closed. Known files that are being finished already are left alone.
  void closed(MeetingId meeting, const std::filesystem::path& file, Time now);
  /// What an earlier run left unfinished. Call before any session records.
  void finish_left_over(Time now);
  /// The session is over: what has been recorded of it becomes one film, as soon as all of it is finished.
  void join(MeetingId meeting);

 private:
  void finish(scheduler::Recording recording, Time now);
  void finished(scheduler::Recording recording, const std::vector<media::FilmPart>& film,
                std::exception_ptr fault);
  void joined(const std::vector<scheduler::Recording>& recordings, const std::string& file,
              const std::vector<media::FilmPart>& film, std::exception_ptr fault);
  void change(const scheduler::Recording& recording, std::function<void()> then);
  void remove_joined(const scheduler::Recording& film);

  server::Store& store_;
  server::Jobs& jobs_;
  StageControl& stage_;
  server::Log& log_;
  std::filesystem::path folder_;
  std::set<std::string> finishing_;  ///< files that a job has, or soon will
  std::set<MeetingId> joining_;
};

}  // namespace diemcau::session
