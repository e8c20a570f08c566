#pragma once
#include <map>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>

#include "scheduler/ids.h"

namespace diemcau::scheduler {

/// What must be known to start an output again and may not be shown to anybody: locked texts, which server/
/// locks and unlocks.
class OutputSecrets {
 public:
  explicit OutputSecrets(SQLite::Database& database) : database_(database) {}
  void add(MeetingId meeting, OutputId output, const std::string& locked);
  void remove(MeetingId meeting, OutputId output);
  void remove(MeetingId meeting);  ///< all of it
  std::map<OutputId, std::string> of(MeetingId meeting) const;

 private:
  SQLite::Database& database_;
};

}  // namespace diemcau::scheduler
