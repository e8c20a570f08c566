#include "server/session/page_pictures.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "server/child_process.h"

namespace diemcau::session {
namespace {

constexpr std::size_t longest_description = 64 << 10;
constexpr std::size_t longest_picture = 32 << 20;
constexpr auto longer_side = "1280";  // of the stage's picture

/// 0: it is no PDF that poppler can open.
int pages_of(const std::filesystem::path& pdf) {
  const auto text = server::output_of({"pdfinfo", pdf.string()}, longest_description);
  constexpr std::string_view key = "\nPages:";
  const auto at = text.find(key);
  if (at == std::string::npos) return 0;
  const auto digits = text.find_first_not_of(' ', at + key.size());
  int pages = 0;
  if (digits != std::string::npos) std::from_chars(text.data() + digits, text.data() + text.size(), pages);
  return pages;
}

void write_file(const std::filesystem::path& to, const std::string& bytes) {
  auto beside = to;
  beside += ".part";
  std::ofstream out(beside, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) throw std::runtime_error(beside.string() + " cannot be written");
  std::filesystem::rename(beside, to);
}

}  // namespace

std::optional<DrawnPage> draw_page(const std::filesystem::path& pdf, int page,
                                   const std::filesystem::path& to) {
  const int pages = pages_of(pdf);
  if (pages <= 0) return std::nullopt;
  page = std::clamp(page, 1, pages);
  const auto number = std::to_string(page);
  const auto png = server::output_of({"pdftoppm", "-q", "-png", "-singlefile", "-f", number, "-l", number,
                                      "-scale-to", longer_side, pdf.string()},
                                     longest_picture);
  if (!png.starts_with("\x89PNG") || png.size() >= longest_picture) return std::nullopt;
  write_file(to, png);
  return DrawnPage{page, pages};
}

}  // namespace diemcau::session
