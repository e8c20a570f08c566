#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "server/jobs.h"
#include "server/session/stage_control.h"
#include "server/session/views.h"
#include "server/store.h"

namespace diemcau::session {
using scheduler::MeetingId;
using scheduler::SiteId;

/// What halls did not see while their lines were cut, cut out of the recording that still goes on. A film for
/// each hall and stretch, made when it is asked for, kept for an hour after it was last. Main thread.
class MissedFilms {
 public:
  /// `folder` is emptied.
  MissedFilms(server::Store& store, server::Jobs& jobs, StageControl& stage, server::Log& log,
              std::filesystem::path recordings, std::filesystem::path folder);

  /// Refuses missed.not_recorded, missed.no_room, missed.failed.
  using Answer = std::function<void(scheduler::Result<std::filesystem::path>)>;
  void make(MeetingId meeting, SiteId site, const Missed& missed, Time now, Answer answer);

 private:
  struct Film {
    bool ready = false;
    Time asked_at{};
    std::vector<Answer> waiting;
  };
  std::vector<media::FilmCut> cuts(MeetingId meeting, const Missed& missed) const;
  void made(const std::string& name, const std::exception_ptr& fault);
  void forget_old(Time now);

  server::Store& store_;
  server::Jobs& jobs_;
  StageControl& stage_;
  server::Log& log_;
  const std::filesystem::path recordings_, folder_;
  std::map<std::string, Film> films_;  ///< by the names of their files
};

}  // namespace diemcau::session
