#include "media/program/copy_name.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>

namespace diemcau::program {
namespace {

constexpr std::string_view screen_mark = "-screen";
constexpr std::string_view clip_name = "clip";
constexpr std::string_view ending = ".mkv";

std::string name_of(SourceId source) {
  if (source == media::Engine::clip_source) return std::string(clip_name);
  if (!media::is_screen(source)) return std::to_string(static_cast<std::int64_t>(source));
  return std::to_string(static_cast<std::int64_t>(media::publisher_of(source))) + std::string(screen_mark);
}

std::optional<SourceId> source_of(std::string_view name) {
  if (name == clip_name) return media::Engine::clip_source;
  const bool screen = name.ends_with(screen_mark);
  if (screen) name.remove_suffix(screen_mark.size());
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(name.begin(), name.end(), id);
  if (error != std::errc() || end != name.end() || id < 0) return std::nullopt;
  return screen ? media::screen_of(SourceId{id}) : SourceId{id};
}

}  // namespace

std::filesystem::path CopyName::file() const {
  const auto day = std::chrono::floor<std::chrono::days>(begin);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(begin - day);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "-%04d%02u%02uT%02d%02d%02d%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
  return name_of(source) + text.data() + std::string(ending);
}

std::optional<CopyName> CopyName::parse(const std::filesystem::path& file) {
  const auto name = file.filename().string();
  const auto dash = name.rfind('-');
  if (dash == std::string::npos) return std::nullopt;
  const auto source = source_of(std::string_view(name).substr(0, dash));
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  std::array<int, 4> time{};
  if (!source || std::sscanf(name.c_str() + dash, "-%4d%2u%2uT%2d%2d%2d%3dZ", &year, &month, &day, &time[0],
                             &time[1], &time[2], &time[3]) != 7)
    return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{day});
  if (!date.ok()) return std::nullopt;
  const CopyName parsed{*source, std::chrono::sys_days(date) + std::chrono::hours(time[0]) +
                                     std::chrono::minutes(time[1]) + std::chrono::seconds(time[2]) +
                                     std::chrono::milliseconds(time[3])};
  // What is read must be what we write: a name with anything else in it is another's.
  return parsed.file() == name ? std::optional(parsed) : std::nullopt;
}

}  // namespace diemcau::program
