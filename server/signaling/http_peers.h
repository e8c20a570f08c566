#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>

#include "server/auth/hall_links.h"
#include "server/log.h"
#include "server/session/sessions.h"
#include "server/signaling/audiences.h"
#include "server/signaling/seats.h"

namespace diemcau::protocol {

/// The peers that were made over HTTP: encoders that join as a site (WHIP), and players that watch the stage
/// (WHEP). Each is a resource, named by a text that nobody can guess; it ends with its session, with its
/// peer, or by end(). Main thread.
class HttpPeers {
 public:
  struct Surroundings {
    session::Sessions& sessions;
    session::StageControl& stage;
    Seats& seats;
    server::Log& log;
    std::function<Time()> now;
    std::function<media::PeerId()> new_peer;
    /// Whether a hall's pass still opens it.
    std::function<bool(const auth::HallPass&)> still_good;
    std::size_t most_players{};  ///< of one meeting
  };
  explicit HttpPeers(Surroundings around) : around_(std::move(around)) {}

  struct Made {
    std::string resource;
    std::string answer;  ///< SDP
  };
  /// Joins the site of the pass with an encoder's offer, as its page would: refused when a page holds the
  /// site (hall.taken). An encoder that is there already is replaced: it is the same one, back before its old
  /// line was known to be gone. `answer` is called once the join is stored, or at once with why not.
  void join(const auth::HallPass& pass, const std::string& offer,
            std::function<void(scheduler::Result<Made>)> answer);
  /// A player: its m-lines get the stage's slots in order. Refuses players.too_many (unavailable).
  scheduler::Result<Made> watch(MeetingId meeting, const std::string& offer);

  /// The entity tag of this encoder's (`whose` has a site) or player's resource: another after each ICE
  /// restart (RFC 9725 4.3.1). nullopt: there is none.
  std::optional<std::string> tag(const Audience& whose, const std::string& resource);
  /// ICE restart with SDP fragments: theirs, and ours in return. Refuses peer.not_found, media.offer_broken.
  scheduler::Result<std::string> restart_ice(const Audience& whose, const std::string& resource,
                                             const std::string& fragment);
  /// Ends it; an encoder's site leaves the session. False: there is none.
  bool end(const Audience& whose, const std::string& resource);

  void on_media(const media::Event& event);
  /// Ends what may not be any more: renewed links, sessions that are over, sites that a page took over.
  void check_again();

 private:
  struct Resource {
    Audience whose;
    media::PeerId peer{};
    int generation{};  ///< of an encoder's pass
    int restarts = 0;
  };
  using Found = std::unordered_map<std::string, Resource>::iterator;

  scheduler::Result<Made> connect(const Audience& whose, int generation, const std::string& offer);
  bool lives(const Resource& resource);
  Found find(const Audience& whose, const std::string& resource);
  void drop(Found at);
  /// As drop; an encoder's site has lost its line.
  void lose(Found at);

  Surroundings around_;
  std::unordered_map<std::string, Resource> resources_;
  std::unordered_map<media::PeerId, std::string> by_peer_;
  std::map<MeetingId, std::size_t> players_;
};

}  // namespace diemcau::protocol
