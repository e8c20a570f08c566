#include "server/loop.h"

namespace diemcau::server {

void Loop::post(Task task) {
  posted_.put(std::move(task));
  const std::lock_guard lock(wake_mutex_);
  if (wake_) wake_();
}

void Loop::after(Clock::duration wait, Task task) { timers_.emplace(Clock::now() + wait, std::move(task)); }

void Loop::on_wake(Task wake) {
  const std::lock_guard lock(wake_mutex_);
  wake_ = std::move(wake);
}

void Loop::run_posted() {
  for (const auto& task : posted_.take_all()) task();
}

void Loop::run_due(Clock::time_point now) {
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const auto task = std::move(timers_.extract(timers_.begin()).mapped());
    task();
  }
}

std::optional<Loop::Clock::time_point> Loop::next_due() const {
  return timers_.empty() ? std::nullopt : std::optional(timers_.begin()->first);
}

}  // namespace diemcau::server
