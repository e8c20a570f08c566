#pragma once
#include <mutex>
#include <utility>
#include <vector>

namespace diemcau::server {

/// The way from any thread to the one that owns the box. Plain values, in the order in which they were put.
template <class T>
class Mailbox {
 public:
  void put(T letter) {
    const std::lock_guard lock(mutex_);
    letters_.push_back(std::move(letter));
  }
  std::vector<T> take_all() {
    const std::lock_guard lock(mutex_);
    return std::exchange(letters_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<T> letters_;
};

}  // namespace diemcau::server
