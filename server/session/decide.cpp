#include "server/session/decide.h"

#include <algorithm>
#include <set>

namespace diemcau::session {
namespace {
using scheduler::ErrorCode;
using scheduler::Result;

tl::unexpected<scheduler::Error> refuse(const char* text_key, std::string detail = {}) {
  return scheduler::refuse(ErrorCode::conflict, text_key, std::move(detail));
}

std::string text(SiteId site) { return std::to_string(number(site)); }

/// nullopt, or why this is not the time.
std::optional<scheduler::Error> not_open(const State& state) {
  if (state.state == SessionState::open) return std::nullopt;
  const bool ended = state.state == SessionState::ended;
  return scheduler::Error{ErrorCode::conflict, ended ? "session.ended" : "session.not_open", ""};
}

#define ONLY_WHEN_OPEN(state) \
  if (auto why = not_open(state)) return tl::unexpected(*why)

bool invited(const State& state, SiteId site) { return state.brief.halls.contains(site); }

bool is_clip(const State& state, DocumentId document) {
  const auto& clips = state.brief.clips;
  return std::any_of(clips.begin(), clips.end(), [&](const auto& clip) { return clip.id == document; });
}

bool can_be_shown(const State& state, DocumentId document) {
  const auto& papers = state.brief.documents;
  const auto found =
      std::find_if(papers.begin(), papers.end(), [&](const auto& paper) { return paper.id == document; });
  return found != papers.end() && found->has_pages;
}

/// Opens the microphone; who is heard by others hears himself no more.
void open_microphone(const State& state, Events& events, SiteId site) {
  if (state.hall(site).feed == Feed::echo) events.emplace_back(FeedSet{site, Feed::by_line});
  events.emplace_back(MicrophoneOpened{site});
}

/// What puts an end to the present speaker's floor; the microphone of the main hall stays open when another
/// speaks.
void end_floor(const State& state, Events& events, bool close_main_too) {
  if (!state.speaker) return;
  const auto site = state.speaker->site;
  events.emplace_back(FloorTaken{site});
  if (state.hall(site).microphone && (close_main_too || state.brief.main_hall() != site))
    events.emplace_back(MicrophoneClosed{site});
}

std::optional<scheduler::Error> wrong_scene(const State& state, const Scene& scene) {
  const auto why = [](const char* text_key, std::string detail = {}) {
    return scheduler::Error{ErrorCode::invalid, text_key, std::move(detail)};
  };
  if (scene.cells.size() != cells_of(scene.layout))
    return why("scene.wrong_cells", std::to_string(cells_of(scene.layout)));
  for (std::size_t i = 0; i < scene.cells.size(); ++i) {
    const auto& source = scene.cells[i].source;
    if (!source) continue;
    if (const auto site = site_of(*source); site && !invited(state, *site))
      return why("scene.site_not_invited", text(*site));
    for (std::size_t j = 0; j < i; ++j)
      if (scene.cells[j].source == source) return why("scene.source_twice");
  }
  return std::nullopt;
}

Result<Events> decide(const State& state, const Actor&, const Open&) {
  if (state.brief.called_off) return refuse("session.called_off");
  if (state.state == SessionState::open) return refuse("session.already_open");
  if (state.state == SessionState::ended) return refuse("session.ended");
  if (!state.scene.cells.empty()) return Events{SessionOpened{}, RecordingStarted{}};
  return Events{SessionOpened{}, SceneStaged{state.staged()}, RecordingStarted{}};
}

Result<Events> decide(const State& state, const Actor&, const End&) {
  ONLY_WHEN_OPEN(state);
  Events events;
  if (state.speaker) events.emplace_back(FloorTaken{state.speaker->site});
  for (const auto& [site, hall] : state.halls)
    if (hall.microphone) events.emplace_back(MicrophoneClosed{site});
  if (clip_runs(state)) events.emplace_back(ClipStopped{});
  if (state.recorder.state == RecorderState::recording) events.emplace_back(RecordingStopped{});
  for (const auto& [output, view] : state.outputs)
    if (view.on) events.emplace_back(OutputStopped{output, ""});
  events.emplace_back(SessionEnded{});
  return events;
}

Result<Events> decide(const State& state, const Actor& by, const Join&) {
  if (!invited(state, by.site)) return refuse("site.not_invited");
  ONLY_WHEN_OPEN(state);
  if (state.connected(by.site)) return Events{};
  Events events{SiteJoined{by.site}};
  // What the others conduct is to be heard; nobody sits there who could be surprised by it. An operator who
  // closes it keeps it closed when the line comes back.
  const auto was = state.hall(by.site).presence;
  if (is_conference(state.brief, by.site) && (was == Presence::absent || was == Presence::left))
    open_microphone(state, events, by.site);
  return events;
}

Result<Events> decide(const State& state, const Actor& by, const Leave&) {
  ONLY_WHEN_OPEN(state);
  const auto hall = state.hall(by.site);
  if (hall.presence != Presence::connected && hall.presence != Presence::lost) return Events{};
  Events events;
  if (state.speaker && state.speaker->site == by.site) events.emplace_back(FloorTaken{by.site});
  if (hall.microphone) events.emplace_back(MicrophoneClosed{by.site});
  if (hall.hand) events.emplace_back(HandLowered{by.site});
  if (hall.screen) events.emplace_back(SharingStopped{by.site});
  events.emplace_back(SiteLeft{by.site});
  return events;
}

Result<Events> decide(const State& state, const Actor&, const LoseSite& command) {
  if (state.state != SessionState::open || !state.connected(command.site)) return Events{};
  return Events{SiteLost{command.site}};
}

Result<Events> decide(const State& state, const Actor&, const StageScene& command) {
  if (state.state == SessionState::ended) return refuse("session.ended");
  if (auto why = wrong_scene(state, command.scene)) return tl::unexpected(*why);
  if (command.scene == state.staged() && !state.scene.cells.empty()) return Events{};
  return Events{SceneStaged{command.scene}};
}

Result<Events> decide(const State& state, const Actor&, const UndoScene&) {
  if (state.state == SessionState::ended) return refuse("session.ended");
  if (!state.scene_before) return refuse("scene.nothing_to_undo");
  // The record may have lost a hall since.
  if (auto why = wrong_scene(state, *state.scene_before)) return tl::unexpected(*why);
  return Events{SceneUndone{*state.scene_before}};
}

Result<Events> decide(const State& state, const Actor&, const OpenMicrophone& command) {
  ONLY_WHEN_OPEN(state);
  if (!invited(state, command.site)) return refuse("site.not_invited", text(command.site));
  if (!state.connected(command.site)) return refuse("site.not_connected", text(command.site));
  if (state.hall(command.site).microphone) return Events{};
  Events events;
  open_microphone(state, events, command.site);
  return events;
}

Result<Events> decide(const State& state, const Actor& by, const CloseMicrophone& command) {
  if (by.giver == Giver::hall && by.site != command.site) return refuse("session.not_yours");
  ONLY_WHEN_OPEN(state);
  if (!state.hall(command.site).microphone) return Events{};
  return Events{MicrophoneClosed{command.site}};
}

Result<Events> decide(const State& state, const Actor&, const CloseOtherMicrophones&) {
  ONLY_WHEN_OPEN(state);
  Events events;
  for (const auto& [site, hall] : state.halls)
    if (hall.microphone && !(state.speaker && state.speaker->site == site))
      events.emplace_back(MicrophoneClosed{site});
  return events;
}

Result<Events> decide(const State& state, const Actor& by, const RaiseHand&) {
  ONLY_WHEN_OPEN(state);
  if (!state.connected(by.site)) return refuse("site.not_connected", text(by.site));
  if (state.speaker && state.speaker->site == by.site) return refuse("hand.has_floor");
  if (state.hall(by.site).hand) return Events{};
  return Events{HandRaised{by.site}};
}

Result<Events> decide(const State& state, const Actor& by, const LowerHand& command) {
  if (by.giver == Giver::hall && by.site != command.site) return refuse("session.not_yours");
  ONLY_WHEN_OPEN(state);
  if (!state.hall(command.site).hand) return Events{};
  return Events{HandLowered{command.site}};
}

Result<Events> decide(const State& state, const Actor& by, const ShareScreen&) {
  ONLY_WHEN_OPEN(state);
  if (!state.connected(by.site)) return refuse("site.not_connected", text(by.site));
  if (state.hall(by.site).screen) return Events{};
  return Events{ScreenShared{by.site}};
}

Result<Events> decide(const State& state, const Actor& by, const StopSharing& command) {
  if (by.giver == Giver::hall && by.site != command.site) return refuse("session.not_yours");
  ONLY_WHEN_OPEN(state);
  if (!state.hall(command.site).screen) return Events{};
  return Events{SharingStopped{command.site}};
}

Result<Events> decide(const State& state, const Actor&, const SetFeed& command) {
  ONLY_WHEN_OPEN(state);
  if (!invited(state, command.site)) return refuse("site.not_invited", text(command.site));
  if (state.hall(command.site).feed == command.feed) return Events{};
  // The others would hear it come back through the hall's loudspeakers.
  if (command.feed == Feed::echo && state.hall(command.site).microphone)
    return refuse("feed.microphone_open", text(command.site));
  return Events{FeedSet{command.site, command.feed}};
}

Result<Events> decide(const State& state, const Actor&, const GiveFloor& command) {
  ONLY_WHEN_OPEN(state);
  if (!invited(state, command.site)) return refuse("site.not_invited", text(command.site));
  if (!state.connected(command.site)) return refuse("site.not_connected", text(command.site));
  const auto hall = state.hall(command.site);
  Events events;
  if (state.speaker && state.speaker->site != command.site) end_floor(state, events, false);
  if (hall.hand) events.emplace_back(HandLowered{command.site});
  FloorGiven given{command.site, {}};
  if (command.seconds) given.seconds = command.seconds->value;
  events.emplace_back(given);
  if (!hall.microphone) open_microphone(state, events, command.site);
  if (!state.on_stage(command.site)) {
    auto scene = state.staged();
    scene.cells.at(0).source.emplace(Camera{command.site});
    events.emplace_back(SceneStaged{scene});
  }
  return events;
}

Result<Events> decide(const State& state, const Actor&, const ExtendFloor& command) {
  ONLY_WHEN_OPEN(state);
  if (!state.speaker) return refuse("floor.nobody_speaks");
  if (!state.speaker->until) return refuse("floor.without_limit");
  return Events{FloorExtended{command.seconds.value}};
}

Result<Events> decide(const State& state, const Actor&, const TakeFloor&) {
  ONLY_WHEN_OPEN(state);
  if (!state.speaker) return refuse("floor.nobody_speaks");
  Events events;
  end_floor(state, events, true);
  return events;
}

Result<Events> decide(const State& state, const Actor&, const PlayClip& command) {
  ONLY_WHEN_OPEN(state);
  if (!is_clip(state, command.document))
    return refuse("clip.not_of_this_meeting", std::to_string(number(command.document)));
  return Events{ClipPlayed{command.document}};
}

Result<Events> decide(const State& state, const Actor&, const CueClip& command) {
  ONLY_WHEN_OPEN(state);
  if (!is_clip(state, command.document))
    return refuse("clip.not_of_this_meeting", std::to_string(number(command.document)));
  return Events{ClipCued{command.document}};
}

Result<Events> decide(const State& state, const Actor&, const ShowPage& command) {
  ONLY_WHEN_OPEN(state);
  if (!can_be_shown(state, command.document))
    return refuse("page.none_to_show", std::to_string(number(command.document)));
  std::int64_t page = command.page.value;
  if (state.clip.document == command.document) page = std::min(page, state.clip.pages.value_or(page));
  return Events{PageShown{command.document, page}};
}

Result<Events> decide(const State& state, const Actor&, const ShowBars&) {
  ONLY_WHEN_OPEN(state);
  return Events{BarsShown{}};
}

Result<Events> decide(const State& state, const Actor&, const CountPages& command) {
  if (state.clip.document != command.document || !state.clip.page) return Events{};
  if (state.clip.pages == command.pages) return Events{};
  return Events{PagesCounted{command.pages}};
}

Result<Events> decide(const State& state, const Actor&, const SeekClip& command) {
  ONLY_WHEN_OPEN(state);
  if (!film_runs(state)) return refuse("clip.not_playing");
  const std::int64_t wanted = command.position.value;
  return Events{ClipSought{std::min(wanted, state.clip.length.value_or(wanted))}};
}

Result<Events> decide(const State& state, const Actor&, const LoopClip& command) {
  ONLY_WHEN_OPEN(state);
  if (!film_runs(state)) return refuse("clip.not_playing");
  if (state.clip.loop == command.on) return Events{};
  return Events{ClipLooped{command.on}};
}

Result<Events> decide(const State& state, const Actor&, const MeasureClip& command) {
  if (!film_runs(state)) return Events{};
  return Events{ClipMeasured{command.milliseconds}};
}

Result<Events> decide(const State& state, const Actor&, const PauseClip&) {
  ONLY_WHEN_OPEN(state);
  if (!film_runs(state)) return refuse("clip.not_playing");
  if (state.clip.state == ClipState::paused) return Events{};
  return Events{ClipPaused{}};
}

Result<Events> decide(const State& state, const Actor&, const ResumeClip&) {
  ONLY_WHEN_OPEN(state);
  if (!film_runs(state)) return refuse("clip.not_playing");
  if (state.clip.state == ClipState::playing) return Events{};
  return Events{ClipResumed{}};
}

Result<Events> decide(const State& state, const Actor&, const StopClip&) {
  ONLY_WHEN_OPEN(state);
  if (state.clip.state == ClipState::stopped) return Events{};
  return Events{ClipStopped{}};
}

Result<Events> decide(const State& state, const Actor&, const FinishClip& command) {
  if (!clip_runs(state)) return Events{};
  return Events{ClipFinished{command.reason}};
}

Result<Events> decide(const State& state, const Actor&, const StartRecording&) {
  ONLY_WHEN_OPEN(state);
  if (state.recorder.state == RecorderState::recording) return Events{};
  return Events{RecordingStarted{}};
}

Result<Events> decide(const State& state, const Actor&, const StopRecording&) {
  ONLY_WHEN_OPEN(state);
  if (state.recorder.state != RecorderState::recording) return Events{};
  return Events{RecordingStopped{}};
}

Result<Events> decide(const State& state, const Actor&, const FailRecording& command) {
  if (state.recorder.state != RecorderState::recording) return Events{};
  return Events{RecordingFailed{command.reason}};
}

Result<Events> decide(const State& state, const Actor&, const BeginItem& command) {
  ONLY_WHEN_OPEN(state);
  if (command.item.value >= static_cast<std::int64_t>(state.brief.agenda.size()))
    return refuse("item.not_in_agenda", std::to_string(command.item.value + 1));
  if (state.item == static_cast<int>(command.item.value)) return Events{};
  return Events{ItemBegun{command.item.value}};
}

Result<Events> decide(const State& state, const Actor&, const AddOutput& command) {
  if (state.state == SessionState::ended) return refuse("session.ended");
  if (state.outputs.size() >= most_outputs) return refuse("output.too_many", std::to_string(most_outputs));
  const auto address = read_output_address(command.url);
  if (!address) return tl::unexpected(address.error());
  const OutputId output{state.last_output + 1};
  const auto& place = address->place;
  return Events{OutputAdded{output, place.kind, place.host, place.port}, OutputStarted{output}};
}

Result<Events> decide(const State& state, const Actor&, const AddRtsp&) {
  if (state.state == SessionState::ended) return refuse("session.ended");
  if (state.brief.rtsp_port == 0) return refuse("output.no_rtsp");
  if (state.output(OutputKind::rtsp)) return refuse("output.rtsp_twice");
  const OutputId output{state.last_output + 1};
  return Events{OutputAdded{output, OutputKind::rtsp, "", state.brief.rtsp_port}, OutputStarted{output}};
}

Result<Events> decide(const State& state, const Actor&, const AddHls&) {
  if (state.state == SessionState::ended) return refuse("session.ended");
  if (state.output(OutputKind::hls)) return refuse("output.hls_twice");
  const OutputId output{state.last_output + 1};
  return Events{OutputAdded{output, OutputKind::hls, "", 0}, OutputStarted{output}};
}

Result<Events> decide(const State& state, const Actor&, const StartOutput& command) {
  if (state.state == SessionState::ended) return refuse("session.ended");
  const auto output = state.outputs.find(command.output);
  if (output == state.outputs.end()) return refuse("output.not_there");
  if (output->second.on) return Events{};
  return Events{OutputStarted{command.output}};
}

Result<Events> decide(const State& state, const Actor&, const StopOutput& command) {
  const auto output = state.outputs.find(command.output);
  if (output == state.outputs.end()) return refuse("output.not_there");
  if (!output->second.on) return Events{};
  return Events{OutputStopped{command.output, ""}};
}

Result<Events> decide(const State& state, const Actor&, const RemoveOutput& command) {
  const auto output = state.outputs.find(command.output);
  if (output == state.outputs.end()) return Events{};
  Events events;
  if (output->second.on) events.emplace_back(OutputStopped{command.output, ""});
  events.emplace_back(OutputRemoved{command.output});
  return events;
}

Result<Events> decide(const State& state, const Actor&, const FailOutput& command) {
  const auto output = state.outputs.find(command.output);
  if (output == state.outputs.end() || !output->second.on) return Events{};
  return Events{OutputStopped{command.output, command.reason}};
}

Result<Events> decide(const State& state, const Actor&, const Resume&) {
  if (state.state != SessionState::open) return Events{};
  // The film goes on in a new part; the old file was cut with the server.
  if (state.recorder.state == RecorderState::recording) return Events{SessionResumed{}, RecordingStarted{}};
  return Events{SessionResumed{}};
}

#undef ONLY_WHEN_OPEN

}  // namespace

std::string Actor::name() const {
  switch (giver) {
    case Giver::operator_:
      return "operator:" + std::to_string(account ? number(*account) : 0);
    case Giver::chair:
      return "chair:" + std::to_string(account ? number(*account) : 0);
    case Giver::hall:
      return "hall:" + std::to_string(number(site));
    case Giver::server:
      return "server";
  }
  return {};
}

bool may_give(Giver giver, const Command& command) {
  return std::visit([giver](const auto& chosen) { return (chosen.may & only(giver)) != 0; }, command);
}

Result<Events> decide(const State& state, const Actor& by, const Command& command) {
  if (!may_give(by.giver, command)) return scheduler::refuse(ErrorCode::forbidden, "session.not_allowed");
  return std::visit([&](const auto& chosen) { return decide(state, by, chosen); }, command);
}

}  // namespace diemcau::session
