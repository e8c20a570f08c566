#include "server/http/paper_text.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "server/child_process.h"

namespace diemcau::http {
namespace {
constexpr std::size_t longest_text = 256 * 1024;
constexpr std::size_t longest_output = 4 * longest_text;  // with the marks around it

std::optional<char> entity(std::string_view name) {
  if (name == "amp") return '&';
  if (name == "lt") return '<';
  if (name == "gt") return '>';
  if (name == "quot") return '"';
  if (name == "apos") return '\'';
  return std::nullopt;
}

/// The text of an office document's XML: marks left out, a line for each paragraph (ECMA-376: w:p, a:p) or
/// cell (si).
std::string plain(std::string_view xml) {
  std::string text;
  for (std::size_t at = 0; at < xml.size() && text.size() < longest_text;) {
    if (xml[at] == '<') {
      const auto end = xml.find('>', at);
      if (end == std::string_view::npos) break;
      const auto mark = xml.substr(at, end - at);
      if (mark == "</w:p" || mark == "</a:p" || mark == "</si" || mark.starts_with("<w:br") ||
          mark.starts_with("<a:br"))
        text += '\n';
      at = end + 1;
    } else if (const auto end = xml.find(';', at);
               xml[at] == '&' && end != std::string_view::npos && end - at < 8) {
      text += entity(xml.substr(at + 1, end - at - 1)).value_or(' ');
      at = end + 1;
    } else {
      text += xml[at++];
    }
  }
  return text;
}

}  // namespace

std::string paper_text(const std::filesystem::path& file, const std::string& media_type) {
  if (media_type == "application/pdf") {
    auto text = server::output_of(
        {"pdftotext", "-q", "-l", "1", "-enc", "UTF-8", "-nopgbrk", file.string(), "-"}, longest_output);
    text.resize(std::min(text.size(), longest_text));
    return text;
  }
  const auto in_zip = [&](const std::vector<std::string>& parts) {
    std::vector<std::string> command{"unzip", "-p", "-qq", file.string()};
    command.insert(command.end(), parts.begin(), parts.end());
    return plain(server::output_of(command, longest_output));
  };
  if (media_type.ends_with("wordprocessingml.document"))
    return in_zip({"word/document.xml", "word/header*.xml"});
  if (media_type.ends_with("presentationml.presentation")) return in_zip({"ppt/slides/slide1.xml"});
  if (media_type.ends_with("spreadsheetml.sheet")) return in_zip({"xl/sharedStrings.xml"});
  return {};
}

}  // namespace diemcau::http
