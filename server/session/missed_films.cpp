#include "server/session/missed_films.h"

#include <utility>

#include "scheduler/recordings.h"

namespace diemcau::session {
namespace {
namespace fs = std::filesystem;
using namespace std::chrono_literals;
using scheduler::ErrorCode;

constexpr auto kept = 1h;
// The recording itself needs what is left.
constexpr std::uintmax_t least_room = std::uintmax_t{1} << 30;

}  // namespace

MissedFilms::MissedFilms(server::Store& store, server::Jobs& jobs, StageControl& stage, server::Log& log,
                         fs::path recordings, fs::path folder)
    : store_(store),
      jobs_(jobs),
      stage_(stage),
      log_(log),
      recordings_(std::move(recordings)),
      folder_(std::move(folder)) {
  fs::remove_all(folder_);
  fs::create_directories(folder_);
}

std::vector<media::FilmCut> MissedFilms::cuts(MeetingId meeting, const Missed& missed) const {
  std::vector<media::FilmCut> all;
  for (const auto& part : scheduler::Recordings(store_.reading()).of(meeting)) {
    if (part.state == scheduler::RecordingState::damaged) continue;
    const auto from = std::max(missed.from, part.started_at) - part.started_at;
    const auto until = std::min(missed.until, part.ended_at.value_or(missed.until)) - part.started_at;
    if (until > from) all.push_back({recordings_ / part.file, from, until});
  }
  return all;
}

void MissedFilms::make(MeetingId meeting, SiteId site, const Missed& missed, Time now, Answer answer) {
  forget_old(now);
  const auto name = std::to_string(number(meeting)) + "-" + std::to_string(number(site)) + "-" +
                    std::to_string(missed.until.time_since_epoch().count()) + ".mp4";
  const auto known = films_.find(name);
  if (known != films_.end()) {
    known->second.asked_at = now;
    if (known->second.ready) return answer(folder_ / name);
    known->second.waiting.push_back(std::move(answer));
    return;
  }
  auto stretches = cuts(meeting, missed);
  if (stretches.empty()) return answer(scheduler::refuse(ErrorCode::not_found, "missed.not_recorded"));
  std::error_code none;
  if (const auto disk = fs::space(folder_, none); !none && disk.available < least_room)
    return answer(scheduler::refuse(ErrorCode::unavailable, "missed.no_room"));
  auto& film = films_[name];
  film.asked_at = now;
  film.waiting.push_back(std::move(answer));
  log_.info("missed.wanted", {{"meeting", meeting}, {"site", site}});
  jobs_.put([this, stretches = std::move(stretches), to = folder_ / name,
             stop = jobs_.stopping()] { stage_.cut_recordings(stretches, to, stop); },
            [this, name](std::exception_ptr fault) { made(name, fault); });
}

void MissedFilms::made(const std::string& name, const std::exception_ptr& fault) {
  auto& film = films_.at(name);
  film.ready = fault == nullptr;
  const auto waiting = std::exchange(film.waiting, {});
  if (fault) {
    log_.warn("missed.failed", {{"film", name}, {"why", server::what(fault)}});
    films_.erase(name);
  }
  for (const auto& answer : waiting)
    answer(fault ? scheduler::Result<fs::path>(scheduler::refuse(ErrorCode::unavailable, "missed.failed"))
                 : scheduler::Result<fs::path>(folder_ / name));
}

void MissedFilms::forget_old(Time now) {
  std::erase_if(films_, [&](const auto& entry) {
    const auto& [name, film] = entry;
    if (!film.ready || now - film.asked_at < kept) return false;
    std::error_code none;
    fs::remove(folder_ / name, none);
    return true;
  });
}

}  // namespace diemcau::session
