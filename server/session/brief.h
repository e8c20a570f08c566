#pragma once
#include <optional>

#include <SQLiteCpp/SQLiteCpp.h>

#include "scheduler/documents.h"
#include "scheduler/meetings.h"
#include "server/session/state.h"

/// What a session needs of the record.
namespace diemcau::session {

MeetingHead meeting_head(const scheduler::Meeting& meeting);
DocumentLine document_line(const scheduler::Document& document);
/// nullopt: there is no such meeting.
std::optional<Brief> load_brief(SQLite::Database& database, MeetingId meeting);

}  // namespace diemcau::session
