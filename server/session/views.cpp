#include <algorithm>

#include "server/session/project.h"

namespace diemcau::session {
namespace {

SiteView site_view(const State& state, SiteId site, const InvitedHall& invited) {
  const auto hall = state.hall(site);
  return {invited.number, invited.name, invited.contact, invited.main,
          hall.presence,  hall.since,   hall.microphone, state.on_stage(site),
          hall.hand,      hall.screen,  hall.feed,       invited.camera};
}

CellView cell_view(const State& state, const Cell& cell, SiteId own) {
  CellView view;
  if (!cell.source) return view;
  if (const auto site = site_of(*cell.source)) {
    view.site = site;
    const auto invited = state.brief.halls.find(*site);
    if (invited != state.brief.halls.end()) view.label = invited->second.name;
    view.screen = std::holds_alternative<Screen>(*cell.source);
    view.present = view.screen ? state.shows_screen(*site) : state.connected(*site);
    view.own = site == own;
  } else {
    view.clip = true;
    view.present = clip_runs(state);
  }
  return view;
}

}  // namespace

ConsoleView console_view(const State& state) {
  ConsoleView view;
  view.meeting = state.brief.meeting;
  view.state = state.state;
  view.opened_at = state.opened_at;
  view.ended_at = state.ended_at;
  view.scene = state.staged();
  for (const auto& [site, invited] : state.brief.halls)
    view.sites.emplace(site, site_view(state, site, invited));
  view.speaker = state.speaker;
  view.waiting = state.waiting;
  view.clip = state.clip;
  view.clips = state.brief.clips;
  view.documents = state.brief.documents;
  view.recorder = state.recorder;
  view.outputs = state.outputs;
  view.agenda = state.brief.agenda;
  for (const auto& [item, at] : state.items_begun)
    if (static_cast<std::size_t>(item) < view.agenda.size())
      view.agenda.at(static_cast<std::size_t>(item)).begun_at = at;
  view.item = state.item;
  const bool open = state.state == SessionState::open;
  view.may.open = state.state == SessionState::waiting && !state.brief.called_off;
  view.may.end = open;
  view.may.stage = state.state != SessionState::ended;
  view.may.undo = view.may.stage && state.scene_before.has_value();
  view.may.record = open;
  view.may.add_rtsp =
      state.state != SessionState::ended && state.brief.rtsp_port != 0 && !state.output(OutputKind::rtsp);
  view.may.add_hls = state.state != SessionState::ended && !state.output(OutputKind::hls);
  view.may.add_output = state.state != SessionState::ended && state.outputs.size() < most_outputs;
  view.may.clip = open;
  return view;
}

HallView hall_view(const State& state, SiteId site) {
  HallView view;
  const auto hall = state.hall(site);
  view.meeting = state.brief.meeting;
  view.site = site;
  const auto invited = state.brief.halls.find(site);
  if (invited != state.brief.halls.end()) {
    view.number = invited->second.number;
    view.name = invited->second.name;
  }
  view.state = state.state;
  view.opened_at = state.opened_at;
  view.presence = hall.presence;
  const auto scene = state.staged();
  view.layout = scene.layout;
  for (const auto& cell : scene.cells) view.cells.push_back(cell_view(state, cell, site));
  view.microphone = hall.microphone;
  view.echo = hall.feed == Feed::echo;
  view.on_stage = state.on_stage(site);
  view.screen = hall.screen;
  const auto place = std::find(state.waiting.begin(), state.waiting.end(), site);
  if (place != state.waiting.end()) view.queue = static_cast<int>(place - state.waiting.begin()) + 1;
  view.speaker = state.speaker;
  if (state.speaker) {
    const auto speaks = state.brief.halls.find(state.speaker->site);
    if (speaks != state.brief.halls.end()) view.speaker_name = speaks->second.name;
  }
  view.clip = state.clip.state;
  if (const auto main = state.brief.main_hall()) view.contact = state.brief.halls.at(*main).contact;
  view.documents = state.brief.documents;
  const bool open = state.state == SessionState::open;
  if (open && hall.presence == Presence::connected && state.recorder.state == RecorderState::recording)
    view.missed = hall.missed;
  view.may.join = open && invited != state.brief.halls.end();
  view.may.raise_hand = open && hall.presence == Presence::connected && !hall.hand &&
                        !(state.speaker && state.speaker->site == site);
  view.may.close_microphone = open && hall.microphone;
  view.may.share_screen = open && hall.presence == Presence::connected;
  return view;
}

}  // namespace diemcau::session
