#include "scheduler/writer.h"

#include <stdexcept>
#include <utility>

#include <sqlite3.h>

#include "scheduler/database.h"

namespace diemcau::scheduler {
namespace {

/// SQLite ends a transaction by itself on a full disk and the like.
bool in_transaction(const SQLite::Database& database) {
  return sqlite3_get_autocommit(database.getHandle()) == 0;
}

/// Runs one job so that nothing stays of it when it throws. Its exception, or nullptr.
std::exception_ptr run_alone(const Writer::Job& job, SQLite::Database& database) {
  database.exec("SAVEPOINT job");
  try {
    job(database);
    database.exec("RELEASE job");
    return nullptr;
  } catch (...) {
    auto failure = std::current_exception();
    if (in_transaction(database)) database.exec("ROLLBACK TO job; RELEASE job");
    return failure;
  }
}

}  // namespace

Writer::Writer(const std::filesystem::path& folder)
    : database_(open_for_writing(folder)), thread_([this] { run(); }) {}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Writer::put(Job job, Done done) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({std::move(job), std::move(done)});
  }
  wake_.notify_one();
}

void Writer::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    auto batch = std::exchange(waiting_, {});
    lock.unlock();
    commit(batch);
    lock.lock();
  }
}

void Writer::commit(std::vector<Waiting>& batch) {
  std::vector<std::exception_ptr> outcomes(batch.size());
  try {
    database_.exec("BEGIN IMMEDIATE");
    for (std::size_t i = 0; i < batch.size(); ++i) {
      outcomes[i] = run_alone(batch[i].job, database_);
      if (in_transaction(database_)) continue;
      if (outcomes[i]) std::rethrow_exception(outcomes[i]);
      throw std::logic_error("a job ended the writer's transaction");
    }
    database_.exec("COMMIT");
  } catch (...) {
    // Nothing of this batch is stored: whoever has no exception of his own gets this one.
    for (auto& outcome : outcomes) {
      if (!outcome) outcome = std::current_exception();
    }
    if (in_transaction(database_)) database_.tryExec("ROLLBACK");
  }
  for (std::size_t i = 0; i < batch.size(); ++i) batch[i].done(outcomes[i]);
}

}  // namespace diemcau::scheduler
