#include "scheduler/database.h"

#include <stdexcept>

#include "scheduler/migrations.h"
#include "scheduler/vietnamese_tokenizer.h"

namespace diemcau::scheduler {
namespace {

/// Only migrations and backups hold the file for longer; the one writer has it to itself otherwise.
constexpr int busy_milliseconds = 10'000;

std::filesystem::path file_in(const std::filesystem::path& folder) { return folder / "diemcau.db"; }

}  // namespace

SQLite::Database open_for_writing(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  SQLite::Database database(file_in(folder).string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                            busy_milliseconds);
  install_vietnamese_tokenizer(database);
  if (const auto mode = database.execAndGet("PRAGMA journal_mode = WAL").getString(); mode != "wal") {
    throw std::runtime_error("the data folder cannot keep a write-ahead log: journal_mode is " + mode);
  }
  database.exec("PRAGMA synchronous = FULL");
  migrate(database, migrations());  // turns the foreign keys on
  return database;
}

SQLite::Database open_for_reading(const std::filesystem::path& folder) {
  SQLite::Database database(file_in(folder).string(), SQLite::OPEN_READONLY, busy_milliseconds);
  install_vietnamese_tokenizer(database);
  const int version = database.execAndGet("PRAGMA user_version").getInt();
  if (version > newest_version()) {
    throw NewerDatabase("the data is of version " + std::to_string(version) +
                        ", this program knows up to version " + std::to_string(newest_version()));
  }
  return database;
}

int newest_version() { return migrations().back().number; }

}  // namespace diemcau::scheduler
