#include "server/signaling/connections.h"

#include "scheduler/meetings.h"
#include "server/auth/cookies.h"
#include "server/auth/roles.h"
#include "server/signaling/typescript.h"

namespace diemcau::protocol {
namespace {
using http::Delivery;
using scheduler::Error;
using scheduler::ErrorCode;

constexpr int commands_per_second = 30;
constexpr std::chrono::seconds greeting_within{10};
constexpr std::chrono::milliseconds snapshot_every{1000};
constexpr std::uint16_t close_normal = 1000;
constexpr std::uint16_t close_try_again = 1012;  // "service restart"
constexpr std::size_t device_limit = 100;

SiteId site_of(media::SourceId source) {
  return SiteId{static_cast<std::int64_t>(media::is_screen(source) ? media::publisher_of(source) : source)};
}
media::StageId stage_of(MeetingId meeting) { return media::StageId{number(meeting)}; }

/// "/command/site: expected an integer" → "/command/site".
std::string pointer_of(const DecodeError& error) {
  const std::string text = error.what();
  const auto colon = text.find(": ");
  return colon == 0 ? "/" : text.substr(0, colon);
}

}  // namespace

Connections::Connections(Surroundings around) : around_(std::move(around)) {
  around_.sessions.on_shown([this](MeetingId meeting) { session_shown(meeting); });
}

void Connections::speak_through(http::Sockets& sockets) {
  sockets_ = &sockets;
  audiences_.emplace(sockets, around_.sessions);
}

// ---- coming and going

void Connections::opened(SocketId socket, const http::Request& request) {
  auto& connection = connections_[socket];
  connection.cookie = request.cookie(auth::cookie_name);
  connection.opened_at = around_.now();
}

void Connections::greet(Connected at, const Hello& hello) {
  const auto socket = at->first;
  if (hello.protocol != hash()) return part(socket, "page.outdated", false, hash());
  if (hello.device.empty() || hello.device.size() > device_limit ||
      hello.hall.has_value() == hello.meeting.has_value())
    return refuse(socket, {}, {ErrorCode::invalid, "message.broken", "/"});
  at->second.device = hello.device;
  if (hello.hall) {
    greet_hall(at, *hello.hall, hello.take_over.value_or(false));
  } else {
    greet_console(at, *hello.meeting);
  }
}

void Connections::greet_console(Connected at, MeetingId meeting) {
  const auto account = around_.log_in(at->second.cookie);
  if (!account) return part(at->first, "auth.needed", false);
  if (!auth::may(account->role, auth::Right::conduct)) return part(at->first, "auth.forbidden", false);
  if (around_.sessions.find(meeting) == nullptr) return part(at->first, "meeting.not_found", false);
  at->second.actor = {session::Giver::operator_, {}, account->id};
  at->second.audience = Audience{meeting, {}};
  around_.log.info("console.connected", {{"meeting", meeting}, {"account", account->id}});
  show_whole(at);
  const auto& lines = around_.lines.lines();
  if (const auto known = lines.find(meeting); known != lines.end()) send(at->first, Lines{known->second});
  for (const auto& [hall, snapshot] : snapshots_)
    if (hall.meeting == meeting) sockets_->send_bytes(at->first, snapshot, Delivery::lossy);
}

void Connections::greet_hall(Connected at, const std::string& token, bool take_over) {
  const auto socket = at->first;
  auto pass = around_.links.read(token);
  if (pass) pass = still_good(*pass);
  if (!pass) return part(socket, pass.error().text_key, false);
  if (around_.sessions.find(pass->meeting) == nullptr) return part(socket, "link.wrong", false);
  const Audience hall{pass->meeting, pass->site};
  auto taken = around_.seats.take(hall, at->second.device, socket, take_over);
  switch (taken.taking) {
    case Seats::Taking::held:
      return part(socket, "hall.taken", false);
    case Seats::Taking::own:
      if (taken.before.socket) {
        const auto old = connections_.find(*taken.before.socket);
        if (old != connections_.end()) old->second.leaving = true;
        sockets_->close(*taken.before.socket, close_normal);
      }
      break;
    case Seats::Taking::replaced:
      part(*taken.before.socket, "hall.replaced", false);
      [[fallthrough]];
    case Seats::Taking::deserted:
      drop_peer(taken.before.peer);
      around_.sessions.lose_site(hall.meeting, *hall.site, around_.now());
      break;
    case Seats::Taking::free:
      break;
  }
  at->second.actor = {session::Giver::hall, pass->site, {}};
  at->second.pass = *pass;
  at->second.audience = hall;
  around_.log.info("hall.connected", {{"meeting", pass->meeting}, {"site", pass->site}});
  show_whole(at);
}

void Connections::show_whole(Connected at) {
  const auto& audience = *at->second.audience;
  audiences_->enter(at->first, audience);
  const auto* seat = audience.site ? around_.seats.find(audience) : nullptr;
  const bool alive = seat != nullptr ? seat->peer.has_value() : at->second.peer.has_value();
  audiences_->send_whole(at->first, audience, alive, around_.now());
  if (alive && seat != nullptr && seat->layers) send(at->first, SendLayers{*seat->layers});
  if (alive && seat != nullptr && seat->screen) send(at->first, SendScreen{*seat->screen});
  if (alive && seat != nullptr && seat->program) send(at->first, ShowProgram{true});
  if (alive && seat != nullptr && !seat->late.empty()) send(at->first, PicturesLate{seat->late});
}

void Connections::closed(SocketId socket) {
  const auto at = connections_.find(socket);
  if (at == connections_.end()) return;
  auto& connection = at->second;
  if (connection.audience) {
    const auto audience = *connection.audience;
    audiences_->leave(socket, audience);
    drop_peer(connection.peer);
    if (audience.site) {
      const auto seat = around_.seats.socket_closed(audience, socket, around_.now());
      if (seat && !seat->peer) around_.sessions.lose_site(audience.meeting, *audience.site, around_.now());
      around_.log.info("hall.disconnected", {{"meeting", audience.meeting}, {"site", *audience.site}});
    }
  }
  connections_.erase(at);
}

scheduler::Result<auth::HallPass> Connections::still_good(const auth::HallPass& pass) const {
  const auto meeting = scheduler::Meetings(around_.store.reading()).find(pass.meeting);
  if (!meeting) return scheduler::refuse(ErrorCode::not_found, "link.wrong");
  return auth::HallLinks::check(pass, *meeting, around_.now());
}

void Connections::check_again(std::optional<MeetingId> meeting) {
  for (const auto& [socket, connection] : connections_) {
    if (!connection.audience || connection.leaving || (meeting && connection.audience->meeting != *meeting))
      continue;
    if (connection.pass) {
      const auto good = still_good(*connection.pass);
      if (!good) part(socket, good.error().text_key, false);
    } else {
      const auto account = around_.log_in(connection.cookie);
      if (!account || !auth::may(account->role, auth::Right::conduct))
        part(socket, account ? "auth.forbidden" : "auth.needed", false);
    }
  }
}

// ---- messages

void Connections::received_text(SocketId socket, std::string message) {
  const auto at = connections_.find(socket);
  if (at == connections_.end() || at->second.leaving) return;
  const auto now = around_.now();
  if (now - at->second.second >= std::chrono::seconds(1)) {
    at->second.second = now;
    at->second.commands = 0;
  }
  std::optional<std::uint32_t> id;
  try {
    const auto parsed = json::parse(message);
    // A refusal names the question even when the rest of it is broken.
    if (parsed.is_object() && parsed.contains("id") && parsed.at("id").is_number_unsigned() &&
        parsed.at("id").get<std::uint64_t>() <= UINT32_MAX)
      id = parsed.at("id").get<std::uint32_t>();
    if (++at->second.commands > commands_per_second)
      return refuse(socket, id, {ErrorCode::too_many, "message.too_many", ""});
    const auto decoded = decode<ClientMessage>(parsed);
    const auto* hello = std::get_if<Hello>(&decoded);
    if ((hello != nullptr) == at->second.audience.has_value())
      return refuse(socket, id, {ErrorCode::invalid, "message.out_of_order", ""});
    if (hello != nullptr) {
      greet(at, *hello);
    } else if (const auto* offer = std::get_if<Offer>(&decoded)) {
      receive(at, *offer);
    } else if (const auto* restart = std::get_if<RestartIce>(&decoded)) {
      receive(at, *restart);
    } else if (const auto* give = std::get_if<Give>(&decoded)) {
      receive(at, *give);
    } else if (const auto* freezes = std::get_if<ReportFreezes>(&decoded)) {
      report(at->second, *freezes);
    } else if (const auto* next = std::get_if<ShowNext>(&decoded)) {
      prepare(at->second, next->scene);
    } else {
      show_whole(at);
    }
  } catch (const DecodeError& e) {
    refuse(socket, id, {ErrorCode::invalid, "message.broken", pointer_of(e)});
  } catch (const json::exception&) {
    refuse(socket, {}, {ErrorCode::invalid, "message.broken", "/"});
  } catch (const std::exception& e) {
    around_.log.error("signaling.fault", {{"socket", socket}, {"why", e.what()}});
    refuse(socket, id, {ErrorCode::unavailable, "server.fault", ""});
  }
}

void Connections::receive(Connected at, const Give& give) {
  const auto socket = at->first;
  const auto& connection = at->second;
  if (std::holds_alternative<session::Join>(give.command)) return join_ahead(at, give.id);
  auto* session = around_.sessions.find(connection.audience->meeting);
  if (session == nullptr) return refuse(socket, give.id, {ErrorCode::not_found, "meeting.not_found", ""});
  const bool leaves = std::holds_alternative<session::Leave>(give.command);
  session->give(
      connection.actor, give.command, around_.now(),
      [this, socket, id = give.id, leaves, audience = *connection.audience](scheduler::Result<int> result) {
        if (!result) return refuse(socket, id, result.error());
        auto* seat = leaves ? around_.seats.find(audience) : nullptr;
        if (seat != nullptr) drop_peer(seat->peer);
        send(socket, Done{id});
      });
}

/// A hall enters with its media, or it would be shown as connected and be dark.
void Connections::join_ahead(Connected at, std::uint32_t id) {
  const auto socket = at->first;
  const auto audience = *at->second.audience;
  const auto ready = [this, socket, audience]() -> Seat* {
    auto* const seat = audience.site ? around_.seats.find(audience) : nullptr;
    return seat != nullptr && seat->socket == socket && seat->peer && seat->ahead ? seat : nullptr;
  };
  auto* const session = around_.sessions.find(audience.meeting);
  if (session == nullptr || (audience.site && ready() == nullptr))
    return refuse(socket, id, {ErrorCode::conflict, "media.peer_gone", ""});
  session->give(at->second.actor, session::Join{}, around_.now(),
                [this, socket, id, audience, ready](scheduler::Result<int> joined) {
                  if (!joined) return refuse(socket, id, joined.error());
                  auto* const seat = ready();
                  if (seat == nullptr) {
                    around_.sessions.lose_site(audience.meeting, *audience.site, around_.now());
                    return refuse(socket, id, {ErrorCode::conflict, "media.peer_gone", ""});
                  }
                  seat->ahead = false;
                  around_.stage.admit(*seat->peer);
                  send(socket, Done{id});
                });
}

void Connections::receive(Connected at, const Offer& offer) {
  const auto socket = at->first;
  const auto& connection = at->second;
  auto* session = around_.sessions.find(connection.audience->meeting);
  if (session == nullptr) return refuse(socket, offer.id, {ErrorCode::not_found, "meeting.not_found", ""});
  if (!connection.audience->site || offer.ahead.value_or(false)) {
    const auto* seat = connection.audience->site ? around_.seats.find(*connection.audience) : nullptr;
    if (seat != nullptr && seat->peer && !seat->ahead)  // it is in session
      return refuse(socket, offer.id, {ErrorCode::conflict, "message.out_of_order", ""});
    if (session->shown().state != session::SessionState::open)
      return refuse(socket, offer.id, {ErrorCode::conflict, "session.not_open", ""});
    return connect_media(socket, offer);
  }
  session->give(connection.actor, session::Join{}, around_.now(),
                [this, socket, offer](scheduler::Result<int> joined) {
                  if (!joined) return refuse(socket, offer.id, joined.error());
                  connect_media(socket, offer);
                });
}

void Connections::receive(Connected at, const RestartIce& restart) {
  const auto& connection = at->second;
  const auto* seat = connection.audience->site ? around_.seats.find(*connection.audience) : nullptr;
  const auto peer = seat != nullptr && seat->socket == at->first ? seat->peer : connection.peer;
  const auto answer =
      peer ? around_.stage.restart_ice(*peer, restart.sdp) : media::OfferRefused{"media.peer_gone", ""};
  if (const auto* refused = std::get_if<media::OfferRefused>(&answer))
    return refuse(at->first, restart.id, {ErrorCode::invalid, refused->text_key, refused->detail});
  send(at->first, Answer{restart.id, std::get<std::string>(answer)});
}

void Connections::connect_media(SocketId socket, const Offer& offer) {
  const auto at = connections_.find(socket);
  const auto audience = at == connections_.end() || at->second.leaving ? std::nullopt : at->second.audience;
  if (!audience) return;  // gone while its join was being stored: closed() has lost the site
  auto* seat = audience->site ? around_.seats.find(*audience) : nullptr;
  if (audience->site && (seat == nullptr || seat->socket != socket)) return;
  const auto peer = around_.new_peer();
  const auto publishes =
      audience->site ? std::optional(media::SourceId{number(*audience->site)}) : std::nullopt;
  const bool ahead = seat != nullptr && offer.ahead.value_or(false);
  const auto answer =
      around_.stage.connect(peer, stage_of(audience->meeting), publishes, offer.sdp, media::Way::both,
                            ahead ? media::Entry::when_admitted : media::Entry::at_once);
  auto& held = seat != nullptr ? seat->peer : at->second.peer;
  drop_peer(held);  // after connect: the new one has taken its place as the source without a gap
  if (const auto* refused = std::get_if<media::OfferRefused>(&answer)) {
    if (audience->site && !ahead)
      around_.sessions.lose_site(audience->meeting, *audience->site, around_.now());
    return refuse(socket, offer.id, {ErrorCode::invalid, refused->text_key, refused->detail});
  }
  held = peer;
  if (seat != nullptr) {
    seat->layers.reset();
    seat->screen.reset();
    seat->program = false;
    seat->late.clear();
    seat->ahead = ahead;
  }
  peers_[peer] = {*audience, audience->site ? std::nullopt : std::optional(socket)};
  send(socket, Answer{offer.id, std::get<std::string>(answer)});
}

void Connections::prepare(const Connection& connection, const session::Scene& scene) {
  if (connection.audience->site || scene.cells.size() > session::cells_of(scene.layout)) return;
  media::Scene next{static_cast<media::Layout>(scene.layout), {}};
  for (const auto& cell : scene.cells)
    next.cells.push_back(
        {cell.source ? std::optional(session::media_source(*cell.source)) : std::nullopt, ""});
  around_.stage.set_next(stage_of(connection.audience->meeting), next);
}

void Connections::report(const Connection& connection, const ReportFreezes& freezes) {
  const auto [meeting, site] = *connection.audience;
  const auto* session = site ? around_.sessions.find(meeting) : nullptr;
  if (session == nullptr) return;
  // A film may be paused, and of its own camera a hall gets nothing.
  const auto scene = session->shown().staged();
  const auto& main = scene.cells.at(0).source;
  const auto* camera = main ? std::get_if<session::Camera>(&*main) : nullptr;
  if (camera != nullptr && camera->site != *site)
    around_.lines.on_freezes(meeting, *site, freezes, around_.now());
}

void Connections::received_bytes(SocketId socket, std::string message) {
  const auto at = connections_.find(socket);
  if (at == connections_.end() || !at->second.audience || !at->second.audience->site || at->second.leaving)
    return;
  auto& connection = at->second;
  const auto now = around_.now();
  const bool jpeg = message.size() > 8 && message.compare(4, 3, "\xff\xd8\xff") == 0;
  if (!jpeg || message.size() > 4 + snapshot_limit || now - connection.last_snapshot < snapshot_every) return;
  connection.last_snapshot = now;
  show_snapshot(*connection.audience, std::move(message));
}

/// `message`: four bytes for the site's number, then the picture.
void Connections::show_snapshot(const Audience& hall, std::string message) {
  const auto site = static_cast<std::uint64_t>(number(*hall.site));
  for (std::size_t i = 0; i < 4; ++i) message[i] = static_cast<char>((site >> (24 - 8 * i)) & 0xff);
  auto& kept = snapshots_[hall];
  kept = std::make_shared<const std::string>(std::move(message));
  for (const auto console : audiences_->consoles(hall.meeting))
    sockets_->send_bytes(console, kept, Delivery::lossy);
}

// ---- media

void Connections::on_media(const media::Event& event) {
  if (const auto* lost = std::get_if<media::PeerLost>(&event)) {
    around_.log.info("peer.lost", {{"peer", lost->peer}, {"why", lost->why}});
    lose_media(lost->peer);
  } else if (const auto* silent = std::get_if<media::PeerSilent>(&event)) {
    around_.log.info("peer.silent", {{"peer", silent->peer}});
    miss(silent->peer);
  } else if (const auto* back = std::get_if<media::PeerBack>(&event)) {
    around_.log.info("peer.back", {{"peer", back->peer}});
    welcome_back(back->peer);
  } else if (const auto* levels = std::get_if<media::Levels>(&event)) {
    Levels message;
    for (const auto& [source, level] : levels->levels)
      if (source != media::Engine::clip_source)
        message.levels.emplace(SiteId{static_cast<std::int64_t>(source)}, level);
    to_consoles(MeetingId{static_cast<std::int64_t>(levels->stage)}, message);
  } else if (const auto* measured = std::get_if<media::LinesMeasured>(&event)) {
    around_.lines.on_measured(*measured, around_.now());
  } else if (const auto* wanted = std::get_if<media::CameraWanted>(&event)) {
    const Audience hall{MeetingId{static_cast<std::int64_t>(wanted->stage)}, site_of(wanted->source)};
    auto* const seat = around_.seats.find(hall);
    if (seat == nullptr) return;
    if (media::is_screen(wanted->source)) {
      seat->screen = !wanted->rids.empty();
      if (seat->socket) send(*seat->socket, SendScreen{*seat->screen});
    } else {
      seat->layers = wanted->rids;
      if (seat->socket) send(*seat->socket, SendLayers{wanted->rids});
    }
  } else if (const auto* snapshot = std::get_if<media::Snapshot>(&event)) {
    const Audience hall{MeetingId{static_cast<std::int64_t>(snapshot->stage)}, site_of(snapshot->source)};
    std::string message(4, '\0');
    message.append(reinterpret_cast<const char*>(snapshot->jpeg.data()), snapshot->jpeg.size());
    if (message.size() <= 4 + snapshot_limit) show_snapshot(hall, std::move(message));
  } else if (const auto* program = std::get_if<media::ProgramShown>(&event)) {
    around_.log.info("peer.program", {{"peer", program->peer}, {"shown", program->shown}});
    show_program(*program);
  } else if (const auto* late = std::get_if<media::PicturesLate>(&event)) {
    cover_late(*late);
  } else if (const auto* failed = std::get_if<media::ProgramFailed>(&event)) {
    around_.log.error("program.failed", {{"meeting", failed->stage}, {"why", failed->error}});
  } else if (const auto* missing = std::get_if<media::CodecMissing>(&event)) {
    around_.log.warn(
        "viewer.codec_missing",
        {{"peer", missing->peer}, {"site", site_of(missing->source)}, {"codec", missing->codec}});
  }
}

void Connections::show_program(const media::ProgramShown& program) {
  const auto owner = peers_.find(program.peer);
  auto* const seat = owner == peers_.end() ? nullptr : around_.seats.find(owner->second.audience);
  if (seat == nullptr || seat->peer != program.peer) return;
  seat->program = program.shown;
  if (seat->socket) send(*seat->socket, ShowProgram{program.shown});
}

void Connections::cover_late(const media::PicturesLate& late) {
  const auto owner = peers_.find(late.peer);
  if (owner == peers_.end()) return;
  const auto& [audience, console] = owner->second;
  if (console) return send(*console, PicturesLate{late.cells});
  auto* const seat = around_.seats.find(audience);
  if (seat == nullptr || seat->peer != late.peer) return;
  seat->late = late.cells;
  if (seat->socket) send(*seat->socket, PicturesLate{late.cells});
}

void Connections::lose_media(media::PeerId peer) {
  const auto owner = peers_.find(peer);
  if (owner == peers_.end()) return;
  const auto [audience, console] = owner->second;
  peers_.erase(owner);
  if (console) {
    const auto at = connections_.find(*console);
    if (at == connections_.end() || at->second.peer != peer) return;
    at->second.peer.reset();
    return send(*console, MediaLost{});
  }
  auto* seat = around_.seats.find(audience);
  if (seat == nullptr || seat->peer != peer) return;  // replaced already
  seat->peer.reset();
  if (seat->socket) {
    send(*seat->socket, MediaLost{});
  } else {
    around_.seats.free(audience);
  }
  around_.sessions.lose_site(audience.meeting, *audience.site, around_.now());
}

void Connections::miss(media::PeerId peer) {
  const auto owner = peers_.find(peer);
  if (owner == peers_.end()) return;
  const auto& [audience, console] = owner->second;
  // Only a page whose signaling still runs hears it: its way for media is blocked, and it looks for another.
  if (console) return send(*console, MediaLost{});
  const auto* seat = around_.seats.find(audience);
  if (seat == nullptr || seat->peer != peer) return;
  if (seat->socket) send(*seat->socket, MediaLost{});
  around_.sessions.lose_site(audience.meeting, *audience.site, around_.now());
}

void Connections::welcome_back(media::PeerId peer) {
  const auto owner = peers_.find(peer);
  if (owner == peers_.end() || owner->second.console) return;
  const auto& hall = owner->second.audience;
  const auto* seat = around_.seats.find(hall);
  auto* session = around_.sessions.find(hall.meeting);
  if (seat == nullptr || seat->peer != peer || seat->ahead || session == nullptr) return;
  session->give({session::Giver::hall, *hall.site, {}}, session::Join{}, around_.now());
}

void Connections::drop_peer(std::optional<media::PeerId>& peer) {
  if (!peer) return;
  peers_.erase(*peer);
  around_.stage.disconnect(*peer);
  peer.reset();
}

// ---- sending

void Connections::session_shown(MeetingId meeting) {
  if (!audiences_) return;
  audiences_->refresh(meeting);
  auto* session = around_.sessions.find(meeting);
  if (session == nullptr || session->shown().state != session::SessionState::ended) return;
  for (std::optional peer : around_.seats.take_peers(meeting)) drop_peer(peer);
  for (auto& [socket, connection] : connections_)
    if (connection.audience && connection.audience->meeting == meeting) drop_peer(connection.peer);
}

void Connections::tick() {
  const auto now = around_.now();
  ++ticks_;
  for (auto& [hall, seat] : around_.seats.give_up(now)) {
    drop_peer(seat.peer);
    around_.sessions.lose_site(hall.meeting, *hall.site, now);
  }
  Tick plain;
  plain.now = now;
  const auto plain_text = message_text(plain);
  const auto disk_free = around_.disk_free();
  around_.sessions.watch_recordings(now, disk_free);
  for (const auto& [socket, connection] : connections_) {
    if (!connection.audience) {
      if (!connection.leaving && now - connection.opened_at > greeting_within)
        sockets_->close(socket, close_normal);
    } else if (connection.audience->site) {
      sockets_->send_text(socket, plain_text, Delivery::lossy);
    } else {
      Tick full = plain;
      if (const auto health = around_.sessions.recording_health(connection.audience->meeting)) {
        full.recorded_bytes = health->bytes;
        full.recording_stalled = health->stalled;
        if (health->disk_full_in) full.disk_full_minutes = static_cast<int>(health->disk_full_in->count());
      }
      full.disk_free_bytes = disk_free;
      sockets_->send_text(socket, message_text(full), Delivery::lossy);
    }
  }
  around_.lines.tick(now);
  around_.outputs.tick(now);
  for (const auto meeting : audiences_->meetings())
    if (!audiences_->consoles(meeting).empty()) around_.stage.want_snapshots(stage_of(meeting));
  for (const auto meeting : audiences_->meetings())
    if (const auto* session = around_.sessions.find(meeting); session && !session->shown().outputs.empty()) {
      auto message = around_.outputs.of(meeting);
      if (const auto rtsp = session->shown().output(session::OutputKind::rtsp))
        message.rtsp = around_.rtsp_url(meeting, *rtsp);
      to_consoles(meeting, message);
    }
  for (const auto meeting : audiences_->meetings())
    if (const auto cameras = around_.cameras(meeting)) to_consoles(meeting, *cameras);
  if (ticks_ % 2 == 0)
    for (const auto meeting : audiences_->meetings()) {
      const auto known = around_.lines.lines().find(meeting);
      // Also when no line runs any more: old figures would look like a line that does.
      to_consoles(meeting, known == around_.lines.lines().end() ? Lines{} : Lines{known->second});
    }
  if (ticks_ % 30 != 0) return;
  check_again();
  const auto used = audiences_->meetings();
  around_.sessions.forget_unused(used);
  std::erase_if(snapshots_, [&](const auto& entry) { return !used.contains(entry.first.meeting); });
}

void Connections::say_goodbye() {
  for (const auto& [socket, connection] : connections_)
    if (!connection.leaving) part(socket, "server.stopping", true);
}

void Connections::send(SocketId socket, const ServerMessage& message) {
  sockets_->send_text(socket, message_text(message), Delivery::certain);
}

void Connections::refuse(SocketId socket, std::optional<std::uint32_t> id, const Error& error) {
  send(socket, Refused{id, error.text_key, error.detail});
}

void Connections::part(SocketId socket, const std::string& text_key, bool again, const std::string& detail) {
  const auto at = connections_.find(socket);
  if (at != connections_.end()) at->second.leaving = true;
  send(socket, Goodbye{text_key, detail, again});
  sockets_->close(socket, again ? close_try_again : close_normal);
}

void Connections::to_consoles(MeetingId meeting, const ServerMessage& message) {
  const auto& consoles = audiences_->consoles(meeting);
  if (consoles.empty()) return;
  const auto text = message_text(message);
  for (const auto console : consoles) sockets_->send_text(console, text, Delivery::lossy);
}

}  // namespace diemcau::protocol
