#include "scheduler/database.h"

#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scheduler/migrations.h"
#include "tests/unit/scheduler/record.h"

namespace diemcau::scheduler {
namespace {

int version_of(SQLite::Database& database) { return database.execAndGet("PRAGMA user_version").getInt(); }

class DatabaseTest : public testing::Test {
 protected:
  TestFolder folder_;
  std::filesystem::path file() const { return folder_.path() / "diemcau.db"; }
  SQLite::Database plain() const { return {file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE}; }
};

TEST_F(DatabaseTest, MakesTheFolderAndTheNewestVersion) {
  auto database = open_for_writing(folder_.path() / "new" / "data");
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "new" / "data" / "diemcau.db"));
  EXPECT_EQ(version_of(database), newest_version());
}

TEST_F(DatabaseTest, IsSafeAgainstPowerLossAndChecksForeignKeys) {
  auto database = open_for_writing(folder_.path());
  EXPECT_EQ(database.execAndGet("PRAGMA journal_mode").getString(), "wal");
  EXPECT_EQ(database.execAndGet("PRAGMA synchronous").getInt(), 2);
  EXPECT_EQ(database.execAndGet("PRAGMA foreign_keys").getInt(), 1);
  EXPECT_THROW(database.exec("INSERT INTO log_ins VALUES ('x', 77, 0, 0)"), SQLite::Exception);
}

TEST_F(DatabaseTest, KeepsWhatWasStored) {
  {
    auto database = open_for_writing(folder_.path());
    Units units(database);
    Unit unit;
    unit.name = "Huyện Sìn Hồ";
    must(units.add(unit));
  }
  auto again = open_for_writing(folder_.path());
  EXPECT_EQ(Units(again).on(std::chrono::year(2020) / 1 / 1).at(0).name, "Huyện Sìn Hồ");
}

TEST_F(DatabaseTest, AReaderSeesWhatIsStoredAndCannotWrite) {
  auto writing = open_for_writing(folder_.path());
  const auto reading = open_for_reading(folder_.path());
  Units units(writing);
  Unit unit;
  unit.name = "Huyện Sìn Hồ";
  must(units.add(unit));
  EXPECT_EQ(SQLite::Statement(reading, "SELECT * FROM units").executeStep(), true);
  EXPECT_THROW(SQLite::Statement(reading, "DELETE FROM units").exec(), SQLite::Exception);
}

TEST_F(DatabaseTest, CanBeReadWhileNobodyWrites) {
  { auto written = open_for_writing(folder_.path()); }
  const auto reading = open_for_reading(folder_.path());
  EXPECT_TRUE(search(reading, "sin ho", 10).empty());
}

TEST_F(DatabaseTest, CannotBeReadBeforeItIsThere) {
  EXPECT_THROW(open_for_reading(folder_.path()), SQLite::Exception);
  EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(DatabaseTest, DataOfANewerProgramIsLeftAlone) {
  {
    auto database = open_for_writing(folder_.path());
    database.exec("PRAGMA user_version = " + std::to_string(newest_version() + 1));
  }
  try {
    auto database = open_for_writing(folder_.path());
    FAIL() << "opened data of a newer program";
  } catch (const NewerDatabase& refusal) {
    EXPECT_NE(std::string(refusal.what()).find("version " + std::to_string(newest_version() + 1)),
              std::string::npos);
    EXPECT_NE(std::string(refusal.what()).find("version " + std::to_string(newest_version())),
              std::string::npos);
  }
  EXPECT_THROW(open_for_reading(folder_.path()), NewerDatabase);
}

TEST_F(DatabaseTest, MigrationsAreNumberedWithoutAGap) {
  int number = 0;
  for (const auto& migration : migrations()) EXPECT_EQ(migration.number, ++number) << migration.name;
  EXPECT_GT(number, 0);
}

const Migration first{1, "001_first",
                      "CREATE TABLE halls(id INTEGER PRIMARY KEY); INSERT INTO halls VALUES (7);"};

TEST_F(DatabaseTest, ABrokenMigrationLeavesTheVersionBefore) {
  auto database = plain();
  const Migration broken{2, "002_broken", "DELETE FROM halls; CREATE TABLE halls(id);"};
  EXPECT_THROW(migrate(database, {first, broken}), SQLite::Exception);
  EXPECT_EQ(version_of(database), 1);
  EXPECT_EQ(database.execAndGet("SELECT id FROM halls").getInt(), 7);

  const Migration mended{2, "002_mended", "INSERT INTO halls VALUES (8);"};
  migrate(database, {first, mended});
  EXPECT_EQ(version_of(database), 2);
  EXPECT_EQ(database.execAndGet("SELECT count(*) FROM halls").getInt(), 2);
}

TEST_F(DatabaseTest, AMigrationThatBreaksAForeignKeyIsUndone) {
  auto database = plain();
  const Migration orphan{
      2, "002_orphan",
      "CREATE TABLE links(hall INTEGER REFERENCES halls(id)); INSERT INTO links VALUES (99);"};
  EXPECT_THROW(migrate(database, {first, orphan}), std::runtime_error);
  EXPECT_EQ(version_of(database), 1);
  EXPECT_FALSE(database.tableExists("links"));
}

TEST_F(DatabaseTest, AProcessKilledInTheMidstOfAMigrationLeavesTheVersionBefore) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto database = plain();
    const auto die = [](sqlite3_context*, int, sqlite3_value**) { ::_exit(9); };
    sqlite3_create_function(database.getHandle(), "die", 0, SQLITE_UTF8, nullptr, die, nullptr, nullptr);
    migrate(database,
            {first, {2, "002_killed", "CREATE TABLE links(hall); DELETE FROM halls WHERE die() = 0;"}});
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(WEXITSTATUS(status), 9);
  auto database = plain();
  EXPECT_EQ(version_of(database), 1);
  EXPECT_FALSE(database.tableExists("links"));
  EXPECT_EQ(database.execAndGet("SELECT id FROM halls").getInt(), 7);
}

}  // namespace
}  // namespace diemcau::scheduler
