#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "scheduler/ids.h"

namespace diemcau::scheduler {

/// recording: being written. finishing: written, being made a fast-start file. ready: as it stays. damaged:
/// could not be finished.
enum class RecordingState { recording, finishing, ready, damaged };

struct Recording {
  RecordingId id{};
  MeetingId meeting{};
  RecordingState state{};
  std::string file;  ///< name within the recordings folder
  Time started_at{};
  std::optional<Time> ended_at;
  std::int64_t size{};
};

/// What a film was joined of, in order.
struct RecordingPart {
  std::string file;  ///< what it was before it was joined
  Time started_at{};
  std::chrono::milliseconds position{}, length{};  ///< in the film
  friend bool operator==(const RecordingPart&, const RecordingPart&) = default;
};

class Recordings {
 public:
  explicit Recordings(SQLite::Database& database) : database_(database) {}
  RecordingId add(const Recording& recording);
  /// All but when it started.
  void change(const Recording& recording);
  /// When its first picture came: later than it was asked for. An unknown file is passed over.
  void set_started(const std::string& file, Time at);
  std::optional<Recording> find(RecordingId id) const;
  std::vector<Recording> of(MeetingId meeting) const;
  std::vector<Recording> unfinished() const;  ///< in state recording or finishing
  /// Ended meetings that have more than one ready recording: they are to be joined to one film.
  std::vector<MeetingId> in_parts() const;
  /// Replaces what `recording` was joined of. The caller deletes the recordings that have become parts.
  void set_parts(RecordingId recording, const std::vector<RecordingPart>& parts);
  std::vector<RecordingPart> parts(RecordingId recording) const;
  void remove(RecordingId recording);

 private:
  SQLite::Database& database_;
};

}  // namespace diemcau::scheduler
