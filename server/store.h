#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include <SQLiteCpp/SQLiteCpp.h>

#include "scheduler/result.h"
#include "scheduler/writer.h"
#include "server/log.h"
#include "server/loop.h"
#include "server/reserve.h"

namespace diemcau::server {
using scheduler::Error;
using scheduler::ErrorCode;
using scheduler::refuse;
using scheduler::Result;

/// The record as the main thread uses it: its own connection for short reads, and writes that are answered
/// here when they are on disk. Main thread only.
class Store {
 public:
  Store(const std::filesystem::path& folder, Loop& loop, Log& log);

  SQLite::Database& reading() { return reading_; }

  /// Runs `job` on the writer's thread and then `then` on this one. A refusal of the job undoes what it did;
  /// a fault (disk, SQL) is logged and comes back as server.not_stored or server.disk_full.
  template <class T>
  void write(std::function<Result<T>(SQLite::Database&)> job, std::function<void(Result<T>)> then) {
    // shared: filled on the writer's thread, read here after its report.
    auto outcome = std::make_shared<std::optional<Result<T>>>();
    ++waiting_;
    writer_.put(
        [job = std::move(job), outcome](SQLite::Database& database) {
          outcome->emplace(job(database));
          if (!(*outcome)->has_value()) throw RefusedJob();
        },
        [this, outcome, then = std::move(then)](std::exception_ptr fault) {
          loop_.post([this, outcome, then, fault] {
            --waiting_;
            const bool refused = fault && *outcome && !(*outcome)->has_value();
            if (!fault || refused) {
              then(std::move(**outcome));
            } else {
              then(Result<T>(tl::unexpected(explain(fault))));
            }
          });
        });
  }

  /// False from a write that failed for the disk's or the database's reason until one succeeds again (see
  /// probe()).
  bool writable() const { return writable_; }
  /// Writes a little, to find out whether writing works (again); takes the disk's reserve again when there is
  /// room.
  void probe();
  /// Something else (a recording) found the disk full: makes room for what must still be stored.
  void on_disk_full();
  std::size_t waiting() const { return waiting_; }

 private:
  struct RefusedJob : std::runtime_error {
    RefusedJob() : runtime_error("refused") {}
  };
  Error explain(std::exception_ptr fault);

  Loop& loop_;
  Log& log_;
  Reserve reserve_;
  bool writable_ = true;
  std::size_t waiting_ = 0;
  scheduler::Writer writer_;  // before reading_: it makes the file
  SQLite::Database reading_;
};

}  // namespace diemcau::server
