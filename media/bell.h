#pragma once
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <optional>
#include <system_error>

#include <sys/eventfd.h>
#include <sys/poll.h>
#include <unistd.h>

#include "media/transport/file_descriptor.h"

namespace diemcau::media {

/// Wakes a thread that waits for it, alone or (fd()) among other things.
class Bell {
 public:
  /// Throws std::system_error when there are no descriptors left.
  Bell() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (!fd_) throw std::system_error(errno, std::generic_category(), "eventfd");
  }

  void ring() {  ///< any thread
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = write(fd_.get(), &one, sizeof one);
  }
  int fd() const { return fd_.get(); }
  /// Forgets that it was rung.
  void quiet() {
    std::uint64_t rung = 0;
    [[maybe_unused]] const auto got = read(fd_.get(), &rung, sizeof rung);
  }
  /// Until it is rung, or at most so long; nullopt: for ever.
  void wait(std::optional<std::chrono::milliseconds> limit) {
    pollfd waiting{fd_.get(), POLLIN, 0};
    if (poll(&waiting, 1, limit ? static_cast<int>(limit->count()) : -1) > 0) quiet();
  }

 private:
  transport::FileDescriptor fd_;
};

}  // namespace diemcau::media
