#include "server/session/state.h"

#include <algorithm>

namespace diemcau::session {
namespace {

using namespace std::chrono_literals;

// media/ says that a line is silent so long after its last packet (RFC 7675 would wait for 30 s).
constexpr auto noticed_after = 8s;
constexpr auto worth_seeing = 20s;  // what is shorter nobody wants to look up
constexpr auto one_cut = 60s;       // a line that is back for less than this was never really back
constexpr auto longest_missed = 15min;

/// What a hall did not see that was cut off until now.
void note_missed(HallState& hall, Time until) {
  auto from = *hall.lost_at - noticed_after;
  if (until - from < worth_seeing) return;
  if (hall.missed && from - hall.missed->until < one_cut) from = hall.missed->from;
  hall.missed = Missed{std::max(from, until - longest_missed), until};
}

void enter(State& state, SiteId site, Presence presence, Time at) {
  auto& hall = state.halls[site];
  if (presence == Presence::connected && hall.lost_at) note_missed(hall, at);
  hall.lost_at = presence == Presence::lost ? std::optional(at) : std::nullopt;
  hall.presence = presence;
  hall.since = at;
}

void lower(State& state, SiteId site) {
  state.halls[site].hand.reset();
  std::erase(state.waiting, site);
}

void stage(State& state, const Scene& scene) {
  state.scene_before = state.staged();
  state.scene = scene;
}

struct Apply {
  State& state;
  Time at;

  void operator()(const SessionOpened&) const {
    state.state = SessionState::open;
    state.opened_at = at;
  }
  void operator()(const SessionEnded&) const {
    state.state = SessionState::ended;
    state.ended_at = at;
    for (auto& [site, hall] : state.halls) {
      if (hall.presence == Presence::connected || hall.presence == Presence::lost)
        enter(state, site, Presence::left, at);
      hall.microphone = hall.screen = false;
      hall.hand.reset();
    }
    state.waiting.clear();
    state.speaker.reset();
  }
  void operator()(const SessionResumed&) const {
    for (auto& [site, hall] : state.halls)
      if (hall.presence == Presence::connected) enter(state, site, Presence::lost, at);
    state.clip = {};
  }
  void operator()(const SiteJoined& event) const { enter(state, event.site, Presence::connected, at); }
  void operator()(const SiteLeft& event) const { enter(state, event.site, Presence::left, at); }
  void operator()(const SiteLost& event) const { enter(state, event.site, Presence::lost, at); }
  void operator()(const SceneStaged& event) const { stage(state, event.scene); }
  void operator()(const SceneUndone& event) const { stage(state, event.scene); }
  void operator()(const MicrophoneOpened& event) const { state.halls[event.site].microphone = true; }
  void operator()(const MicrophoneClosed& event) const { state.halls[event.site].microphone = false; }
  void operator()(const HandRaised& event) const {
    state.halls[event.site].hand = at;
    state.waiting.push_back(event.site);
  }
  void operator()(const HandLowered& event) const { lower(state, event.site); }
  void operator()(const ScreenShared& event) const { state.halls[event.site].screen = true; }
  void operator()(const SharingStopped& event) const { state.halls[event.site].screen = false; }
  void operator()(const FeedSet& event) const { state.halls[event.site].feed = event.feed; }
  void operator()(const FloorGiven& event) const {
    lower(state, event.site);
    state.speaker = Speaker{event.site, at, {}};
    if (event.seconds) state.speaker->until = at + std::chrono::seconds(*event.seconds);
  }
  void operator()(const FloorExtended& event) const {
    if (state.speaker && state.speaker->until)
      state.speaker->until = std::max(*state.speaker->until, at) + std::chrono::seconds(event.seconds);
  }
  void operator()(const FloorTaken&) const { state.speaker.reset(); }
  void begin_clip(ClipState is, DocumentId document) const {
    state.clip = {};
    state.clip.state = is;
    state.clip.document = document;
    state.clip.since = at;
  }
  void operator()(const ClipPlayed& event) const { begin_clip(ClipState::playing, event.document); }
  void operator()(const ClipCued& event) const { begin_clip(ClipState::paused, event.document); }
  void operator()(const PageShown& event) const {
    const auto known = state.clip.document == event.document ? state.clip.pages : std::nullopt;
    begin_clip(ClipState::paused, event.document);
    state.clip.kind = ClipKind::page;
    state.clip.page = event.page;
    state.clip.pages = known;
  }
  void operator()(const PagesCounted& event) const {
    state.clip.pages = event.pages;
    state.clip.page = std::min(state.clip.page.value_or(1), event.pages);
  }
  void operator()(const BarsShown&) const {
    state.clip = {};
    state.clip.state = ClipState::playing;
    state.clip.kind = ClipKind::bars;
    state.clip.since = at;
  }
  void operator()(const ClipMeasured& event) const { state.clip.length = event.milliseconds; }
  /// Where the film is at this moment becomes what is counted from.
  void mark_clip() const {
    auto& clip = state.clip;
    if (clip.state == ClipState::playing) clip.position += (at - clip.since.value_or(at)).count();
    if (clip.length && *clip.length > 0)
      clip.position = clip.loop ? clip.position % *clip.length : std::min(clip.position, *clip.length);
    clip.since = at;
  }
  void operator()(const ClipPaused&) const {
    mark_clip();
    state.clip.state = ClipState::paused;
  }
  void operator()(const ClipResumed&) const {
    state.clip.state = ClipState::playing;
    state.clip.since = at;
  }
  void operator()(const ClipSought& event) const {
    state.clip.position = event.position;
    state.clip.since = at;
  }
  void operator()(const ClipLooped& event) const {
    mark_clip();  // of the rounds before nothing is left
    state.clip.loop = event.on;
  }
  void operator()(const ClipStopped&) const { state.clip = {}; }
  void operator()(const ClipFinished& event) const {
    if (event.reason.empty()) {
      state.clip = {};
    } else {
      state.clip.state = ClipState::failed;
      state.clip.reason = event.reason;
    }
  }
  void operator()(const RecordingStarted&) const { state.recorder = {RecorderState::recording, at, ""}; }
  void operator()(const RecordingStopped&) const { state.recorder = {}; }
  void operator()(const RecordingFailed& event) const {
    state.recorder = {RecorderState::failed, at, event.reason};
  }
  void operator()(const OutputAdded& event) const {
    state.outputs[event.output] = {event.kind, event.host, event.port, false, ""};
    state.last_output = number(event.output);
  }
  void operator()(const OutputStarted& event) const { turn(event.output, true, ""); }
  void operator()(const OutputStopped& event) const { turn(event.output, false, event.reason); }
  void operator()(const OutputRemoved& event) const { state.outputs.erase(event.output); }
  void turn(OutputId output, bool on, const std::string& reason) const {
    const auto found = state.outputs.find(output);
    if (found == state.outputs.end()) return;
    found->second.on = on;
    found->second.reason = reason;
  }
  void operator()(const ItemBegun& event) const {
    state.item = static_cast<int>(event.item);
    state.items_begun.try_emplace(*state.item, at);
  }
};

}  // namespace

std::optional<SiteId> Brief::main_hall() const {
  for (const auto& [site, hall] : halls)
    if (hall.main) return site;
  return std::nullopt;
}

bool is_conference(const Brief& brief, SiteId site) {
  const auto hall = brief.halls.find(site);
  return brief.guest && hall != brief.halls.end() && hall->second.main && !hall->second.camera.empty();
}

HallState State::hall(SiteId site) const {
  const auto found = halls.find(site);
  return found == halls.end() ? HallState{} : found->second;
}

std::optional<OutputId> State::output(OutputKind kind) const {
  for (const auto& [id, view] : outputs)
    if (view.kind == kind) return id;
  return std::nullopt;
}

bool State::on_stage(SiteId site) const {
  const auto cells = staged().cells;
  return std::any_of(cells.begin(), cells.end(),
                     [&](const Cell& cell) { return cell.source && site_of(*cell.source) == site; });
}

Scene State::staged() const {
  if (!scene.cells.empty()) return scene;
  const auto main = brief.main_hall();
  return {Layout::single, {Cell{main ? std::optional<Source>(Camera{*main}) : std::nullopt}}};
}

bool film_runs(const State& state) { return clip_runs(state) && state.clip.kind == ClipKind::film; }

bool clip_runs(const State& state) {
  return state.clip.state == ClipState::playing || state.clip.state == ClipState::paused;
}

std::optional<OutputId> watched_live(const State& state) {
  const auto hls = state.output(OutputKind::hls);
  return state.state == SessionState::open && hls && state.outputs.at(*hls).on ? hls : std::nullopt;
}

void apply(State& state, const Event& event, Time at) { std::visit(Apply{state, at}, event); }

}  // namespace diemcau::session
