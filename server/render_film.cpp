#include "server/render_film.h"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <ostream>

#include <sys/resource.h>
#include <unistd.h>

#include "media/render.h"
#include "scheduler/database.h"
#include "scheduler/event_log.h"
#include "scheduler/recordings.h"
#include "server/session/brief.h"
#include "server/session/film_log.h"
#include "server/session/film_script.h"
#include "server/session/recording_files.h"

namespace diemcau::server {
namespace {
namespace fs = std::filesystem;
using scheduler::MeetingId;
using scheduler::RecordingPart;
using scheduler::Time;

constexpr int priority = 15;  // a session that runs meanwhile goes first

std::string clock_text(std::chrono::milliseconds time) {
  const std::chrono::hh_mm_ss parts(std::chrono::floor<std::chrono::seconds>(time));
  char text[32];
  std::snprintf(text, sizeof text, "%02d:%02d:%02d", static_cast<int>(parts.hours().count()),
                static_cast<int>(parts.minutes().count()), static_cast<int>(parts.seconds().count()));
  return text;
}

/// Whole or not at all.
void write_text(const fs::path& to, const std::string& text) {
  const auto unfinished = fs::path(to).concat(".part");
  std::ofstream file(unfinished, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) throw RenderFailed(to.string() + ": không ghi được / cannot be written");
  fs::rename(unfinished, to);
}

/// Where the film is in its making: one line that changes on a terminal, a line a minute elsewhere.
class Progress {
 public:
  Progress(std::ostream& out, std::chrono::milliseconds whole)
      : out_(out), whole_(whole), terminal_(isatty(STDOUT_FILENO) != 0) {}

  void show(std::chrono::milliseconds done) {
    if (!terminal_ && done < next_) return;
    next_ = done + std::chrono::minutes(1);
    print(done);
  }
  void end(std::chrono::milliseconds done) {
    print(done);
    if (terminal_) out_ << "\n";
  }

 private:
  void print(std::chrono::milliseconds done) {
    const auto spent = std::chrono::steady_clock::now() - begun_;
    const auto speed = std::chrono::duration<double>(done) / std::chrono::duration<double>(spent);
    char times[32];
    std::snprintf(times, sizeof times, "%.1f", speed);
    out_ << (terminal_ ? "\r" : "") << clock_text(done) << " / " << clock_text(whole_) << "  (×" << times
         << ")" << (terminal_ ? "" : "\n") << std::flush;
  }

  std::ostream& out_;
  std::chrono::milliseconds whole_;
  bool terminal_;
  std::chrono::milliseconds next_{0};
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

std::string name_of(media::SourceId source, const session::Brief& brief) {
  if (source == media::Engine::clip_source) return "phim / clip";
  const bool screen = media::is_screen(source);
  const scheduler::SiteId site{static_cast<std::int64_t>(screen ? media::publisher_of(source) : source)};
  const auto hall = brief.halls.find(site);
  return (screen ? "Màn hình – " : "") +
         (hall == brief.halls.end() ? std::to_string(number(site)) : hall->second.name);
}

}  // namespace

int render_film(const Config& config, std::ostream& out, const volatile std::sig_atomic_t& stop) {
  const auto& wish = *config.render;
  if (!fs::exists(config.data / "diemcau.db"))
    throw RenderFailed(config.data.string() + ": không phải thư mục dữ liệu / is no data folder (--data)");
  auto database = scheduler::open_for_reading(config.data);
  const MeetingId meeting{wish.meeting};
  const auto brief = session::load_brief(database, meeting);
  const auto number_text = std::to_string(wish.meeting);
  if (!brief)
    throw RenderFailed("không có phiên họp số " + number_text + " / there is no meeting " + number_text);
  const auto log = scheduler::EventLog(database).of(meeting);
  std::vector<RecordingPart> known;
  const scheduler::Recordings recordings(database);
  for (const auto& recording : recordings.of(meeting)) {
    const auto parts = recordings.parts(recording.id);
    known.insert(known.end(), parts.begin(), parts.end());
  }
  const auto script = session::film_script(
      *brief, log, known, wish.layout,
      std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()));
  if (script.parts.empty())
    throw RenderFailed("phiên họp " + number_text + " chưa được ghi hình / meeting " + number_text +
                       " has not been recorded");
  const auto film = wish.out.empty() ? fs::path("phien-hop-" + number_text + ".mp4") : wish.out;
  for (const auto& file : {film, fs::path(film).replace_extension(".vtt")})
    if (fs::exists(file))
      throw RenderFailed(file.string() + ": đã có, hãy chọn tên khác / exists; choose another name (--out)");

  setpriority(PRIO_PROCESS, 0, priority);
  std::chrono::milliseconds whole{};
  for (const auto& part : script.parts) whole += part.end - part.begin;
  Progress progress(out, whole);
  std::stop_source stopping;
  const auto copies = config.data / "recordings" / session::copies_folder(meeting);
  media::Rendered rendered;
  try {
    rendered = media::render(
        {copies, script.directions, script.parts}, film,
        [&](std::chrono::milliseconds done) {
          if (stop != 0) stopping.request_stop();
          progress.show(done);
        },
        stopping.get_token());
  } catch (const media::NoCopies&) {
    throw RenderFailed(copies.string() +
                       ": không có bản gốc nào của các điểm cầu / holds no safety copy of this meeting");
  }
  const auto& last = rendered.parts.back();
  progress.end(last.begin + last.length);

  std::vector<RecordingPart> parts;
  for (std::size_t i = 0; i < rendered.parts.size(); ++i)
    parts.push_back({"", script.parts[i].begin, rendered.parts[i].begin, rendered.parts[i].length});
  write_text(fs::path(film).replace_extension(".vtt"),
             session::chapters_vtt(session::film_log(*brief, log, parts)));
  for (const auto& missing : rendered.missing)
    out << "! " << name_of(missing.source, *brief) << ": không có hình được giữ lại / no picture was kept, "
        << clock_text(missing.at) << " – " << clock_text(missing.at + missing.length) << "\n";
  out << film.string() << "\n";
  return rendered.missing.empty() ? 0 : incomplete;
}

}  // namespace diemcau::server
