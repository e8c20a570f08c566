#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "scheduler/accounts.h"
#include "server/auth/hall_links.h"
#include "server/http/listener.h"
#include "server/log.h"
#include "server/session/sessions.h"
#include "server/signaling/audiences.h"
#include "server/signaling/line_watch.h"
#include "server/signaling/output_watch.h"
#include "server/signaling/seats.h"

namespace diemcau::protocol {

/// The signaling WebSockets: greets, passes commands to sessions, connects media, and sends to each page what
/// it may see. Main thread.
class Connections : public http::SocketListener {
 public:
  struct Surroundings {
    session::Sessions& sessions;
    session::StageControl& stage;
    Seats& seats;
    LineWatch& lines;
    OutputWatch& outputs;
    server::Store& store;
    const auth::HallLinks& links;
    server::Log& log;
    std::function<Time()> now;
    std::function<media::PeerId()> new_peer;
    /// The active account of a log-in cookie.
    std::function<std::optional<scheduler::Account>(const std::string& cookie)> log_in;
    std::function<std::optional<std::int64_t>()> disk_free;
    std::function<std::string(MeetingId, OutputId)> rtsp_url;
    /// Of the halls without a PC; nullopt: the meeting has none.
    std::function<std::optional<Cameras>(MeetingId)> cameras;
  };
  explicit Connections(Surroundings around);

  /// Before the first socket opens.
  void speak_through(http::Sockets& sockets);

  void opened(SocketId socket, const http::Request& request) override;
  void received_text(SocketId socket, std::string message) override;
  void received_bytes(SocketId socket, std::string message) override;
  void closed(SocketId socket) override;

  void on_media(const media::Event& event);
  /// Once a second.
  void tick();
  /// A link or an account may not be good any more.
  void check_again(std::optional<MeetingId> meeting = {});
  /// The server stops: everybody may come back.
  void say_goodbye();

 private:
  struct Connection {
    std::string cookie;
    Time opened_at{};
    std::string device;
    std::optional<Audience> audience;  ///< none: not greeted yet
    std::optional<auth::HallPass> pass;
    session::Actor actor;
    std::optional<media::PeerId> peer;  ///< of a console; a hall's stands in its seat
    Time second{};                      ///< of which `commands` are counted
    int commands = 0;
    Time last_snapshot{};
    bool leaving = false;  ///< said goodbye
  };
  using Connected = std::map<SocketId, Connection>::iterator;

  void greet(Connected at, const Hello& hello);
  void greet_console(Connected at, MeetingId meeting);
  void greet_hall(Connected at, const std::string& token, bool take_over);
  void show_whole(Connected at);
  void receive(Connected at, const Offer& offer);
  void receive(Connected at, const RestartIce& restart);
  void receive(Connected at, const Give& give);
  void join_ahead(Connected at, std::uint32_t id);
  void connect_media(SocketId socket, const Offer& offer);
  void prepare(const Connection& connection, const session::Scene& scene);
  void report(const Connection& connection, const ReportFreezes& freezes);
  scheduler::Result<auth::HallPass> still_good(const auth::HallPass& pass) const;

  void send(SocketId socket, const ServerMessage& message);
  void refuse(SocketId socket, std::optional<std::uint32_t> id, const scheduler::Error& error);
  void part(SocketId socket, const std::string& text_key, bool again, const std::string& detail = {});
  void to_consoles(MeetingId meeting, const ServerMessage& message);
  void show_snapshot(const Audience& hall, std::string message);
  void show_program(const media::ProgramShown& program);
  void cover_late(const media::PicturesLate& late);
  void lose_media(media::PeerId peer);
  void miss(media::PeerId peer);
  void welcome_back(media::PeerId peer);
  void drop_peer(std::optional<media::PeerId>& peer);
  void session_shown(MeetingId meeting);

  Surroundings around_;
  http::Sockets* sockets_ = nullptr;  // the listener and this know each other
  std::optional<Audiences> audiences_;
  std::map<SocketId, Connection> connections_;
  struct PeerOwner {
    Audience audience;
    std::optional<SocketId> console;
  };
  std::map<media::PeerId, PeerOwner> peers_;
  std::map<Audience, std::shared_ptr<const std::string>> snapshots_;  // shared with sends under way
  std::uint64_t ticks_ = 0;
};

}  // namespace diemcau::protocol
