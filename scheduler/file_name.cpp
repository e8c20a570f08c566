#include "scheduler/file_name.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "scheduler/text_folding.h"

namespace diemcau::scheduler {
namespace {

/// Below the 255 bytes of Linux file systems, with room for a browser's " (1)" and ".crdownload".
constexpr std::size_t most_bytes = 180;
/// Longer "extensions" are a sentence with a dot in it.
constexpr std::size_t longest_extension = 12;

constexpr std::string_view reserved = "\"*:<>?|";

std::string_view after_folders(std::string_view name) {
  const auto slash = name.find_last_of("/\\");
  return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

std::string without_ends(std::string_view name) {
  const auto first = name.find_first_not_of(". ");
  if (first == std::string_view::npos) return {};
  return std::string(name.substr(first, name.find_last_not_of(". ") - first + 1));
}

bool is_device(const std::string& name) {
  static constexpr std::array<std::string_view, 4> devices{"con", "prn", "aux", "nul"};
  const auto stem = lower(name.substr(0, name.find('.')));
  if (std::find(devices.begin(), devices.end(), stem) != devices.end()) return true;
  return stem.size() == 4 && (stem.starts_with("com") || stem.starts_with("lpt")) && stem[3] >= '1' &&
         stem[3] <= '9';
}

std::string shortened(const std::string& name) {
  if (name.size() <= most_bytes) return name;
  const auto dot = name.rfind('.');
  const bool has_extension = dot != std::string::npos && name.size() - dot <= longest_extension;
  const std::string extension = has_extension ? name.substr(dot) : std::string();
  auto cut = most_bytes - extension.size();
  while ((static_cast<unsigned char>(name[cut]) & 0xc0) == 0x80) --cut;  // never inside a character
  return without_ends(name.substr(0, cut)) + extension;
}

}  // namespace

std::string safe_file_name(std::string_view name) {
  // Folders go last of all: cleaning may bring parts together, never a slash out of nothing.
  std::string safe(after_folders(clean_line(name)));
  std::replace_if(
      safe.begin(), safe.end(), [](char c) { return reserved.find(c) != std::string_view::npos; }, '_');
  safe = shortened(without_ends(safe));
  if (safe.empty()) return "tài liệu";
  return is_device(safe) ? '_' + safe : safe;
}

}  // namespace diemcau::scheduler
