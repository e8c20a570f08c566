#pragma once
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "media/replay.h"
#include "server/jobs.h"
#include "server/log.h"
#include "server/session/sessions.h"
#include "server/signaling/http_peers.h"

namespace diemcau::server {

/// The halls of `diemcau demo --halls N`: while the example's session is open they join it as encoders do,
/// each with a picture that names it and a voice that does, and now and then one asks for the floor. So one
/// person at one machine sees a session as it will be. A person who opens such a hall's link takes its place.
/// Main thread.
class DemoHalls {
 public:
  struct Hall {
    auth::HallPass pass;
    std::string name;
    int number{};
  };
  struct Surroundings {
    session::Sessions& sessions;
    protocol::HttpPeers& http_peers;
    Jobs& jobs;
    Log& log;
    std::function<scheduler::Time()> now;
  };
  /// Has their pictures and voices made in `folder`, those that are not there yet. `halls` are all of the
  /// meeting's.
  DemoHalls(Surroundings around, const std::filesystem::path& folder, const std::vector<Hall>& halls);

  void tick();  ///< once a second

 private:
  struct Seated {
    Hall hall;
    std::filesystem::path film;
    bool ready = false;  ///< its film is made
    std::optional<media::ReplayId> replay;
    std::string resource;  ///< of http_peers; empty: the answer is not here yet
    std::chrono::steady_clock::time_point not_before{};
  };
  void make_film(std::size_t hall, const std::filesystem::path& folder);
  void join(Seated& hall);
  void leave(Seated& hall);
  void raise_a_hand(const session::State& state);
  Seated* find(media::ReplayId replay);

  Surroundings around_;
  std::vector<Seated> halls_;
  media::Replays replays_;
  std::size_t next_speaker_ = 0;
  std::chrono::steady_clock::time_point next_hand_{};
};

}  // namespace diemcau::server
