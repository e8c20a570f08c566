#include "server/session/recording_files.h"

#include <algorithm>
#include <ctime>
#include <system_error>

#include "scheduler/meetings.h"

namespace diemcau::session {
namespace {
namespace fs = std::filesystem;
using scheduler::Recording;
using scheduler::RecordingPart;
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

std::string copies_folder(MeetingId meeting) { return std::to_string(number(meeting)) + "-copies"; }

RecordingFiles::RecordingFiles(server::Store& store, server::Jobs& jobs, StageControl& stage,
                               server::Log& log, fs::path folder)
    : store_(store), jobs_(jobs), stage_(stage), log_(log), folder_(std::move(folder)) {
  fs::create_directories(folder_);
}

void RecordingFiles::began(const fs::path& file, Time at) {
  store_.write<int>(
      [file = file.filename().string(), at](SQLite::Database& database) -> Result<int> {
        scheduler::Recordings(database).set_started(file, at);
        return 0;
      },
      [](const Result<int>&) {});
}

void RecordingFiles::closed(MeetingId meeting, const fs::path& file, Time now) {
  for (const auto& recording : scheduler::Recordings(store_.reading()).of(meeting))
    if (recording.file == file.filename() && recording.state == RecordingState::recording)
      return finish(recording, now);
}

void RecordingFiles::finish_left_over(Time now) {
  const scheduler::Recordings recordings(store_.reading());
  for (const auto& recording : recordings.unfinished()) finish(recording, now);
  for (const auto meeting : recordings.in_parts()) join(meeting);
}

void RecordingFiles::finish(Recording recording, Time now) {
  if (!finishing_.insert(recording.file).second) return;
  recording.state = RecordingState::finishing;
  if (!recording.ended_at) recording.ended_at = now;
  const auto file = folder_ / recording.file;
  recording.size = size_of(file);
  change(recording, [this, recording, file] {
    auto film = std::make_shared<std::vector<media::FilmPart>>();  // shared: filled on the job's thread
    jobs_.put(
        [this, file, film, stop = jobs_.stopping()] { *film = stage_.finish_recording({file}, file, stop); },
        [this, recording, film](std::exception_ptr fault) { finished(recording, *film, fault); });
  });
}

void RecordingFiles::finished(Recording recording, const std::vector<media::FilmPart>& film,
                              std::exception_ptr fault) {
  recording.state = fault ? RecordingState::damaged : RecordingState::ready;
  recording.size = size_of(folder_ / recording.file);
  if (fault) {
    log_.error("recording.damaged", {{"file", recording.file}, {"why", server::what(fault)}});
  } else {
    log_.info("recording.ready", {{"file", recording.file}, {"bytes", recording.size}});
  }
  store_.write<int>(
      [recording, film](SQLite::Database& database) -> Result<int> {
        scheduler::Recordings recordings(database);
        recordings.change(recording);
        const auto started_at = recordings.find(recording.id).value_or(recording).started_at;
        std::vector<RecordingPart> parts;
        for (const auto& part : film) parts.push_back({recording.file, started_at, part.begin, part.length});
        recordings.set_parts(recording.id, parts);
        return 0;
      },
      [this, meeting = recording.meeting](Result<int> stored) {
        if (stored) join(meeting);
      });
}

void RecordingFiles::join(MeetingId meeting) {
  const auto about = scheduler::Meetings(store_.reading()).find(meeting);
  if (!about || about->state != scheduler::MeetingState::ended || joining_.contains(meeting)) return;
  auto recordings = scheduler::Recordings(store_.reading()).of(meeting);
  const bool busy = std::any_of(recordings.begin(), recordings.end(), [](const Recording& recording) {
    return recording.state == RecordingState::recording || recording.state == RecordingState::finishing;
  });
  std::erase_if(recordings,
                [](const Recording& recording) { return recording.state != RecordingState::ready; });
  if (busy) return;
  if (recordings.size() < 2) {
    for (const auto& film : recordings) remove_joined(film);
    return;
  }
  joining_.insert(meeting);
  const auto file = fs::path(recordings.front().file).stem().string() + "-film.mp4";
  std::vector<fs::path> parts;
  for (const auto& recording : recordings) parts.push_back(folder_ / recording.file);
  auto film = std::make_shared<std::vector<media::FilmPart>>();  // shared: filled on the job's thread
  jobs_.put(
      [this, parts, film, to = folder_ / file, stop = jobs_.stopping()] {
        *film = stage_.finish_recording(parts, to, stop);
      },
      [this, recordings, file, film](std::exception_ptr fault) { joined(recordings, file, *film, fault); });
}

void RecordingFiles::joined(const std::vector<Recording>& recordings, const std::string& file,
                            const std::vector<media::FilmPart>& film, std::exception_ptr fault) {
  const auto meeting = recordings.front().meeting;
  if (fault) {
    // Each part is a film of its own; the next start tries again.
    log_.error("recording.not_joined", {{"meeting", meeting}, {"why", server::what(fault)}});
    joining_.erase(meeting);
    return;
  }
  auto whole = recordings.front();
  std::vector<RecordingPart> parts;
  for (std::size_t i = 0; i < recordings.size(); ++i) {
    parts.push_back({recordings[i].file, recordings[i].started_at, film.at(i).begin, film.at(i).length});
    whole.ended_at = std::max(whole.ended_at, recordings[i].ended_at);
  }
  whole.file = file;
  whole.size = size_of(folder_ / file);
  store_.write<int>(
      [recordings, whole, parts](SQLite::Database& database) -> Result<int> {
        scheduler::Recordings record(database);
        for (std::size_t i = 1; i < recordings.size(); ++i) record.remove(recordings[i].id);
        record.change(whole);
        record.set_parts(whole.id, parts);
        return 0;
      },
      [this, whole](Result<int> stored) {
        joining_.erase(whole.meeting);
        if (!stored) return;
        log_.info("recording.joined",
                  {{"meeting", whole.meeting}, {"file", whole.file}, {"bytes", whole.size}});
        remove_joined(whole);
      });
}

/// Only files that the record says are in the film, and only when the film is there.
void RecordingFiles::remove_joined(const Recording& film) {
  std::error_code none;
  if (!fs::exists(folder_ / film.file, none)) return;
  for (const auto& part : scheduler::Recordings(store_.reading()).parts(film.id))
    if (part.file != film.file) fs::remove(folder_ / part.file, none);
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
