#pragma once
#include <condition_variable>
#include <exception>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

namespace diemcau::scheduler {

/// The one connection that writes, and its thread. Group commit: whatever waits goes into one transaction,
/// each job in a savepoint of its own, so a job that throws takes nothing else with it. A job's result is
/// reported only after COMMIT.
///
/// Any thread may call put(). `done` runs on the writer's thread: it should only put a result into the
/// caller's mailbox.
class Writer {
 public:
  using Job = std::function<void(SQLite::Database&)>;
  /// nullptr: stored. Otherwise the exception of the job, or of the COMMIT (then every job of that
  /// transaction gets it).
  using Done = std::function<void(std::exception_ptr)>;

  explicit Writer(const std::filesystem::path& folder);
  ~Writer();  ///< runs what waits, then joins
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void put(Job job, Done done);

 private:
  struct Waiting {
    Job job;
    Done done;
  };
  void run();
  void commit(std::vector<Waiting>& batch);

  SQLite::Database database_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Waiting> waiting_;
  bool stopping_ = false;
  std::thread thread_;  // last: starts when all else stands
};

}  // namespace diemcau::scheduler
