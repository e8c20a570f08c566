#include "server/jobs.h"

namespace diemcau::server {

std::string what(const std::exception_ptr& fault) {
  try {
    std::rethrow_exception(fault);
  } catch (const std::exception& e) {
    return e.what();
  }
}

Jobs::Jobs(Loop& loop, unsigned threads) : loop_(loop) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

Jobs::~Jobs() {
  {
    const std::lock_guard lock(mutex_);
    stop_.request_stop();
    queue_.clear();
  }
  wake_.notify_all();
}

void Jobs::put(Work work, Then then) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back({std::move(work), std::move(then)});
  }
  wake_.notify_one();
}

std::size_t Jobs::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void Jobs::run() {
  for (;;) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stop_.stop_requested() || !queue_.empty(); });
      if (stop_.stop_requested()) return;
      job = std::move(queue_.front());
      queue_.pop_front();
    }
    std::exception_ptr fault;
    try {
      job.work();
    } catch (...) {
      fault = std::current_exception();
    }
    loop_.post([then = std::move(job.then), fault] { then(fault); });
  }
}

}  // namespace diemcau::server
