#include "server/signaling/seats.h"

#include <utility>

namespace diemcau::protocol {

Seats::Taken Seats::take(const Audience& hall, const std::string& device, SocketId socket, bool take_over) {
  const auto found = seats_.find(hall);
  if (found == seats_.end()) {
    seats_.emplace(hall, Seat{device, socket, {}, {}, false});
    return {Taking::free, {}};
  }
  auto& seat = found->second;
  const Seat before = seat;
  if (seat.device == device) {
    seat.socket = socket;
    seat.given_up_at.reset();
    return {Taking::own, before};
  }
  if ((seat.socket || seat.encoder) && !take_over) return {Taking::held, before};
  seat = Seat{device, socket, {}, {}, false};
  return {before.socket ? Taking::replaced : Taking::deserted, before};
}

bool Seats::held_by_page(const Audience& hall) const {
  const auto found = seats_.find(hall);
  return found != seats_.end() && !found->second.encoder;
}

std::optional<media::PeerId> Seats::take_for_encoder(const Audience& hall, media::PeerId peer) {
  return std::exchange(seats_[hall], Seat{{}, {}, peer, {}, true}).peer;
}

Seat* Seats::find(const Audience& hall) {
  const auto found = seats_.find(hall);
  return found == seats_.end() ? nullptr : &found->second;
}

std::optional<Seat> Seats::socket_closed(const Audience& hall, SocketId socket, Time now) {
  const auto found = seats_.find(hall);
  if (found == seats_.end() || found->second.socket != socket) return std::nullopt;
  auto& seat = found->second;
  seat.socket.reset();
  seat.given_up_at = now + patience;
  const Seat left = seat;
  if (!left.peer) seats_.erase(found);
  return left;
}

std::vector<std::pair<Audience, Seat>> Seats::give_up(Time now) {
  std::vector<std::pair<Audience, Seat>> gone;
  for (auto seat = seats_.begin(); seat != seats_.end();) {
    if (seat->second.given_up_at && *seat->second.given_up_at <= now) {
      gone.emplace_back(*seat);
      seat = seats_.erase(seat);
    } else {
      ++seat;
    }
  }
  return gone;
}

std::vector<media::PeerId> Seats::take_peers(MeetingId meeting) {
  std::vector<media::PeerId> peers;
  for (auto& [hall, seat] : seats_)
    if (hall.meeting == meeting && seat.peer) peers.push_back(*std::exchange(seat.peer, std::nullopt));
  std::erase_if(seats_,
                [&](const auto& entry) { return entry.first.meeting == meeting && entry.second.encoder; });
  return peers;
}

}  // namespace diemcau::protocol
