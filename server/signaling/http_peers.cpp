#include "server/signaling/http_peers.h"

#include <utility>
#include <vector>

#include "server/auth/random.h"

namespace diemcau::protocol {
namespace {
using scheduler::ErrorCode;
using scheduler::refuse;
using scheduler::Result;

constexpr std::size_t resource_bytes = 16;

/// nullopt, or why nothing can be connected to this session.
std::optional<scheduler::Error> not_open(const session::Session* session) {
  if (session == nullptr) return scheduler::Error{ErrorCode::not_found, "meeting.not_found", ""};
  const auto state = session->shown().state;
  if (state == session::SessionState::open) return std::nullopt;
  const bool ended = state == session::SessionState::ended;
  return scheduler::Error{ErrorCode::conflict, ended ? "session.ended" : "session.not_open", ""};
}

auto refuse_as(const media::OfferRefused& refused) {
  const auto code = refused.text_key == "media.offer_too_large" ? ErrorCode::too_large
                    : refused.text_key == "media.peer_gone"     ? ErrorCode::conflict
                                                                : ErrorCode::invalid;
  return refuse(code, refused.text_key, refused.detail);
}

session::Actor hall_actor(const Audience& hall) { return {session::Giver::hall, *hall.site, {}}; }

}  // namespace

Result<HttpPeers::Made> HttpPeers::connect(const Audience& whose, int generation, const std::string& offer) {
  const auto peer = around_.new_peer();
  const auto publishes = whose.site ? std::optional(media::SourceId{number(*whose.site)}) : std::nullopt;
  auto answer =
      around_.stage.connect(peer, media::StageId{number(whose.meeting)}, publishes, offer,
                            publishes ? media::Way::to_us : media::Way::from_us, media::Entry::at_once);
  if (const auto* refused = std::get_if<media::OfferRefused>(&answer)) return refuse_as(*refused);
  auto resource = auth::base64url(auth::random_bytes(resource_bytes));
  resources_[resource] = {whose, peer, generation, 0};
  by_peer_[peer] = resource;
  if (!whose.site) ++players_[whose.meeting];
  return Made{std::move(resource), std::get<std::string>(std::move(answer))};
}

void HttpPeers::join(const auth::HallPass& pass, const std::string& offer,
                     std::function<void(Result<Made>)> answer) {
  auto* session = around_.sessions.find(pass.meeting);
  if (auto why = not_open(session)) return answer(tl::unexpected(*why));
  const Audience hall{pass.meeting, pass.site};
  if (around_.seats.held_by_page(hall)) return answer(refuse(ErrorCode::conflict, "hall.taken"));
  // Before the join is stored: an offer that is none must not show the site as connected for a moment.
  auto made = connect(hall, pass.generation, offer);
  if (!made) return answer(std::move(made));
  const auto peer = resources_.at(made->resource).peer;
  if (const auto before = around_.seats.take_for_encoder(hall, peer)) {
    const auto known = by_peer_.find(*before);
    if (known != by_peer_.end()) drop(resources_.find(known->second));
  }
  session->give(hall_actor(hall), session::Join{}, around_.now(),
                [this, hall, made = std::move(*made), answer = std::move(answer)](Result<int> joined) {
                  if (joined && find(hall, made.resource) != resources_.end()) {
                    around_.log.info("encoder.joined", {{"meeting", hall.meeting}, {"site", *hall.site}});
                    return answer(made);
                  }
                  const auto at = resources_.find(made.resource);
                  if (at != resources_.end()) lose(at);
                  answer(joined ? Result<Made>(refuse(ErrorCode::conflict, "hall.replaced"))
                                : Result<Made>(tl::unexpected(joined.error())));
                });
}

Result<HttpPeers::Made> HttpPeers::watch(MeetingId meeting, const std::string& offer) {
  if (auto why = not_open(around_.sessions.find(meeting))) return tl::unexpected(*why);
  const auto count = players_.find(meeting);
  if (count != players_.end() && count->second >= around_.most_players)
    return refuse(ErrorCode::unavailable, "players.too_many", std::to_string(around_.most_players));
  return connect({meeting, {}}, 0, offer);
}

bool HttpPeers::lives(const Resource& resource) {
  if (not_open(around_.sessions.find(resource.whose.meeting))) return false;
  if (!resource.whose.site) return true;
  const auto* seat = around_.seats.find(resource.whose);
  return seat != nullptr && seat->peer == resource.peer;
}

HttpPeers::Found HttpPeers::find(const Audience& whose, const std::string& resource) {
  const auto at = resources_.find(resource);
  return at != resources_.end() && at->second.whose == whose && lives(at->second) ? at : resources_.end();
}

std::optional<std::string> HttpPeers::tag(const Audience& whose, const std::string& resource) {
  const auto at = find(whose, resource);
  if (at == resources_.end()) return std::nullopt;
  return "\"" + resource + "-" + std::to_string(at->second.restarts) + "\"";
}

scheduler::Result<std::string> HttpPeers::restart_ice(const Audience& whose, const std::string& resource,
                                                      const std::string& fragment) {
  const auto at = find(whose, resource);
  if (at == resources_.end()) return refuse(ErrorCode::not_found, "peer.not_found", "");
  auto answer = around_.stage.restart_ice_by_fragment(at->second.peer, fragment);
  if (const auto* refused = std::get_if<media::OfferRefused>(&answer)) return refuse_as(*refused);
  ++at->second.restarts;
  return std::get<std::string>(std::move(answer));
}

bool HttpPeers::end(const Audience& whose, const std::string& resource) {
  const auto at = find(whose, resource);
  if (at == resources_.end()) return false;
  drop(at);
  if (whose.site) {
    around_.log.info("encoder.left", {{"meeting", whose.meeting}, {"site", *whose.site}});
    around_.sessions.find(whose.meeting)->give(hall_actor(whose), session::Leave{}, around_.now());
  }
  return true;
}

void HttpPeers::drop(Found at) {
  const auto whose = at->second.whose;
  const auto peer = at->second.peer;
  around_.stage.disconnect(peer);
  const auto* seat = whose.site ? around_.seats.find(whose) : nullptr;
  if (seat != nullptr && seat->peer == peer) around_.seats.free(whose);
  if (!whose.site && --players_[whose.meeting] == 0) players_.erase(whose.meeting);
  by_peer_.erase(peer);
  resources_.erase(at);
}

void HttpPeers::lose(Found at) {
  const auto whose = at->second.whose;
  const bool lived = lives(at->second);
  drop(at);
  if (whose.site && lived) around_.sessions.lose_site(whose.meeting, *whose.site, around_.now());
}

void HttpPeers::on_media(const media::Event& event) {
  const auto of = [&](const auto* told) {
    const auto known = told == nullptr ? by_peer_.end() : by_peer_.find(told->peer);
    return known == by_peer_.end() ? resources_.end() : resources_.find(known->second);
  };
  if (const auto lost = of(std::get_if<media::PeerLost>(&event)); lost != resources_.end()) return lose(lost);
  const auto silent = of(std::get_if<media::PeerSilent>(&event));
  const auto back = of(std::get_if<media::PeerBack>(&event));
  const auto at = silent != resources_.end() ? silent : back;
  if (at == resources_.end() || !at->second.whose.site || !lives(at->second)) return;
  const auto& hall = at->second.whose;
  if (at == silent) return around_.sessions.lose_site(hall.meeting, *hall.site, around_.now());
  around_.sessions.find(hall.meeting)->give(hall_actor(hall), session::Join{}, around_.now());
}

void HttpPeers::check_again() {
  std::vector<std::string> over;
  for (const auto& [name, resource] : resources_) {
    const auto& whose = resource.whose;
    if (!lives(resource) ||
        (whose.site && !around_.still_good({whose.meeting, *whose.site, resource.generation})))
      over.push_back(name);
  }
  for (const auto& name : over) lose(resources_.find(name));
}

}  // namespace diemcau::protocol
