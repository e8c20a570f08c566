#include "server/http/paper_text.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace diemcau::http {
namespace {
using Clock = std::chrono::steady_clock;

constexpr std::size_t longest_text = 256 * 1024;
constexpr std::size_t longest_output = 4 * longest_text;  // with the marks around it
constexpr std::chrono::seconds patience{10};
constexpr rlim_t most_memory = 1 << 30;

/// Reads until the end, the limit, or the time is over.
std::string read_all(int from) {
  const auto until = Clock::now() + patience;
  std::string text;
  std::array<char, 16384> bytes;
  while (text.size() < longest_output) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    pollfd wait{from, POLLIN, 0};
    if (left <= 0 || ::poll(&wait, 1, static_cast<int>(left)) <= 0) break;
    const auto count = read(from, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    text.append(bytes.data(), static_cast<std::size_t>(count));
  }
  return text;
}

/// What a program writes; it is killed when it writes too much or for too long.
std::string output_of(const std::vector<std::string>& command) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::vector<char*> words;
  for (const auto& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  pid_t child = 0;
  const bool started = posix_spawnp(&child, words[0], &actions, nullptr, words.data(), environ) == 0;
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  std::string text;
  if (started) {
    const rlimit memory{most_memory, most_memory};
    prlimit(child, RLIMIT_AS, &memory, nullptr);
    text = read_all(ends[0]);
    kill(child, SIGKILL);  // has no effect on what has ended
    while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  close(ends[0]);
  return text;
}

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
    auto text = output_of({"pdftotext", "-q", "-l", "1", "-enc", "UTF-8", "-nopgbrk", file.string(), "-"});
    text.resize(std::min(text.size(), longest_text));
    return text;
  }
  const auto in_zip = [&](const std::vector<std::string>& parts) {
    std::vector<std::string> command{"unzip", "-p", "-qq", file.string()};
    command.insert(command.end(), parts.begin(), parts.end());
    return plain(output_of(command));
  };
  if (media_type.ends_with("wordprocessingml.document"))
    return in_zip({"word/document.xml", "word/header*.xml"});
  if (media_type.ends_with("presentationml.presentation")) return in_zip({"ppt/slides/slide1.xml"});
  if (media_type.ends_with("spreadsheetml.sheet")) return in_zip({"xl/sharedStrings.xml"});
  return {};
}

}  // namespace diemcau::http
