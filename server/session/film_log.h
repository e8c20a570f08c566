#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe.hpp>

#include "scheduler/event_log.h"
#include "scheduler/recordings.h"
#include "server/session/state.h"

/// What a film shows when, from the session's event log: chapters, who had the floor, whose microphone was
/// open. Times are milliseconds from the beginning of the film.
namespace diemcau::session {

enum class ChapterKind { item, speaker };
BOOST_DESCRIBE_ENUM(ChapterKind, item, speaker)

struct Chapter {
  std::int64_t at{};
  ChapterKind kind{};
  std::string title;  ///< of the agenda item, or the site's name
};
BOOST_DESCRIBE_STRUCT(Chapter, (), (at, kind, title))

struct Stretch {
  std::int64_t from{}, until{};
};
BOOST_DESCRIBE_STRUCT(Stretch, (), (from, until))

/// One site in the strip of who spoke when.
struct Voice {
  std::string name;
  std::vector<Stretch> floor, microphone;
};
BOOST_DESCRIBE_STRUCT(Voice, (), (name, floor, microphone))

struct FilmLog {
  std::int64_t length{};
  std::vector<Chapter> chapters;  ///< in order
  std::map<SiteId, Voice> voices;
};
BOOST_DESCRIBE_STRUCT(FilmLog, (), (length, chapters, voices))

/// Pure. What happened while nothing was recorded stands where the film goes on.
FilmLog film_log(const Brief& brief, const std::vector<scheduler::LoggedEvent>& log,
                 const std::vector<scheduler::RecordingPart>& parts);

/// The chapters as WebVTT (a text track of kind "chapters").
std::string chapters_vtt(const FilmLog& film);

}  // namespace diemcau::session
