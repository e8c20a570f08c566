#pragma once
#include <filesystem>

#include <SQLiteCpp/SQLiteCpp.h>

namespace diemcau::scheduler {

/// The data folder was written by a newer program. what() names both versions.
struct NewerDatabase : std::runtime_error {
  using runtime_error::runtime_error;
};

/// Opens (or creates) FOLDER/diemcau.db for writing: WAL, synchronous=FULL, foreign keys, the `vi` tokenizer,
/// and all migrations applied, each in its own transaction (PRAGMA user_version is the number of the last).
/// Throws NewerDatabase, SQLite::Exception. One thread (the writer's) owns the result.
SQLite::Database open_for_writing(const std::filesystem::path& folder);

/// A connection that only reads, for the thread that calls. The file must exist.
SQLite::Database open_for_reading(const std::filesystem::path& folder);

/// The version that this program's migrations lead to.
int newest_version();

}  // namespace diemcau::scheduler
