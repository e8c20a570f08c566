#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include "server/mailbox.h"

namespace diemcau::server {

/// What the main thread has to do: tasks posted by other threads, and tasks whose time has come. Whoever
/// turns the loop (the listener; a test by hand) calls run_posted() after each wake-up and run_due() when
/// next_due() is reached.
class Loop {
 public:
  using Task = std::function<void()>;
  using Clock = std::chrono::steady_clock;

  /// Any thread. The task runs on the main thread.
  void post(Task task);
  /// Main thread.
  void after(Clock::duration wait, Task task);

  /// How post() reaches a sleeping main thread. Empty: it does not sleep (any more).
  void on_wake(Task wake);
  void run_posted();
  void run_due(Clock::time_point now);
  std::optional<Clock::time_point> next_due() const;

 private:
  Mailbox<Task> posted_;
  std::multimap<Clock::time_point, Task> timers_;
  std::mutex wake_mutex_;  // the listener may go while the writer still reports
  Task wake_;
};

}  // namespace diemcau::server
