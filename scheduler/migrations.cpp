#include "scheduler/migrations.h"

#include <stdexcept>

#include "scheduler/database.h"

namespace diemcau::scheduler {
namespace {

int version_of(SQLite::Database& database) { return database.execAndGet("PRAGMA user_version").getInt(); }

void apply(SQLite::Database& database, const Migration& migration) {
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  if (version_of(database) >= migration.number) return;  // another process was faster
  database.exec(migration.sql);
  // Foreign keys are off meanwhile (tables may be built anew), so they are checked as a whole.
  SQLite::Statement broken(database, "PRAGMA foreign_key_check");
  if (broken.executeStep()) {
    throw std::runtime_error("migration " + migration.name + " breaks a foreign key of " +
                             broken.getColumn(0).getString());
  }
  database.exec("PRAGMA user_version = " + std::to_string(migration.number));
  transaction.commit();
}

}  // namespace

void migrate(SQLite::Database& database, const std::vector<Migration>& all) {
  const int newest = all.empty() ? 0 : all.back().number;
  const int version = version_of(database);
  if (version > newest) {
    throw NewerDatabase("the data is of version " + std::to_string(version) +
                        ", this program knows up to version " + std::to_string(newest));
  }
  database.exec("PRAGMA foreign_keys = OFF");
  for (const Migration& migration : all) {
    if (migration.number > version) apply(database, migration);
  }
  database.exec("PRAGMA foreign_keys = ON");
}

}  // namespace diemcau::scheduler
