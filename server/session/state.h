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

/// More would be a mistake: each is 2 Mbit/s.
inline constexpr std::size_t most_outputs = 4;

struct HallState {
  Presence presence{};
  std::optional<Time> since;
  bool microphone = false;
  bool screen = false;  ///< shared; kept while its line is lost, as its microphone is
  std::optional<Time> hand;
  Feed feed{};
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
  /// What is taken by RTSP.
  std::optional<OutputId> rtsp() const;
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

void apply(State& state, const Event& event, Time at);

}  // namespace diemcau::session
