#include "server/session/film_log.h"

#include <algorithm>
#include <cstdio>

#include "server/session/events.h"
#include "server/signaling/json_codec.h"

namespace diemcau::session {
namespace {

using scheduler::RecordingPart;

/// The moment of the film that shows what happened then, or the next after it.
std::int64_t in_film(const std::vector<RecordingPart>& parts, Time at) {
  std::int64_t end = 0;
  for (const auto& part : parts) {
    const auto passed = std::max(at - part.started_at, std::chrono::milliseconds(0));
    if (passed < part.length) return (part.position + passed).count();
    end = (part.position + part.length).count();
  }
  return end;
}

class Reading {
 public:
  Reading(const Brief& brief, const std::vector<RecordingPart>& parts) : brief_(brief), parts_(parts) {
    if (!parts.empty()) film_.length = (parts.back().position + parts.back().length).count();
  }

  void read(const Event& event, Time at) {
    now_ = in_film(parts_, at);
    std::visit([this](const auto& one) { on(one); }, event);
  }

  FilmLog take() {
    now_ = film_.length;
    end_floor();
    while (!open_.empty()) close(open_.begin()->first);
    std::erase_if(film_.voices, [](const auto& voice) {
      return voice.second.floor.empty() && voice.second.microphone.empty();
    });
    return std::move(film_);
  }

 private:
  void on(const ItemBegun& event) {
    const auto index = static_cast<std::size_t>(event.item);
    add_chapter(ChapterKind::item, index < brief_.agenda.size() ? brief_.agenda[index].title : "");
  }
  void on(const FloorGiven& event) {
    end_floor();
    speaker_ = event.site;
    floor_since_ = now_;
    add_chapter(ChapterKind::speaker, name(event.site));
  }
  void on(const FloorTaken&) { end_floor(); }
  void on(const MicrophoneOpened& event) { open_.try_emplace(event.site, now_); }
  void on(const MicrophoneClosed& event) { close(event.site); }
  template <class Other>
  void on(const Other&) {}

  void add_chapter(ChapterKind kind, const std::string& title) {
    if (now_ >= film_.length || title.empty()) return;
    // Several while nothing was recorded: the last is the one that goes on.
    std::erase_if(film_.chapters,
                  [&](const Chapter& chapter) { return chapter.at == now_ && chapter.kind == kind; });
    film_.chapters.push_back({now_, kind, title});
  }
  void end_floor() {
    if (speaker_ && floor_since_ < now_) voice(*speaker_).floor.push_back({floor_since_, now_});
    speaker_.reset();
  }
  void close(SiteId site) {
    const auto found = open_.find(site);
    if (found == open_.end()) return;
    if (found->second < now_) voice(site).microphone.push_back({found->second, now_});
    open_.erase(found);
  }
  Voice& voice(SiteId site) {
    auto& found = film_.voices[site];
    found.name = name(site);
    return found;
  }
  std::string name(SiteId site) const {
    const auto found = brief_.halls.find(site);
    return found == brief_.halls.end() ? std::to_string(number(site)) : found->second.name;
  }

  const Brief& brief_;
  const std::vector<RecordingPart>& parts_;
  FilmLog film_;
  std::int64_t now_ = 0;
  std::optional<SiteId> speaker_;
  std::int64_t floor_since_ = 0;
  std::map<SiteId, std::int64_t> open_;  ///< microphones, since when
};

std::string vtt_time(std::int64_t milliseconds) {
  char text[32];
  std::snprintf(
      text, sizeof text, "%02lld:%02lld:%02lld.%03lld", static_cast<long long>(milliseconds / 3600000),
      static_cast<long long>(milliseconds / 60000 % 60), static_cast<long long>(milliseconds / 1000 % 60),
      static_cast<long long>(milliseconds % 1000));
  return text;
}

/// Cue text: one line, and no markup of its own.
std::string vtt_text(const std::string& title) {
  std::string text;
  for (const char letter : title) {
    if (letter == '&') {
      text += "&amp;";
    } else if (letter == '<') {
      text += "&lt;";
    } else {
      text += letter == '\n' || letter == '\r' ? ' ' : letter;
    }
  }
  return text;
}

}  // namespace

FilmLog film_log(const Brief& brief, const std::vector<scheduler::LoggedEvent>& log,
                 const std::vector<RecordingPart>& parts) {
  Reading reading(brief, parts);
  for (const auto& entry : log)
    reading.read(protocol::decode<Event>(nlohmann::json::parse(entry.event)), entry.at);
  return reading.take();
}

std::string chapters_vtt(const FilmLog& film) {
  std::string text = "WEBVTT\n";
  for (std::size_t i = 0; i < film.chapters.size(); ++i) {
    const auto& chapter = film.chapters[i];
    auto until = film.length;
    for (auto next = i + 1; next < film.chapters.size() && until == film.length; ++next)
      if (film.chapters[next].at > chapter.at) until = film.chapters[next].at;
    text += "\n" + vtt_time(chapter.at) + " --> " + vtt_time(until) + "\n" + vtt_text(chapter.title) + "\n";
  }
  return text;
}

}  // namespace diemcau::session
