#pragma once
#include <map>
#include <optional>
#include <set>

#include "server/http/listener.h"
#include "server/session/sessions.h"
#include "server/signaling/protocol.h"

namespace diemcau::protocol {
using http::SocketId;

/// Who looks at the same projection of a session: its consoles, or one of its halls.
struct Audience {
  MeetingId meeting{};
  std::optional<SiteId> site;  ///< none: the consoles
  friend auto operator<=>(const Audience&, const Audience&) = default;
};

/// Sends each audience its projection whole once, and then as patches with rising revisions; one difference
/// is computed for all who look at the same. Main thread.
class Audiences {
 public:
  Audiences(http::Sockets& sockets, session::Sessions& sessions) : sockets_(sockets), sessions_(sessions) {}

  void enter(SocketId socket, const Audience& audience);
  void leave(SocketId socket, const Audience& audience);
  void send_whole(SocketId socket, const Audience& audience, bool media_alive, Time now);
  /// What is seen of this meeting may have changed.
  void refresh(MeetingId meeting);
  const std::set<SocketId>& consoles(MeetingId meeting) const;
  std::set<MeetingId> meetings() const;

 private:
  struct Shown {
    json view;
    std::int64_t revision = 1;
    std::set<SocketId> sockets;
  };
  json project(const Audience& audience) const;

  http::Sockets& sockets_;
  session::Sessions& sessions_;
  std::map<Audience, Shown> shown_;
};

/// A message as the text that goes out.
std::shared_ptr<const std::string> message_text(const ServerMessage& message);

}  // namespace diemcau::protocol
