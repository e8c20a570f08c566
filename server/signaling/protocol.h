#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <boost/describe.hpp>

#include "server/session/commands.h"
#include "server/session/views.h"

/// What goes over the signaling WebSocket (wss://HOST/signaling, subprotocol "diemcau.v1"), one JSON object a
/// message. web/shared/protocol.ts is written from these structs. Binary messages are snapshots, see
/// SnapshotHeader below.
namespace diemcau::protocol {
using scheduler::MeetingId;
using scheduler::OutputId;
using scheduler::SiteId;
using scheduler::Time;

/// How one hall's line does: the last two seconds, but freezes.
struct Line {
  int up_kbps{}, down_kbps{};
  int up_loss_permille{}, down_loss_permille{};  ///< what the line lost, repaired or not
  std::optional<int> rtt_ms;                     ///< none: not known
  int jitter_ms{};                               ///< the worse of both directions
  std::optional<int> up_height,
      down_height;           ///< lines of the camera's largest size that runs, of the main cell
  int freezes_per_minute{};  ///< of the main picture, as the hall's page sees it
  bool tcp = false;          ///< media runs over TCP because UDP does not pass
  bool program = false;      ///< it gets the program instead of the stage's pictures
};
BOOST_DESCRIBE_STRUCT(Line, (),
                      (up_kbps, down_kbps, up_loss_permille, down_loss_permille, rtt_ms, jitter_ms, up_height,
                       down_height, freezes_per_minute, tcp, program))

enum class OutputState { connecting, live, waiting };
BOOST_DESCRIBE_ENUM(OutputState, connecting, live, waiting)

/// `unreachable`: no connection came about; `refused`: the host answered and does not take it; `lost`: the
/// connection broke; `slow`: the line carries less than is sent, pictures are left out.
enum class OutputTrouble { none, unreachable, refused, lost, slow };
BOOST_DESCRIBE_ENUM(OutputTrouble, none, unreachable, refused, lost, slow)

/// How one output does.
struct Output {
  OutputState state{};
  int kbps{};  ///< of the last second
  OutputTrouble trouble{};
  std::optional<int> retry_seconds;  ///< while waiting
  int watchers{};                    ///< by RTSP or HLS
};
BOOST_DESCRIBE_STRUCT(Output, (), (state, kbps, trouble, retry_seconds, watchers))

/// `unreachable`: no connection came about; `refused`: it does not let us in, or has nothing under that path;
/// `no_picture`: it sends none that can be read; `lost`: it has sent pictures and does not any more.
enum class CameraTrouble { unreachable, refused, no_picture, lost };
BOOST_DESCRIBE_ENUM(CameraTrouble, unreachable, refused, no_picture, lost)

/// A hall's RTSP camera that does not do.
struct CameraState {
  CameraTrouble trouble{};
  int retry_seconds{};  ///< 0: it is being tried
};
BOOST_DESCRIBE_STRUCT(CameraState, (), (trouble, retry_seconds))

// ---- page → server

/// First message of a connection. Exactly one of `hall` (the token of a hall link) and `meeting` (console;
/// needs the log-in cookie).
struct Hello {
  static constexpr auto type = "hello";
  std::string protocol;  ///< hash of the protocol that the page was built with
  std::string device;    ///< random text that a browser keeps: the same machine may come back at any time
  std::optional<std::string> hall;
  std::optional<MeetingId> meeting;
  std::optional<bool> take_over;  ///< put out another machine that holds this site
};
BOOST_DESCRIBE_STRUCT(Hello, (), (protocol, device, hall, meeting, take_over))

/// Connects media. From a hall it is also its Join: answered by Answer once the join is stored, or by
/// Refused. A further Offer replaces the peer of this connection. `ahead`: a hall that waits makes its line
/// ready without joining; it joins with Give{Join}, which costs it a keyframe and no connecting.
struct Offer {
  static constexpr auto type = "offer";
  std::uint32_t id{};
  std::string sdp;
  std::optional<bool> ahead;
};
BOOST_DESCRIBE_STRUCT(Offer, (), (id, sdp, ahead))

/// The page's network has changed: an offer with other ICE credentials for the peer that it has. Answered by
/// Answer, or by Refused when that peer is gone (then a new Offer helps).
struct RestartIce {
  static constexpr auto type = "restart_ice";
  std::uint32_t id{};
  std::string sdp;
};
BOOST_DESCRIBE_STRUCT(RestartIce, (), (id, sdp))

struct Give {
  static constexpr auto type = "give";
  std::uint32_t id{};  ///< chosen by the page; comes back in Done or Refused
  session::Command command;
};
BOOST_DESCRIBE_STRUCT(Give, (), (id, command))

/// The page missed a revision: send everything again.
struct AskWhole {
  static constexpr auto type = "ask_whole";
};
BOOST_DESCRIBE_STRUCT(AskWhole, (), ())

/// From halls: their main picture stood still so often, and so long, since they last said so. What else there
/// is to know of a line the server measures itself.
struct ReportFreezes {
  static constexpr auto type = "report_freezes";
  Within<1, 100> count;
  Within<0, 60000> milliseconds;
};
BOOST_DESCRIBE_STRUCT(ReportFreezes, (), (count, milliseconds))

/// From consoles: what is prepared for the next cut. Neither stored nor answered; its cameras begin to send.
struct ShowNext {
  static constexpr auto type = "show_next";
  session::Scene scene;
};
BOOST_DESCRIBE_STRUCT(ShowNext, (), (scene))

using ClientMessage = std::variant<Hello, Offer, RestartIce, Give, AskWhole, ReportFreezes, ShowNext>;

// ---- server → page

/// The whole projection: after Hello and after AskWhole. Exactly one of the views.
struct Whole {
  static constexpr auto type = "whole";
  std::int64_t revision{};
  Time now{};  ///< the server's clock, to show times and countdowns right on a PC whose clock is wrong
  bool media_alive =
      false;  ///< the media peer of this device still runs: no new Offer needed if the page's runs too
  std::optional<session::ConsoleView> console;
  std::optional<session::HallView> hall;
};
BOOST_DESCRIBE_STRUCT(Whole, (), (revision, now, media_alive, console, hall))

/// RFC 6902 operations that lead from revision-1 to revision.
struct Patch {
  static constexpr auto type = "patch";
  std::int64_t revision{};
  json operations;
};
BOOST_DESCRIBE_STRUCT(Patch, (), (revision, operations))

struct Answer {
  static constexpr auto type = "answer";
  std::uint32_t id{};
  std::string sdp;
};
BOOST_DESCRIBE_STRUCT(Answer, (), (id, sdp))

struct Done {
  static constexpr auto type = "done";
  std::uint32_t id{};
};
BOOST_DESCRIBE_STRUCT(Done, (), (id))

struct Refused {
  static constexpr auto type = "refused";
  std::optional<std::uint32_t> id;
  std::string text_key, detail;
};
BOOST_DESCRIBE_STRUCT(Refused, (), (id, text_key, detail))

/// Sound levels, 0 (silence) … 100, five times a second, of connected sites. Lossy. To consoles.
struct Levels {
  static constexpr auto type = "levels";
  std::map<SiteId, int> levels;
};
BOOST_DESCRIBE_STRUCT(Levels, (), (levels))

/// Line figures by site. Lossy. To consoles.
struct Lines {
  static constexpr auto type = "lines";
  std::map<SiteId, Line> lines;
};
BOOST_DESCRIBE_STRUCT(Lines, (), (lines))

/// How the outputs do that run; once a second, to the consoles of a meeting that has outputs. Lossy.
struct Outputs {
  static constexpr auto type = "outputs";
  std::map<OutputId, Output> outputs;
  /// Where the program is taken by RTSP, running or not: who knows it needs no more.
  std::optional<std::string> rtsp;
};
BOOST_DESCRIBE_STRUCT(Outputs, (), (outputs, rtsp))

/// What is wrong with the RTSP cameras of halls without a PC; once a second, to the consoles of a meeting
/// that has such halls. Lossy.
struct Cameras {
  static constexpr auto type = "cameras";
  std::map<SiteId, CameraState> cameras;
};
BOOST_DESCRIBE_STRUCT(Cameras, (), (cameras))

/// Once a second to every connection: it is alive. A page that hears nothing for 4 s connects anew. To
/// consoles also what the server itself has to say.
struct Tick {
  static constexpr auto type = "tick";
  Time now{};
  std::optional<std::int64_t> recorded_bytes, disk_free_bytes;
  std::optional<bool> recording_stalled;  ///< bytes have stopped growing
  std::optional<int> disk_full_minutes;   ///< when the recording fills the disk within the hour
};
BOOST_DESCRIBE_STRUCT(Tick, (), (now, recorded_bytes, disk_free_bytes, recording_stalled, disk_full_minutes))

/// To a hall: which sizes of its camera (rids of its offer) somebody sees; the others need not be sent.
struct SendLayers {
  static constexpr auto type = "send_layers";
  std::vector<std::string> rids;
};
BOOST_DESCRIBE_STRUCT(SendLayers, (), (rids))

/// To a hall: whether somebody sees its screen; if not, it need not be sent.
struct SendScreen {
  static constexpr auto type = "send_screen";
  bool wanted = false;
};
BOOST_DESCRIBE_STRUCT(SendScreen, (), (wanted))

/// To a hall: its first picture is the program, the whole stage in one, from now on; or one of the stage
/// again.
struct ShowProgram {
  static constexpr auto type = "show_program";
  bool shown = false;
};
BOOST_DESCRIBE_STRUCT(ShowProgram, (), (shown))

/// These cells of the stage show something else than the scene says, because their pictures have not come:
/// nobody must be seen under another's name. Before the first: none.
struct PicturesLate {
  static constexpr auto type = "pictures_late";
  std::vector<std::size_t> cells;
};
BOOST_DESCRIBE_STRUCT(PicturesLate, (), (cells))

/// The media of this connection ended on the server's side (no packets any more): offer again.
struct MediaLost {
  static constexpr auto type = "media_lost";
};
BOOST_DESCRIBE_STRUCT(MediaLost, (), ())

/// The last message before the server closes. `again`: false when connecting anew would end the same way.
struct Goodbye {
  static constexpr auto type = "goodbye";
  std::string text_key, detail;
  bool again = false;
};
BOOST_DESCRIBE_STRUCT(Goodbye, (), (text_key, detail, again))

using ServerMessage = std::variant<Whole, Patch, Answer, Done, Refused, Levels, Lines, Outputs, Cameras, Tick,
                                   SendLayers, SendScreen, ShowProgram, PicturesLate, MediaLost, Goodbye>;

/// Binary message: four bytes big-endian site id (0 from a hall: it speaks for itself), then a JPEG of at
/// most 40 KB, 256x144. A hall sends one every three seconds, the server passes it on to consoles and keeps
/// the last of each site.
inline constexpr std::size_t snapshot_limit = 40 * 1024;

}  // namespace diemcau::protocol
