#include <atomic>
#include <chrono>
#include <future>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "media/media.h"
#include "media/program/pipeline.h"

namespace diemcau::media {
namespace {

// No re-encoding: the same picture and sound with one index in front. The queues have no limits because one
// track may run far ahead of the other in the last fragment of a killed run.
constexpr auto text =
    "filesrc name=from ! qtdemux name=d "
    "d.video_0 ! queue max-size-buffers=0 max-size-bytes=0 max-size-time=0 ! h264parse ! mp4mux name=m "
    "faststart=true ! "
    "filesink name=to "
    "d.audio_0 ! queue max-size-buffers=0 max-size-bytes=0 max-size-time=0 ! aacparse ! m.";

constexpr auto limit = std::chrono::minutes(10);

void sync_path(const std::filesystem::path& path, int flags) {
  const int fd = open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), path.string());
  const int failed = fsync(fd);
  close(fd);
  if (failed != 0) throw std::system_error(errno, std::generic_category(), path.string());
}

}  // namespace

void finish_recording(const std::filesystem::path& from, const std::filesystem::path& to) {
  const auto part = std::filesystem::path(to).concat(".part");
  try {
    std::promise<program::Fault> over;
    std::atomic<bool> told{false};
    {
      program::Pipeline pipeline(text, [&](program::Fault fault) {
        if (!told.exchange(true)) over.set_value(std::move(fault));
      });
      pipeline.set("from", "location", from.string());
      pipeline.set("to", "location", part.string());
      pipeline.play();
      auto result = over.get_future();
      if (result.wait_for(limit) != std::future_status::ready)
        throw std::runtime_error("no end within ten minutes");
      if (const auto fault = result.get(); !fault.end_of_stream) throw std::runtime_error(fault.text);
    }
    sync_path(part, O_RDONLY);
    std::filesystem::rename(part, to);
    sync_path(to.parent_path(), O_RDONLY | O_DIRECTORY);
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(part, ignored);
    throw;
  }
}

}  // namespace diemcau::media
