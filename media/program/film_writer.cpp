#include "media/program/film_writer.h"

#include <chrono>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace diemcau::program {
namespace {

using namespace std::chrono_literals;
using stage::Kind;

constexpr auto limit = 10min;              // for the last thing: putting the index in front
constexpr guint64 write_ahead = 32 << 20;  // bytes that the disk may be behind

void sync_path(const std::filesystem::path& path, int flags) {
  const int fd = open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), path.string());
  const int failed = fsync(fd);
  close(fd);
  if (failed != 0) throw std::system_error(errno, std::generic_category(), path.string());
}

}  // namespace

FilmWriter::FilmWriter(const std::filesystem::path& file, bool video, bool audio)
    : pipeline_(text(video, audio), [this](Fault fault) { signals_.set_fault(std::move(fault)); }) {
  if (video) sources_[0] = pipeline_.get<GstAppSrc>("video");
  if (audio) sources_[1] = pipeline_.get<GstAppSrc>("audio");
  pipeline_.set("file", "location", file.string());
  pipeline_.play();
}

void FilmWriter::write(Kind kind, GstSample* sample, GstClockTime at, const std::stop_token& stop) {
  GstAppSrc* const source = sources_.at(kind == Kind::video ? 0 : 1).get();
  GstAppSrc* const other = sources_.at(kind == Kind::video ? 1 : 0).get();
  push_at(source, sample, at);
  // The muxer holds one track back while it has nothing of the other: then only more of that helps.
  const auto written = [&] {
    return gst_app_src_get_current_level_bytes(source) < write_ahead ||
           (other != nullptr && gst_app_src_get_current_level_bytes(other) == 0);
  };
  while (!written() && !signals_.fault() && !stop.stop_requested()) signals_.wait(20ms, written);
  check(stop);
}

void FilmWriter::finish(const std::stop_token& stop) {
  for (const auto& source : sources_)
    if (source) gst_app_src_end_of_stream(source.get());
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!signals_.fault() && !stop.stop_requested()) {
    if (std::chrono::steady_clock::now() > until) throw std::runtime_error("no end within ten minutes");
    signals_.wait(100ms, [] { return false; });
  }
  check(stop);
}

std::string FilmWriter::text(bool video, bool audio) {
  std::string all = "mp4mux name=muxer faststart=true ! filesink name=file ";
  if (video) all += "appsrc name=video format=time max-bytes=0 ! muxer.video_0 ";
  if (audio) all += "appsrc name=audio format=time max-bytes=0 ! muxer.audio_0 ";
  return all;
}

void FilmWriter::check(const std::stop_token& stop) const {
  if (stop.stop_requested()) throw std::runtime_error("the program stops");
  if (const auto fault = signals_.fault(); fault && !fault->end_of_stream)
    throw std::runtime_error(fault->text);
}

void write_whole(const std::filesystem::path& to,
                 const std::function<void(const std::filesystem::path& unfinished)>& write) {
  auto unfinished = to;
  unfinished += ".part";
  try {
    write(unfinished);
    sync_path(unfinished, O_RDONLY);
    std::filesystem::rename(unfinished, to);
    sync_path(to.has_parent_path() ? to.parent_path() : ".", O_RDONLY | O_DIRECTORY);
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(unfinished, ignored);
    throw;
  }
}

}  // namespace diemcau::program
