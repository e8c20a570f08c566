#include "server/reserve.h"

#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace diemcau::server {
namespace {
constexpr std::int64_t size = 16 << 20;  // hours of events, and all that a meeting's end writes
}

Reserve::Reserve(const std::filesystem::path& folder) : file_(folder / "reserve") { restore(); }

bool Reserve::release() {
  std::error_code none;
  return std::filesystem::remove(file_, none);
}

void Reserve::restore() {
  std::error_code none;
  const auto disk = std::filesystem::space(file_.parent_path(), none);
  if (none || std::filesystem::exists(file_, none) || disk.available < 4 * static_cast<std::uint64_t>(size))
    return;
  const int fd = open(file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return;
  // Blocks that are really there, not a hole.
  const bool taken = posix_fallocate(fd, 0, size) == 0;
  close(fd);
  if (!taken) std::filesystem::remove(file_, none);
}

}  // namespace diemcau::server
