#include "media/program/safety_copy.h"

#include <set>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "media/program/copy_name.h"

namespace diemcau::program {
namespace {

using namespace std::chrono_literals;
using stage::Kind;

constexpr auto linger = 5s;     // a source that leaves and is back within it goes on in its file
constexpr auto still = 3s;      // without a picture for so long, its sound goes on in a file without pictures
constexpr auto try_again = 5s;  // after a file that could not be written
constexpr std::size_t most_waiting = 4000;  // of a control thread that is held up: some twenty seconds

std::int64_t size_of(const std::filesystem::path& file) {
  std::error_code none;
  const auto size = std::filesystem::file_size(file, none);
  return none ? 0 : static_cast<std::int64_t>(size);
}

}  // namespace

SafetyCopy::SafetyCopy(std::filesystem::path folder, Wishes wishes)
    : folder_(std::move(folder)), wishes_(std::move(wishes)), feed_(std::make_shared<Feed>(wishes_.changed)) {
  std::filesystem::create_directories(folder_);
  cuts_.open(folder_ / cuts_file, std::ios::app);
}

SafetyCopy::~SafetyCopy() {
  feed_->close();
  for (auto& [source, kept] : kept_) kept.tap.reset();
  tick();
  for (auto& [source, kept] : kept_) close(kept);
}

void SafetyCopy::update() {
  const auto now = Clock::now();
  auto wanted = feed_->voices();
  for (const auto& cell : feed_->scene().cells)
    if (cell.source) wanted.insert(*cell.source);
  feed_->hold_only(wanted);
  for (const auto source : wanted) {
    auto& kept = kept_[source];
    kept.last_wanted = now;
    if (!kept.tap || !feed_->connected(source)) connect(source, kept);
  }
}

/// To what the source sends now: another connection is another stream.
void SafetyCopy::connect(SourceId source, Kept& kept) {
  feed_->disconnect(source);
  kept.tap.reset();
  kept.tap = std::make_unique<Tap>(
      0, feed_->picture_codec(source), Tap::Form::coded,
      [&kept](Kind kind, GstSample* sample, GstClockTime at) {
        const std::lock_guard lock(kept.mutex);
        if (kept.came.size() < most_waiting)
          kept.came.push_back({kind, SampleRef(gst_sample_ref(sample)), at});
      },
      [this, source] { wishes_.keyframe(source); });
  feed_->connect(source, kept.tap.get());
  wishes_.keyframe(source);
}

void SafetyCopy::tick() {
  const auto now = Clock::now();
  for (auto& [source, kept] : kept_) {
    std::deque<Came> came;
    {
      const std::lock_guard lock(kept.mutex);
      came = std::exchange(kept.came, {});
    }
    for (const auto& one : came) write(source, kept, one, now);
    if (!kept.file) continue;
    if (const auto fault = kept.file->fault()) {
      wishes_.failed(source, *fault);
      kept.broken_at = now;
      close(kept);
    } else if (now - kept.last_came > linger ||
               (kept.file->has_picture() && now - kept.last_picture > still)) {
      close(kept);
    }
  }
  std::erase_if(kept_, [&](auto& entry) {
    auto& [source, kept] = entry;
    if (kept.file || now - kept.last_wanted < linger) return false;
    feed_->disconnect(source);
    return true;
  });
}

void SafetyCopy::note_cut(CopyName::Time at) { cuts_ << at.time_since_epoch().count() << std::endl; }

void SafetyCopy::write(SourceId source, Kept& kept, const Came& came, Clock::time_point now) {
  kept.last_came = now;
  if (came.kind == Kind::video) {
    kept.last_picture = now;
    const bool delta =
        GST_BUFFER_FLAG_IS_SET(gst_sample_get_buffer(came.sample.get()), GST_BUFFER_FLAG_DELTA_UNIT) != 0;
    // What goes before the first keyframe of a stretch shows nothing.
    if (delta && !(kept.file && kept.file->takes(came.sample.get()))) {
      wishes_.keyframe(source);
      return;
    }
    if (kept.file && !kept.file->takes(came.sample.get())) close(kept);
  }
  if (!kept.file) return open(source, kept, came);
  kept.file->push(came.kind, came.sample.get(), came.at);
}

void SafetyCopy::open(SourceId source, Kept& kept, const Came& first) {
  if (Clock::now() - kept.broken_at < try_again) return;
  // The first sample's place on the wall clock, by which the session's events are told.
  const auto age = std::chrono::nanoseconds(gst_clock_get_time(system_clock().get()) - first.at);
  const auto begin = std::chrono::round<std::chrono::milliseconds>(std::chrono::system_clock::now() - age);
  CopyName name{source, begin};
  try {
    // Sound that came before its keyframe may have begun in the same millisecond.
    while (std::filesystem::exists(folder_ / name.file())) name.begin += 1ms;
    kept.file = std::make_unique<CopyFile>(folder_ / name.file(), first.kind, first.sample.get(), first.at);
  } catch (const std::exception& what) {
    kept.broken_at = Clock::now();
    wishes_.failed(source, {what.what(), false, false});
  }
}

void SafetyCopy::close(Kept& kept) {
  if (!kept.file) return;
  kept.file->finish();
  closed_bytes_ += size_of(kept.file->file());
  kept.file.reset();
}

void SafetyCopy::sync_to_disk() const {
  for (const auto& [source, kept] : kept_) {
    if (!kept.file) continue;
    const int fd = ::open(kept.file->file().c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) continue;
    fdatasync(fd);
    ::close(fd);
  }
}

std::int64_t SafetyCopy::bytes() const {
  auto bytes = closed_bytes_;
  for (const auto& [source, kept] : kept_)
    if (kept.file) bytes += size_of(kept.file->file());
  return bytes;
}

}  // namespace diemcau::program
