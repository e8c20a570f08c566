#pragma once
#include <SQLiteCpp/SQLiteCpp.h>

#include "scheduler/ids.h"

/// Writes what search() (documents.h) reads. Called beside each change, in the caller's transaction.
namespace diemcau::scheduler {

void index_meeting(SQLite::Database& database, MeetingId id);
/// The meetings that find a hall by its name, after that has changed. Those that are over keep the name of
/// their day.
void index_meetings_of(SQLite::Database& database, SiteId site);
void index_document(SQLite::Database& database, DocumentId id);
void forget_document(SQLite::Database& database, DocumentId id);

}  // namespace diemcau::scheduler
