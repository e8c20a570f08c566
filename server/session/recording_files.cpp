#include "server/session/recording_files.h"

#include <ctime>
#include <system_error>

namespace diemcau::session {
namespace {
namespace fs = std::filesystem;
using scheduler::Recording;
using scheduler::RecordingState;
using server::Result;

std::int64_t size_of(const fs::path& file) {
  std::error_code none;
  const auto size = fs::file_size(file, none);
  return none ? 0 : static_cast<std::int64_t>(size);
}

}  // namespace

std::string recording_file(MeetingId meeting, Time at) {
  const auto milliseconds = at.time_since_epoch().count();
  const std::time_t seconds = milliseconds / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  const auto length = std::strftime(text, sizeof text, "%Y%m%dT%H%M%S", &parts);
  std::snprintf(text + length, sizeof text - length, "%03dZ.mp4", static_cast<int>(milliseconds % 1000));
  return std::to_string(number(meeting)) + "-" + text;
}

RecordingFiles::RecordingFiles(server::Store& store, server::Jobs& jobs, StageControl& stage,
                               server::Log& log, fs::path folder)
    : store_(store), jobs_(jobs), stage_(stage), log_(log), folder_(std::move(folder)) {
  fs::create_directories(folder_);
}

void RecordingFiles::closed(MeetingId meeting, const fs::path& file, Time now) {
  for (const auto& recording : scheduler::Recordings(store_.reading()).of(meeting))
    if (recording.file == file.filename() && recording.state == RecordingState::recording)
      return finish(recording, now);
}

void RecordingFiles::finish_left_over(Time now) {
  for (const auto& recording : scheduler::Recordings(store_.reading()).unfinished()) finish(recording, now);
}

void RecordingFiles::finish(Recording recording, Time now) {
  if (!finishing_.insert(recording.file).second) return;
  recording.state = RecordingState::finishing;
  if (!recording.ended_at) recording.ended_at = now;
  const auto file = folder_ / recording.file;
  recording.size = size_of(file);
  change(recording, [this, recording, file]() mutable {
    jobs_.put([this, file, stop = jobs_.stopping()] { stage_.finish_recording(file, file, stop); },
              [this, recording, file](std::exception_ptr fault) mutable {
                recording.state = fault ? RecordingState::damaged : RecordingState::ready;
                recording.size = size_of(file);
                std::string why;
                try {
                  if (fault) std::rethrow_exception(fault);
                } catch (const std::exception& e) {
                  why = e.what();
                }
                if (fault) log_.error("recording.damaged", {{"file", recording.file}, {"why", why}});
                if (!fault)
                  log_.info("recording.ready", {{"file", recording.file}, {"bytes", recording.size}});
                change(recording, [] {});
              });
  });
}

void RecordingFiles::change(const Recording& recording, std::function<void()> then) {
  store_.write<int>(
      [recording](SQLite::Database& database) -> Result<int> {
        scheduler::Recordings(database).change(recording);
        return 0;
      },
      [then = std::move(then)](Result<int> stored) {
        // Not stored: the row stays unfinished and the next start comes back to it.
        if (stored) then();
      });
}

}  // namespace diemcau::session
