#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "media/media.h"
#include "server/http/listener.h"
#include "server/signaling/audiences.h"

namespace diemcau::protocol {

/// The place of a hall in a session: one device holds it. It outlives its WebSocket for a while, so that a
/// page that reloads or a line that stutters finds its media still running.
struct Seat {
  std::string device;
  std::optional<SocketId> socket;
  std::optional<media::PeerId> peer;
  std::optional<Time> given_up_at{};                 ///< without a socket: until when its media may go on
  bool encoder = false;                              ///< held by an encoder (WHIP): no socket, only the peer
  std::optional<std::vector<std::string>> layers{};  ///< what was last said to be wanted of its camera
  std::optional<bool> screen{};                      ///< whether its screen was last said to be wanted
  bool program = false;                              ///< it sees the program
  std::vector<std::size_t> late{};                   ///< see PicturesLate
  bool ahead = false;                                ///< its peer is ready, and not in the session yet
};

/// Who sits where. Pure bookkeeping: no socket and no media is touched. Main thread.
class Seats {
 public:
  static constexpr std::chrono::seconds patience{20};

  /// What taking a seat means for who was there.
  enum class Taking {
    free,      ///< nobody was there
    own,       ///< the same device comes back: its old socket goes, its media stays
    deserted,  ///< another device, whose page is gone, or an encoder: its media goes
    held,      ///< another device is there, and stays
    replaced   ///< another device's page was there, and goes
  };
  struct Taken {
    Taking taking{};
    Seat before;
  };
  Taken take(const Audience& hall, const std::string& device, SocketId socket, bool take_over);
  /// A page holds it, or held it a moment ago and may be back.
  bool held_by_page(const Audience& hall) const;
  /// An encoder takes a seat that no page holds. Answers the peer of the encoder before it, which goes.
  std::optional<media::PeerId> take_for_encoder(const Audience& hall, media::PeerId peer);
  Seat* find(const Audience& hall);
  /// The socket of this hall is closed. What remains of the seat: its peer, when media goes on; else the seat
  /// is free. nullopt: this socket did not hold it any more.
  std::optional<Seat> socket_closed(const Audience& hall, SocketId socket, Time now);
  void free(const Audience& hall) { seats_.erase(hall); }
  /// Seats whose time without a socket is over; they are free then.
  std::vector<std::pair<Audience, Seat>> give_up(Time now);
  /// Takes the peers of all seats of a meeting; an encoder's seat is free then.
  std::vector<media::PeerId> take_peers(MeetingId meeting);

 private:
  std::map<Audience, Seat> seats_;
};

}  // namespace diemcau::protocol
