#include "scheduler/recordings.h"

#include <stdexcept>

#include "scheduler/row.h"

namespace diemcau::scheduler {

template <>
inline constexpr std::array<std::string_view, 4> words<RecordingState>{"recording", "finishing", "ready",
                                                                       "damaged"};

namespace {

const std::string columns = "SELECT id, meeting, state, file, started_at, ended_at, size FROM recordings ";

std::vector<Recording> all_of(SQLite::Statement query) {
  std::vector<Recording> found;
  while (query.executeStep()) {
    Recording& recording = found.emplace_back();
    Row(query) >> recording.id >> recording.meeting >> recording.state >> recording.file >>
        recording.started_at >> recording.ended_at >> recording.size;
  }
  return found;
}

}  // namespace

RecordingId Recordings::add(const Recording& recording) {
  run(database_,
      "INSERT INTO recordings(meeting, state, file, started_at, ended_at, size) VALUES (?1, ?2, ?3, ?4, ?5, "
      "?6)",
      recording.meeting, recording.state, recording.file, recording.started_at, recording.ended_at,
      recording.size);
  return RecordingId{database_.getLastInsertRowid()};
}

void Recordings::change(const Recording& recording) {
  const int changed =
      run(database_, "UPDATE recordings SET state = ?2, file = ?3, ended_at = ?4, size = ?5 WHERE id = ?1",
          recording.id, recording.state, recording.file, recording.ended_at, recording.size);
  if (changed == 0) throw std::logic_error("there is no recording " + std::to_string(number(recording.id)));
}

void Recordings::set_started(const std::string& file, Time at) {
  run(database_, "UPDATE recordings SET started_at = ?2 WHERE file = ?1", file, at);
}

std::optional<Recording> Recordings::find(RecordingId id) const {
  auto found = all_of(statement(database_, columns + "WHERE id = ?1", id));
  if (found.empty()) return std::nullopt;
  return found.front();
}

std::vector<Recording> Recordings::of(MeetingId meeting) const {
  return all_of(statement(database_, columns + "WHERE meeting = ?1 ORDER BY id", meeting));
}

std::vector<Recording> Recordings::unfinished() const {
  return all_of(statement(database_, columns + "WHERE state IN ('recording', 'finishing') ORDER BY id"));
}

std::vector<MeetingId> Recordings::in_parts() const {
  SQLite::Statement query(database_,
                          "SELECT meeting FROM recordings JOIN meetings ON meetings.id = recordings.meeting "
                          "WHERE recordings.state = 'ready' AND meetings.state = 'ended' GROUP BY meeting "
                          "HAVING count(*) > 1 ORDER BY meeting");
  std::vector<MeetingId> found;
  while (query.executeStep()) Row(query) >> found.emplace_back();
  return found;
}

void Recordings::set_parts(RecordingId recording, const std::vector<RecordingPart>& parts) {
  run(database_, "DELETE FROM recording_parts WHERE recording = ?1", recording);
  for (const auto& part : parts)
    run(database_,
        "INSERT INTO recording_parts(recording, file, started_at, position, length) VALUES (?1, ?2, ?3, ?4, "
        "?5)",
        recording, part.file, part.started_at, std::int64_t{part.position.count()},
        std::int64_t{part.length.count()});
}

std::vector<RecordingPart> Recordings::parts(RecordingId recording) const {
  auto query = statement(database_,
                         "SELECT file, started_at, position, length FROM recording_parts WHERE recording = "
                         "?1 ORDER BY started_at",
                         recording);
  std::vector<RecordingPart> found;
  while (query.executeStep()) {
    auto& part = found.emplace_back();
    std::int64_t position = 0;
    std::int64_t length = 0;
    Row(query) >> part.file >> part.started_at >> position >> length;
    part.position = std::chrono::milliseconds(position);
    part.length = std::chrono::milliseconds(length);
  }
  return found;
}

void Recordings::remove(RecordingId recording) {
  run(database_, "DELETE FROM recordings WHERE id = ?1", recording);
}

}  // namespace diemcau::scheduler
