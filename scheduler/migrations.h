#pragma once
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

namespace diemcau::scheduler {

struct Migration {
  int number{};  ///< 1, 2, 3, … without a gap
  std::string name;
  std::string sql;
};

/// migrations/*.sql in order, compiled in (embed.cmake).
const std::vector<Migration>& migrations();

/// Applies those that are newer than the file's user_version, each in a transaction of its own, so that a
/// crash or a broken migration leaves the version before it. Throws NewerDatabase (database.h) when the file
/// is newer than `all`.
void migrate(SQLite::Database& database, const std::vector<Migration>& all);

}  // namespace diemcau::scheduler
