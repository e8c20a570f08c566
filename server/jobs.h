#pragma once
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "server/loop.h"

namespace diemcau::server {

/// What a job threw says, for the log.
std::string what(const std::exception_ptr& fault);

/// Two threads for what would hold up the main one: password hashing, finishing a recording, documents'
/// bytes. put() is for the main thread, and `then` runs there again.
class Jobs {
 public:
  using Work = std::function<void()>;
  /// nullptr: done; otherwise what the work threw.
  using Then = std::function<void(std::exception_ptr)>;

  explicit Jobs(Loop& loop, unsigned threads = 2);
  ~Jobs();  ///< asks what runs to stop, drops what still waits, joins
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;

  void put(Work work, Then then);
  std::size_t waiting() const;
  /// For long work: requested when the program stops, which waits for what runs. Any thread.
  std::stop_token stopping() const { return stop_.get_token(); }

 private:
  struct Job {
    Work work;
    Then then;
  };
  void run();

  Loop& loop_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  std::stop_source stop_;
  std::vector<std::jthread> threads_;  // last: start when all else stands
};

}  // namespace diemcau::server
