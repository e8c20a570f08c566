#pragma once
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace diemcau::media {

/// The only place where two threads of media/ meet: values go in on one side and out on the other, in order.
template <class T>
class Mailbox {
 public:
  /// Returns true when it was empty: the reader must be woken.
  bool put(T letter) {
    const std::lock_guard lock(mutex_);
    letters_.push_back(std::move(letter));
    return letters_.size() == 1;
  }
  std::vector<T> take_all() {
    const std::lock_guard lock(mutex_);
    return std::exchange(letters_, {});
  }
  std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return letters_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<T> letters_;
};

}  // namespace diemcau::media
