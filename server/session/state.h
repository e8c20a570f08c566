#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/session/events.h"
#include "server/session/views.h"

namespace diemcau::session {

/// What a site's record says of it.
struct InvitedHall {
  int number{};
  std::string name, contact;
  bool main = false;
  std::string camera{};  ///< see SiteView
  friend bool operator==(const InvitedHall&, const InvitedHall&) = default;
};

/// What the meeting's record says and no event: read anew when the office changes it.
struct Brief {
  MeetingHead meeting;
  bool guest = false;       ///< conducted by others, on their own system
  bool called_off = false;  ///< cancelled or postponed
  int rtsp_port = 0;        ///< of this server, not of the record; 0: it has none
  std::map<SiteId, InvitedHall> halls;
  std::vector<AgendaLine> agenda;
  std::vector<DocumentLine> clips, documents;

  std::optional<SiteId> main_hall() const;
};

/// Whether that hall is where the conference of others comes in: the main hall of a guest meeting, if it has
/// a camera of its own (the other system's RTSP output, or a capture device at its screen).
bool is_conference(const Brief& brief, SiteId site);

/// More would be a mistake: each is 2 Mbit/s.
inline constexpr std::size_t most_outputs = 4;

struct HallState {
  Presence presence{};
  std::optional<Time> since;
  bool microphone = false;
  bool screen = false;  ///< shared; kept while its line is lost, as its microphone is
  std::optional<Time> hand;
  Feed feed{};
  std::optional<Time> lost_at;   ///< since when its line is cut
  std::optional<Missed> missed;  ///< while it last was, if that was long
};

/// A session at one moment: its brief and the fold of its events. Pure data; no clock, no socket, no
/// database.
struct State {
  Brief brief;
  SessionState state{};
  std::optional<Time> opened_at, ended_at;
  Scene scene;                        ///< without cells: nothing has been staged yet
  std::optional<Scene> scene_before;  ///< what undo brings back
  std::map<SiteId, HallState> halls;  ///< those of which something is known
  std::vector<SiteId> waiting;        ///< raised hands, first come first
  std::optional<Speaker> speaker;
  ClipView clip;
  RecorderView recorder;
  std::map<OutputId, OutputView> outputs;
  std::int64_t last_output = 0;  ///< ids are never given twice
  std::optional<int> item;
  std::map<int, Time> items_begun;

  HallState hall(SiteId site) const;
  /// The first of that kind.
  std::optional<OutputId> output(OutputKind kind) const;
  bool connected(SiteId site) const { return hall(site).presence == Presence::connected; }
  /// Its camera or its screen is.
  bool on_stage(SiteId site) const;
  /// It shares its screen and is there to send it.
  bool shows_screen(SiteId site) const { return connected(site) && hall(site).screen; }
  /// What is on stage: the staged scene, or before any the main hall alone.
  Scene staged() const;
};

/// A film is on, playing or standing, or what stands in its place.
bool clip_runs(const State& state);
bool film_runs(const State& state);

/// The output by which spectators watch now.
std::optional<OutputId> watched_live(const State& state);

void apply(State& state, const Event& event, Time at);

}  // namespace diemcau::session
