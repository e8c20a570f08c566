#include "server/session/session.h"

#include "scheduler/meetings.h"
#include "scheduler/output_secrets.h"
#include "scheduler/recordings.h"
#include "server/auth/lock.h"
#include "server/session/recording_files.h"
#include "server/signaling/json_codec.h"

namespace diemcau::session {
namespace {
using scheduler::ErrorCode;
using scheduler::LoggedEvent;
using scheduler::Result;

media::StageId stage_of(MeetingId meeting) { return media::StageId{number(meeting)}; }
media::SourceId source_of(SiteId site) { return media::SourceId{number(site)}; }

constexpr bool same_layouts() {
  bool same = true;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<Layout>>([&same](auto layout) {
    same &= cells_of(layout.value) == media::areas_of(static_cast<media::Layout>(layout.value)).size();
  });
  return same;
}
static_assert(same_layouts());
static_assert(static_cast<int>(Feed::program) == static_cast<int>(media::Feed::program));
static_assert(static_cast<int>(Feed::stage) == static_cast<int>(media::Feed::stage));
static_assert(static_cast<int>(Feed::echo) == static_cast<int>(media::Feed::echo));

/// What else the record has to say about an event, in the same transaction.
struct Record {
  SQLite::Database& database;
  MeetingId meeting;
  Time at;
  const std::string& locked_url;  ///< of an output that was added

  void operator()(const SessionOpened&) const { scheduler::Meetings(database).mark_live(meeting, at); }
  void operator()(const SessionEnded&) const {
    scheduler::Meetings(database).mark_ended(meeting, at);
    scheduler::OutputSecrets(database).remove(meeting);
  }
  void operator()(const OutputAdded& event) const {
    if (!is_pushed(event.kind)) return;
    scheduler::OutputSecrets(database).add(meeting, event.output, locked_url);
  }
  void operator()(const OutputRemoved& event) const {
    scheduler::OutputSecrets(database).remove(meeting, event.output);
  }
  void operator()(const RecordingStarted&) const {
    scheduler::Recording part;
    part.meeting = meeting;
    part.file = recording_file(meeting, at);
    part.started_at = at;
    scheduler::Recordings(database).add(part);
  }
  template <class Other>
  void operator()(const Other&) const {}
};

media::PushTarget push_target(const OutputAddress& address) {
  media::PushTarget target;
  target.protocol = static_cast<media::PushProtocol>(address.place.kind);
  target.host = address.place.host;
  target.port = static_cast<std::uint16_t>(address.place.port);
  target.application = address.application;
  target.stream = address.stream;
  target.stream_id = address.stream_id;
  target.passphrase = address.passphrase;
  target.latency = address.latency;
  return target;
}
static_assert(static_cast<int>(OutputKind::srt) == static_cast<int>(media::PushProtocol::srt));

}  // namespace

std::filesystem::path live_folder(const std::filesystem::path& all, MeetingId meeting) {
  return all / std::to_string(number(meeting));
}

media::SourceId media_source(const Source& source) {
  const auto site = site_of(source);
  if (!site) return media::Engine::clip_source;
  return std::holds_alternative<Screen>(source) ? media::screen_of(source_of(*site)) : source_of(*site);
}

media::Scene media_scene(const State& state) {
  const auto scene = state.staged();
  media::Scene result;
  result.layout = static_cast<media::Layout>(scene.layout);
  for (const auto& cell : scene.cells) {
    auto& made = result.cells.emplace_back();
    if (!cell.source) continue;
    made.source = media_source(*cell.source);
    const auto site = site_of(*cell.source);
    const auto invited = site ? state.brief.halls.find(*site) : state.brief.halls.end();
    if (invited == state.brief.halls.end()) continue;
    made.label = (media::is_screen(*made.source) ? "Màn hình – " : "") + invited->second.name;
  }
  return result;
}

std::vector<media::SourceId> audible_sources(const State& state) {
  std::vector<media::SourceId> sources;
  for (const auto& [site, hall] : state.halls)
    if (hall.microphone) sources.push_back(source_of(site));
  return sources;
}

std::map<media::SourceId, media::Feed> chosen_feeds(const State& state) {
  std::map<media::SourceId, media::Feed> feeds;
  for (const auto& [site, hall] : state.halls)
    if (hall.feed != Feed::by_line) feeds.emplace(source_of(site), static_cast<media::Feed>(hall.feed));
  return feeds;
}

Session::Session(const Surroundings& around, Brief brief, const std::vector<LoggedEvent>& log)
    : around_(around) {
  shown_.brief = std::move(brief);
  read(log);
}

void Session::read(const std::vector<LoggedEvent>& log) {
  State state;
  state.brief = shown_.brief;
  for (const auto& entry : log)
    apply(state, protocol::decode<Event>(nlohmann::json::parse(entry.event)), entry.at);
  next_sequence_ = log.empty() ? 1 : log.back().sequence + 1;
  newest_ = state;
  shown_ = std::move(state);
  read_addresses();
}

void Session::read_addresses() {
  addresses_.clear();
  for (const auto& [output, locked] : scheduler::OutputSecrets(around_.store.reading()).of(meeting()))
    if (const auto url = auth::unlocked(around_.key, locked))
      if (auto address = read_output_address(*url)) addresses_.emplace(output, std::move(*address));
}

void Session::give(const Actor& by, const Command& command, Time at, Answer answer) {
  const auto reply = [&answer](Result<int> result) {
    if (answer) answer(std::move(result));
  };
  if (failed_) return reply(scheduler::refuse(ErrorCode::unavailable, "session.not_stored"));
  const auto decided = decide(newest_, by, command);
  if (!decided) return reply(tl::unexpected(decided.error()));
  std::vector<Happened> happened;
  for (const auto& event : *decided) {
    apply(newest_, event, at);
    happened.push_back({event, at, ""});
    if (const auto* add = std::get_if<AddOutput>(&command); add && std::holds_alternative<OutputAdded>(event))
      happened.back().url = add->url;
  }
  // Also with no events: the answer comes after those of the commands before it.
  if (happened.empty() && under_way_ == 0) return reply(0);
  store(std::move(happened), by.name(), std::move(answer));
}

void Session::store(std::vector<Happened> happened, const std::string& by, Answer answer) {
  std::vector<LoggedEvent> entries;
  std::vector<std::string> locked;
  for (const auto& [event, at, url] : happened) {
    entries.push_back({next_sequence_++, at, by, protocol::encode(event).dump()});
    locked.push_back(url.empty() ? "" : auth::locked(around_.key, url));
  }
  ++under_way_;
  around_.store.write<int>(
      [entries, happened, locked, meeting = meeting()](SQLite::Database& database) -> Result<int> {
        if (!entries.empty()) scheduler::EventLog(database).append(meeting, entries);
        for (std::size_t i = 0; i < happened.size(); ++i)
          std::visit(Record{database, meeting, happened[i].at, locked[i]}, happened[i].event);
        return 0;
      },
      [this, happened, answer = std::move(answer)](Result<int> stored) {
        --under_way_;
        if (stored) {
          show(happened);
        } else {
          failed_ = true;
        }
        if (failed_ && under_way_ == 0) recover();
        if (!answer) return;
        answer(stored ? Result<int>(0)
                      : Result<int>(scheduler::refuse(ErrorCode::unavailable, "session.not_stored",
                                                      stored.error().text_key)));
      });
}

void Session::recover() {
  around_.log.warn("session.read_again", {{"meeting", meeting()}});
  read(scheduler::EventLog(around_.store.reading()).of(meeting()));
  failed_ = false;
  direct_stage();
  around_.shown(meeting());
}

void Session::change_brief(const Brief& brief) {
  newest_.brief = brief;
  shown_.brief = brief;
  direct_stage();
  around_.shown(meeting());
}

void Session::show(const std::vector<Happened>& happened) {
  for (const auto& [event, at, url] : happened) {
    apply(shown_, event, at);
    if (const auto* added = std::get_if<OutputAdded>(&event))
      if (auto address = read_output_address(url)) addresses_.emplace(added->output, std::move(*address));
    if (const auto* removed = std::get_if<OutputRemoved>(&event)) addresses_.erase(removed->output);
    const auto json = protocol::encode(event);
    around_.log.info("session." + json.at("type").get<std::string>(),
                     {{"meeting", meeting()}, {"event", json.dump()}});
  }
  const bool ends = stage_open_ && shown_.state == SessionState::ended;
  if (!ends) direct_stage();
  for (const auto& one : happened) direct(one);
  for (const auto& [output, view] : shown_.outputs)
    if (view.on && is_pushed(view.kind) && !addresses_.contains(output))
      give({Giver::server, {}, {}}, FailOutput{output, "output.address_lost"}, happened.back().at);
  if (ends) direct_stage();
  around_.shown(meeting());
}

void Session::direct_stage() {
  const auto stage = stage_of(meeting());
  const bool open = shown_.state == SessionState::open;
  if (open != stage_open_) {
    stage_open_ = open;
    scene_ = {};
    audible_.clear();
    feeds_.clear();
    outputs_.clear();
    if (open) {
      around_.stage.open_stage(stage);
    } else {
      around_.stage.close_stage(stage);
    }
  }
  if (!open) return;
  if (auto scene = media_scene(shown_); scene != scene_) {
    scene_ = std::move(scene);
    around_.stage.set_scene(stage, scene_);
  }
  if (auto audible = audible_sources(shown_); audible != audible_) {
    audible_ = std::move(audible);
    around_.stage.set_audible(stage, audible_);
  }
  if (auto feeds = chosen_feeds(shown_); feeds != feeds_) {
    feeds_ = std::move(feeds);
    around_.stage.set_feeds(stage, feeds_);
  }
  direct_outputs();
}

void Session::direct_outputs() {
  const auto stage = stage_of(meeting());
  const auto on = [this](OutputId output) {
    const auto found = shown_.outputs.find(output);
    return found != shown_.outputs.end() && found->second.on;
  };
  std::erase_if(outputs_, [&](OutputId output) {
    if (on(output)) return false;
    around_.stage.stop_output(stage, media::OutputId{number(output)});
    return true;
  });
  for (const auto& [output, view] : shown_.outputs) {
    const media::OutputId id{number(output)};
    const auto address = addresses_.find(output);
    if (!view.on || outputs_.contains(output)) continue;
    if (view.kind == OutputKind::rtsp) {
      around_.stage.serve_output(stage, id, around_.rtsp_path(meeting(), output));
    } else if (view.kind == OutputKind::hls) {
      around_.stage.publish_output(stage, id, live_folder(around_.live_folder, meeting()));
    } else if (address != addresses_.end()) {
      around_.stage.start_output(stage, id, push_target(address->second));
    } else {
      continue;
    }
    outputs_.insert(output);
  }
}

void Session::begin_clip(DocumentId document, media::ClipStart start, Time at) {
  const auto file = around_.clip_file(document);
  if (file.empty()) return give({Giver::server, {}, {}}, FinishClip{"clip.file_missing"}, at);
  around_.stage.play_clip(stage_of(meeting()), file, start);
}

void Session::direct(const Happened& happened) {
  const auto stage = stage_of(meeting());
  const auto& event = happened.event;
  if (const auto* clip = std::get_if<ClipPlayed>(&event)) {
    begin_clip(clip->document, media::ClipStart::playing, happened.at);
  } else if (const auto* cued = std::get_if<ClipCued>(&event)) {
    begin_clip(cued->document, media::ClipStart::paused, happened.at);
  } else if (const auto* page = std::get_if<PageShown>(&event)) {
    around_.show_page(meeting(), page->document, page->page);
  } else if (std::holds_alternative<BarsShown>(event)) {
    around_.stage.show_bars(stage);
  } else if (const auto* sought = std::get_if<ClipSought>(&event)) {
    around_.stage.seek_clip(stage, std::chrono::milliseconds(sought->position));
  } else if (const auto* looped = std::get_if<ClipLooped>(&event)) {
    around_.stage.loop_clip(stage, looped->on);
  } else if (std::holds_alternative<ClipPaused>(event)) {
    around_.stage.pause_clip(stage);
  } else if (std::holds_alternative<ClipResumed>(event)) {
    around_.stage.resume_clip(stage);
  } else if (std::holds_alternative<ClipStopped>(event)) {
    around_.stage.stop_clip(stage);
  } else if (std::holds_alternative<RecordingStarted>(event)) {
    around_.stage.start_recording(stage, around_.recordings_folder / recording_file(meeting(), happened.at),
                                  around_.recordings_folder / copies_folder(meeting()));
  } else if (std::holds_alternative<RecordingStopped>(event)) {
    around_.stage.stop_recording(stage);
  }
}

}  // namespace diemcau::session
