#include "media/program/copy_shelf.h"

#include <algorithm>
#include <fstream>
#include <system_error>

namespace diemcau::program {

CopyShelf::CopyShelf(const std::filesystem::path& folder) {
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none))
    if (const auto name = CopyName::parse(entry.path()); name && entry.is_regular_file(none))
      files_.push_back({*name, entry.path(), nullptr, false});
  std::sort(files_.begin(), files_.end(),
            [](const File& a, const File& b) { return a.name.begin < b.name.begin; });
  std::ifstream cuts(folder / cuts_file);
  for (std::int64_t at = 0; cuts >> at;) cuts_.emplace_back(std::chrono::milliseconds(at));
  std::sort(cuts_.begin(), cuts_.end());
}

bool CopyShelf::has_any(Time from, Time until) const {
  return std::any_of(files_.begin(), files_.end(),
                     [&](const File& file) { return file.name.begin >= from && file.name.begin < until; });
}

void CopyShelf::go_to(Time now) {
  for (auto& file : files_) {
    if (file.name.begin > now) break;
    if (file.over) continue;
    if (!file.reader) file.reader = std::make_unique<CopyReader>(file.path);
    file.reader->seek_picture(file.at(now));
    file.over = file.reader->ended();
  }
  // The last picture of a source that sends no more stands for a while; then nobody asks for it.
  std::erase_if(files_, [&](const File& file) {
    return file.over && file.at(now) > file.reader->picture_time() + 10 * GST_SECOND;
  });
}

bool CopyShelf::is_over(Time now, Time end) const {
  return std::none_of(files_.begin(), files_.end(), [&](const File& file) {
    return !file.over && (file.name.begin <= now || file.name.begin < end);
  });
}

std::optional<CopyShelf::Picture> CopyShelf::picture(SourceId source, Time now) const {
  std::optional<Picture> newest;
  for (const auto& file : files_) {
    if (file.name.source != source || !file.reader || file.reader->picture() == nullptr) continue;
    const auto age = std::chrono::milliseconds((file.at(now) - file.reader->picture_time()) / GST_MSECOND);
    if (!newest || age < newest->age) newest = {file.reader->picture(), age};
  }
  return newest;
}

bool CopyShelf::add_sound(SourceId source, Time now, std::vector<std::int16_t>& samples) {
  bool heard = false;
  std::vector<std::int16_t> more(samples.size());
  for (auto& file : files_) {
    if (file.name.source != source || !file.reader || file.over) continue;
    file.reader->read_sound(file.at(now), more);
    heard = true;
    std::transform(samples.begin(), samples.end(), more.begin(), samples.begin(), [](int a, int b) {
      return static_cast<std::int16_t>(std::clamp(a + b, INT16_MIN, INT16_MAX));
    });
  }
  return heard;
}

std::optional<CopyShelf::Time> CopyShelf::cut(Time from, Time until) const {
  const auto found = std::lower_bound(cuts_.begin(), cuts_.end(), from);
  return found != cuts_.end() && *found < until ? std::optional(*found) : std::nullopt;
}

std::vector<SourceId> CopyShelf::open() const {
  std::vector<SourceId> sources;
  for (const auto& file : files_)
    if (file.reader && !file.over &&
        std::find(sources.begin(), sources.end(), file.name.source) == sources.end())
      sources.push_back(file.name.source);
  return sources;
}

}  // namespace diemcau::program
