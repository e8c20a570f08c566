#include "server/http/file_type.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace diemcau::http {
namespace {
using namespace std::string_view_literals;
using scheduler::DocumentUse;
using scheduler::ErrorCode;

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

std::string extension(const std::string& file_name) {
  const auto dot = file_name.rfind('.');
  return dot == std::string::npos ? "" : lower(std::string_view(file_name).substr(dot + 1));
}

std::string office_type(const std::string& name) {
  if (name == "docx") return "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
  if (name == "xlsx") return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  if (name == "pptx") return "application/vnd.openxmlformats-officedocument.presentationml.presentation";
  return {};
}

std::string type_of(std::string_view bytes, const std::string& file_name) {
  // Some scanners put a few bytes before the header; readers look for it in the first 1024.
  if (bytes.substr(0, 1024).find("%PDF-"sv) != std::string_view::npos) return "application/pdf";
  if (bytes.starts_with("PK\x03\x04"sv)) return office_type(extension(file_name));
  if (bytes.starts_with("\xff\xd8\xff"sv)) return "image/jpeg";
  if (bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) return "image/png";
  if (bytes.size() >= 12 && bytes.substr(4, 4) == "ftyp"sv) return "video/mp4";
  if (bytes.starts_with("\x1a\x45\xdf\xa3"sv))
    return bytes.substr(0, 4096).find("webm"sv) != std::string_view::npos ? "video/webm" : "video/x-matroska";
  return {};
}

std::uint32_t little(const unsigned char* bytes, int size) {
  std::uint32_t value = 0;
  for (int i = size - 1; i >= 0; --i) value = (value << 8) | bytes[i];
  return value;
}

bool name_is_dangerous(const std::string& entry) {
  static constexpr std::array endings{"vbaproject.bin"sv, "vbadata.xml"sv, ".exe"sv, ".dll"sv, ".js"sv,
                                      ".vbs"sv,           ".bat"sv,        ".cmd"sv, ".ps1"sv, ".scr"sv,
                                      ".jar"sv,           ".com"sv};
  const auto name = lower(entry);
  return std::any_of(endings.begin(), endings.end(), [&](auto ending) { return name.ends_with(ending); });
}

}  // namespace

scheduler::Result<std::string> file_type(std::string_view beginning, const std::string& file_name,
                                         DocumentUse use) {
  const auto type = type_of(beginning, file_name);
  const bool film = type.starts_with("video/");
  if (type.empty() || film != (use == DocumentUse::clip))
    return scheduler::refuse(ErrorCode::unsupported, "document.type_forbidden",
                             type.empty() ? extension(file_name) : type);
  return type;
}

bool zip_is_dangerous(int descriptor) {
  // APPNOTE.TXT 4.3.16: the end record is the last thing, before a comment of at most 65535 bytes.
  struct stat about {};
  if (fstat(descriptor, &about) != 0) return true;
  const std::int64_t size = about.st_size;
  std::vector<unsigned char> tail(static_cast<std::size_t>(std::min<std::int64_t>(size, 65557)));
  const auto tail_at = size - static_cast<std::int64_t>(tail.size());
  if (tail.size() < 22 ||
      pread(descriptor, tail.data(), tail.size(), tail_at) != static_cast<ssize_t>(tail.size()))
    return true;
  std::size_t end = tail.size() - 22;
  while (little(&tail[end], 4) != 0x06054b50) {
    if (end-- == 0) return true;
  }
  const std::int64_t directory_size = little(&tail[end + 12], 4);
  const std::int64_t directory_at = little(&tail[end + 16], 4);
  if (directory_size > 16 << 20 || directory_at + directory_size > size) return true;
  std::vector<unsigned char> directory(static_cast<std::size_t>(directory_size));
  if (pread(descriptor, directory.data(), directory.size(), directory_at) !=
      static_cast<ssize_t>(directory.size()))
    return true;
  std::size_t at = 0;
  bool any = false;
  while (at + 46 <= directory.size() && little(&directory[at], 4) == 0x02014b50) {
    const std::size_t name_size = little(&directory[at + 28], 2);
    const std::size_t rest = little(&directory[at + 30], 2) + std::size_t{little(&directory[at + 32], 2)};
    if (at + 46 + name_size > directory.size()) return true;
    if (name_is_dangerous(std::string(reinterpret_cast<const char*>(&directory[at + 46]), name_size)))
      return true;
    any = true;
    at += 46 + name_size + rest;
  }
  return !any || at != directory.size();
}

}  // namespace diemcau::http
