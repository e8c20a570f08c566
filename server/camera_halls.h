#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "media/hall_cameras.h"
#include "server/log.h"
#include "server/session/sessions.h"
#include "server/signaling/http_peers.h"

namespace diemcau::server {

/// The halls without a PC: while a session is open their RTSP cameras join it, as encoders do. A page of such
/// a hall takes its place for as long as it is there. A camera that fails is tried again: after five seconds,
/// then after twice as long each time, a minute at most. Main thread.
class CameraHalls {
 public:
  struct Surroundings {
    session::Sessions& sessions;
    protocol::HttpPeers& http_peers;
    protocol::Seats& seats;
    Store& store;
    Log& log;
    std::string key;  ///< that locks the addresses of cameras (auth/lock.h)
  };
  explicit CameraHalls(Surroundings around) : around_(std::move(around)) {}

  void tick();  ///< once a second
  /// What the consoles of a meeting are told; nullopt: it has no such hall.
  std::optional<protocol::Cameras> of(scheduler::MeetingId meeting) const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Hall {
    std::string locked;  ///< its address
    int generation{};    ///< of its link
    std::optional<media::HallCameraId> camera;
    Clock::time_point since{};                    ///< when it was connected to
    std::optional<media::CameraTrouble> trouble;  ///< of the last attempt
    std::chrono::seconds wait{};
    Clock::time_point not_before{};
  };
  using Halls = std::map<protocol::Audience, Hall>;

  void follow_sessions();
  void connect(const protocol::Audience& whose, Hall& hall);
  void join(const media::CameraOffers& offers);
  void note(const media::CameraEnded& ended);
  void leave(Hall& hall);
  Halls::iterator find(media::HallCameraId camera);

  Surroundings around_;
  Halls halls_;  ///< of the sessions that are open
  media::HallCameras cameras_;
};

}  // namespace diemcau::server
