#pragma once
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

class Recordings {
 public:
  explicit Recordings(SQLite::Database& database) : database_(database) {}
  RecordingId add(const Recording& recording);
  void change(const Recording& recording);
  std::optional<Recording> find(RecordingId id) const;
  std::vector<Recording> of(MeetingId meeting) const;
  std::vector<Recording> unfinished() const;  ///< in state recording or finishing

 private:
  SQLite::Database& database_;
};

}  // namespace diemcau::scheduler
