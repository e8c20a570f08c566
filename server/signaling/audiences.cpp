#include "server/signaling/audiences.h"

#include "server/session/project.h"

namespace diemcau::protocol {
namespace {

std::shared_ptr<const std::string> text_of(const json& message) {
  // Names come from people; a broken character must not stop a session.
  return std::make_shared<const std::string>(message.dump(-1, ' ', false, json::error_handler_t::replace));
}

}  // namespace

std::shared_ptr<const std::string> message_text(const ServerMessage& message) {
  return text_of(encode(message));
}

json Audiences::project(const Audience& audience) const {
  const auto* session = sessions_.find(audience.meeting);
  if (session == nullptr) return json::object();
  return audience.site ? encode(session::hall_view(session->shown(), *audience.site))
                       : encode(session::console_view(session->shown()));
}

void Audiences::enter(SocketId socket, const Audience& audience) {
  auto& shown = shown_[audience];
  if (shown.sockets.empty()) shown.view = project(audience);
  shown.sockets.insert(socket);
}

void Audiences::leave(SocketId socket, const Audience& audience) {
  const auto found = shown_.find(audience);
  if (found == shown_.end()) return;
  found->second.sockets.erase(socket);
  if (found->second.sockets.empty()) shown_.erase(found);
}

void Audiences::send_whole(SocketId socket, const Audience& audience, bool media_alive, Time now) {
  const auto found = shown_.find(audience);
  if (found == shown_.end()) return;
  Whole whole;
  whole.revision = found->second.revision;
  whole.now = now;
  whole.media_alive = media_alive;
  auto message = encode(ServerMessage(whole));
  message[audience.site ? "hall" : "console"] = found->second.view;
  sockets_.send_text(socket, text_of(message), http::Delivery::certain);
}

void Audiences::refresh(MeetingId meeting) {
  for (auto& [audience, shown] : shown_) {
    if (audience.meeting != meeting) continue;
    auto view = project(audience);
    auto operations = json::diff(shown.view, view);
    if (operations.empty()) continue;
    shown.view = std::move(view);
    const auto text = message_text(Patch{++shown.revision, std::move(operations)});
    for (const auto socket : shown.sockets) sockets_.send_text(socket, text, http::Delivery::certain);
  }
}

const std::set<SocketId>& Audiences::consoles(MeetingId meeting) const {
  static const std::set<SocketId> nobody;
  const auto found = shown_.find({meeting, {}});
  return found == shown_.end() ? nobody : found->second.sockets;
}

std::set<MeetingId> Audiences::meetings() const {
  std::set<MeetingId> all;
  for (const auto& [audience, shown] : shown_) all.insert(audience.meeting);
  return all;
}

}  // namespace diemcau::protocol
