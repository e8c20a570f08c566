#include "scheduler/writer.h"

#include <future>
#include <memory>

#include <sqlite3.h>

#include "scheduler/row.h"
#include "tests/unit/scheduler/record.h"

namespace diemcau::scheduler {
namespace {

class WriterTest : public testing::Test {
 protected:
  void SetUp() override { writer_ = std::make_unique<Writer>(folder_.path()); }

  /// The outcome of the job, when the writer reports it.
  std::future<void> put(Writer::Job job) {
    auto promise = std::make_shared<std::promise<void>>();
    auto outcome = promise->get_future();
    writer_->put(std::move(job), [promise](std::exception_ptr failure) {
      if (failure) {
        promise->set_exception(failure);
      } else {
        promise->set_value();
      }
    });
    return outcome;
  }

  /// Keeps the writer busy, so that all that is put meanwhile goes into one transaction.
  class Gate {
   public:
    explicit Gate(WriterTest& test) {
      passed_ = test.put([open = open_.get_future().share()](SQLite::Database&) { open.wait(); });
    }
    void open() {
      open_.set_value();
      passed_.get();
    }

   private:
    std::promise<void> open_;
    std::future<void> passed_;
  };

  static void add_unit(SQLite::Database& database, const std::string& name) {
    Units units(database);
    Unit unit;
    unit.name = name;
    must(units.add(unit));
  }

  /// As another connection sees them: only what is committed.
  std::vector<std::string> stored() const {
    const auto reading = open_for_reading(folder_.path());
    SQLite::Statement query(reading, "SELECT name FROM units ORDER BY id");
    std::vector<std::string> names;
    while (query.executeStep()) names.push_back(Row(query).next<std::string>());
    return names;
  }

  TestFolder folder_;
  std::unique_ptr<Writer> writer_;
};

using Names = std::vector<std::string>;

TEST_F(WriterTest, AJobIsReportedOnlyWhenAnotherConnectionSeesIt) {
  std::promise<Names> seen;
  writer_->put([](SQLite::Database& database) { add_unit(database, "Sìn Hồ"); },
               [&](std::exception_ptr) { seen.set_value(stored()); });
  EXPECT_EQ(seen.get_future().get(), Names{"Sìn Hồ"});
}

TEST_F(WriterTest, AJobThatThrowsTakesNothingElseWithIt) {
  Gate gate(*this);
  auto first = put([](SQLite::Database& database) { add_unit(database, "Sìn Hồ"); });
  auto broken = put([](SQLite::Database& database) {
    add_unit(database, "half done");
    throw std::runtime_error("broken job");
  });
  auto last = put([](SQLite::Database& database) { add_unit(database, "Tam Đường"); });
  gate.open();
  EXPECT_NO_THROW(first.get());
  EXPECT_THROW(broken.get(), std::runtime_error);
  EXPECT_NO_THROW(last.get());
  EXPECT_EQ(stored(), (Names{"Sìn Hồ", "Tam Đường"}));
}

TEST_F(WriterTest, WhatWaitsIsOneTransaction) {
  auto commits = std::make_shared<int>(0);
  put([commits](SQLite::Database& database) {
    sqlite3_commit_hook(
        database.getHandle(), [](void* count) { return ++*static_cast<int*>(count), 0; }, commits.get());
  }).get();
  const int before = *commits;
  Gate gate(*this);
  std::vector<std::future<void>> jobs;
  for (int i = 0; i < 20; ++i)
    jobs.push_back(put([](SQLite::Database& database) { add_unit(database, "Sìn Hồ"); }));
  gate.open();
  for (auto& job : jobs) job.get();
  // The gate itself wrote nothing, so it may or may not have been counted.
  EXPECT_LE(*commits - before, 2);
  EXPECT_EQ(stored().size(), 20u);
  writer_.reset();
}

TEST_F(WriterTest, ACommitThatFailsIsReportedToEveryJobOfIt) {
  put([](SQLite::Database& database) {
    sqlite3_commit_hook(
        database.getHandle(), [](void*) { return 1; }, nullptr);
  }).wait();
  Gate gate(*this);
  auto first = put([](SQLite::Database& database) { add_unit(database, "Sìn Hồ"); });
  auto second = put([](SQLite::Database& database) {
    add_unit(database, "Tam Đường");
    sqlite3_commit_hook(
        database.getHandle(), [](void*) { return 1; }, nullptr);
  });
  EXPECT_ANY_THROW(gate.open());
  EXPECT_THROW(first.get(), SQLite::Exception);
  EXPECT_THROW(second.get(), SQLite::Exception);
  EXPECT_EQ(stored(), Names{});
}

TEST_F(WriterTest, WorksOnAfterAFailedCommit) {
  auto failed = put([](SQLite::Database& database) {
    add_unit(database, "Sìn Hồ");
    sqlite3_commit_hook(
        database.getHandle(), [](void*) { return 1; }, nullptr);
  });
  EXPECT_THROW(failed.get(), SQLite::Exception);
  auto job = put([](SQLite::Database& database) {
    sqlite3_commit_hook(database.getHandle(), nullptr, nullptr);
    add_unit(database, "Tam Đường");
  });
  EXPECT_NO_THROW(job.get());
  EXPECT_EQ(stored(), Names{"Tam Đường"});
}

TEST_F(WriterTest, AFullDiskIsReportedAndTheNextJobIsStored) {
  auto full = put([](SQLite::Database& database) {
    const int pages = database.execAndGet("PRAGMA page_count").getInt();
    database.exec("PRAGMA max_page_count = " + std::to_string(pages));
    for (int i = 0; i < 1000; ++i) add_unit(database, repeated("huyện ", 30));
  });
  EXPECT_THROW(full.get(), SQLite::Exception);
  auto next = put([](SQLite::Database& database) {
    database.exec("PRAGMA max_page_count = 1000000");
    add_unit(database, "Sìn Hồ");
  });
  EXPECT_NO_THROW(next.get());
  EXPECT_EQ(stored(), Names{"Sìn Hồ"});
}

TEST_F(WriterTest, AJobThatEndsTheTransactionIsFoundOut) {
  EXPECT_THROW(put([](SQLite::Database& database) { database.exec("COMMIT"); }).get(), SQLite::Exception);
  EXPECT_NO_THROW(put([](SQLite::Database& database) { add_unit(database, "Sìn Hồ"); }).get());
  EXPECT_EQ(stored(), Names{"Sìn Hồ"});
}

TEST_F(WriterTest, RunsWhatWaitsBeforeItGoes) {
  Gate gate(*this);
  auto job = put([](SQLite::Database& database) { add_unit(database, "Sìn Hồ"); });
  gate.open();
  writer_.reset();
  EXPECT_NO_THROW(job.get());
  EXPECT_EQ(stored(), Names{"Sìn Hồ"});
}

TEST_F(WriterTest, TakesJobsFromManyThreads) {
  constexpr int threads = 4;
  constexpr int each = 50;
  std::vector<std::future<void>> callers;
  for (int i = 0; i < threads; ++i) {
    callers.push_back(std::async(std::launch::async, [&] {
      for (int n = 0; n < each; ++n) {
        put([](SQLite::Database& database) { add_unit(database, "Sìn Hồ"); }).get();
      }
    }));
  }
  for (auto& caller : callers) caller.get();
  EXPECT_EQ(stored().size(), std::size_t{threads * each});
}

}  // namespace
}  // namespace diemcau::scheduler
