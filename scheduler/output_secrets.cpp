#include "scheduler/output_secrets.h"

#include "scheduler/row.h"

namespace diemcau::scheduler {

void OutputSecrets::add(MeetingId meeting, OutputId output, const std::string& locked) {
  run(database_, "INSERT INTO output_secrets(meeting, output, locked) VALUES (?1, ?2, ?3)", meeting, output,
      locked);
}

void OutputSecrets::remove(MeetingId meeting, OutputId output) {
  run(database_, "DELETE FROM output_secrets WHERE meeting = ?1 AND output = ?2", meeting, output);
}

void OutputSecrets::remove(MeetingId meeting) {
  run(database_, "DELETE FROM output_secrets WHERE meeting = ?1", meeting);
}

std::map<OutputId, std::string> OutputSecrets::of(MeetingId meeting) const {
  auto query = statement(database_, "SELECT output, locked FROM output_secrets WHERE meeting = ?1", meeting);
  std::map<OutputId, std::string> found;
  while (query.executeStep()) {
    OutputId output{};
    std::string locked;
    Row(query) >> output >> locked;
    found.emplace(output, std::move(locked));
  }
  return found;
}

}  // namespace diemcau::scheduler
