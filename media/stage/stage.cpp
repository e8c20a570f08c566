#include "media/stage/stage.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "media/fetch_ahead.h"
#include "media/rtp/red.h"

namespace diemcau::stage {

using media::LiveCounters;

namespace {
constexpr SourceId clip = media::Engine::clip_source;
constexpr SourceId program = media::Engine::program_source;
/// Of what our own pages send (web/shared/cameraLayers.ts).
constexpr std::array<std::string_view, 3> page_rids{"q", "h", "f"};
constexpr int unstated = 40;  // the level of a sender that states none: somebody who speaks softly
constexpr auto look_interval = std::chrono::milliseconds(500);
constexpr auto snapshot_interval = std::chrono::seconds(3);
constexpr auto snapshot_patience =
    std::chrono::seconds(10);  // with encoders that give keyframes when asked only
}  // namespace

Stage::Stage(media::LiveCounters& counters, Calls calls, Elsewhere* elsewhere)
    : counters_(counters), calls_(std::move(calls)), elsewhere_(elsewhere) {}

void Stage::add(Peer& peer, Publication publication) {
  peers_.push_back(&peer);
  if (!peer.publishes()) return;
  // Whoever published this source before has lost it: the hall has reconnected.
  for (auto* other : peers_)
    if (other != &peer && other->publishes() == peer.publishes()) {
      other->camera = other->screen = nullptr;
      other->microphone = nullptr;
    }
  const auto id = *peer.publishes();
  end_echo(id);
  withdraw(id);
  withdraw(media::screen_of(id));
  peer.camera = publish(id, publication, peer, peer.camera_line());
  peer.microphone = (sources_[id].microphone = std::make_unique<Track>(id, Codec::opus, &peer)).get();
  if (peer.screen_line() != nullptr)
    peer.screen = publish(media::screen_of(id), publication, peer, peer.screen_line());
}

/// `line`: what it has agreed to send; nullptr: nothing, and no packet will come.
Camera* Stage::publish(SourceId id, Publication publication, Peer& peer, const rtp::AgreedMedia* line) {
  auto& source = sources_[id];
  source.publication = publication;
  if (line != nullptr) source.rids = line->rids;
  source.camera = std::make_unique<Camera>(
      id, &peer, line != nullptr ? line->codec().codec : Codec::vp8,
      std::max<std::size_t>(source.rids.size(), 1),
      std::ranges::equal(source.rids, page_rids) ? LayerSizes::doubling : LayerSizes::any);
  if (media::is_screen(id) && source.rids.empty()) source.rids.emplace_back();
  tell_published(id, source);
  return source.camera.get();
}

void Stage::withdraw(SourceId id) {
  const auto source = sources_.find(id);
  if (source == sources_.end()) return;
  drop_tracks(source->second);
  if (elsewhere_ != nullptr && !source->second.remote_on)
    elsewhere_->withdraw(id, source->second.publication);
  sources_.erase(source);
}

void Stage::start(Peer& peer, Clock::time_point now) {
  started_.insert(&peer);
  arrange(now);
}

void Stage::remove(Peer& peer) {
  for (auto* slots : {&peer.video_slots(), &peer.audio_slots()})
    for (auto& slot : *slots) let_go(*slot);
  started_.erase(&peer);
  missing_.erase(&peer);
  std::erase(peers_, &peer);
  if (peer.publishes() && peer.camera != nullptr) {
    end_echo(*peer.publishes());
    withdraw(*peer.publishes());
    withdraw(media::screen_of(*peer.publishes()));
    // Its place may be what another voice waits for.
    arrange_sound();
  }
}

void Stage::drop_tracks(Source& source) {
  // The viewers keep their last picture until something else comes.
  const auto leave = [](Track& track) {
    for (auto* slot : track.viewers) slot->current = nullptr;
    for (auto* slot : track.waiting) slot->pending = nullptr;
  };
  if (source.camera)
    for (const auto& layer : source.camera->layers()) leave(*layer);
  if (source.microphone) leave(*source.microphone);
  source.camera.reset();
  source.microphone.reset();
}

void Stage::let_go(Slot& slot) {
  if (slot.current != nullptr) std::erase(slot.current->viewers, &slot);
  if (slot.pending != nullptr) std::erase(slot.pending->waiting, &slot);
  slot.current = slot.pending = nullptr;
}

Camera* Stage::camera_of(SourceId source) const {
  const auto found = sources_.find(source);
  return found == sources_.end() ? nullptr : found->second.camera.get();
}

bool Stage::is_audible(SourceId source) const {
  return source == clip || media::is_echo(source) ||
         std::find(audible_.begin(), audible_.end(), source) != audible_.end();
}

bool Stage::is_in_scene(SourceId source) const {
  return std::any_of(scene_.cells.begin(), scene_.cells.end(),
                     [&](const auto& cell) { return cell.source == source; });
}

void Stage::set_scene(const Scene& scene, Clock::time_point now) {
  const auto before = scene_;
  scene_ = scene;
  for (const auto& sink : sinks_) sink->on_scene(scene_);
  if (!sinks_.empty())
    for (const auto& cell : scene_.cells)
      if (cell.source && std::none_of(before.cells.begin(), before.cells.end(),
                                      [&](const auto& c) { return c.source == cell.source; }))
        want_keyframe(*cell.source, now);
  arrange(now);
}

void Stage::set_audible(std::vector<SourceId> sources, Clock::time_point now) {
  audible_ = std::move(sources);
  arrange(now);
}

void Stage::set_feeds(std::map<SourceId, media::Feed> feeds, Clock::time_point now) {
  feeds_ = std::move(feeds);
  arrange(now);
}

void Stage::offer_program() {
  auto& source = sources_[program];
  source.publication = Publication{1};
  source.camera = std::make_unique<Camera>(program, nullptr, Codec::vp8, 1);
  tell_published(program, source);
}

void Stage::set_clip(bool running, bool silent, Clock::time_point now) {
  withdraw(clip);
  if (running) {
    auto& source = sources_[clip];
    source.publication = Publication{++clips_};
    source.camera = std::make_unique<Camera>(clip, nullptr, Codec::vp8, 1);
    if (!silent) source.microphone = std::make_unique<Track>(clip, Codec::opus, nullptr);
    tell_published(clip, source);
  }
  arrange(now);
}

void Stage::add_sink(std::shared_ptr<Sink> sink, Clock::time_point now) {
  sink->on_scene(scene_);
  sinks_.push_back(std::move(sink));
  for (const auto& cell : scene_.cells)
    if (cell.source) want_keyframe(*cell.source, now);
}

void Stage::remove_sink(const std::shared_ptr<Sink>& sink) { std::erase(sinks_, sink); }

void Stage::want_keyframe(SourceId source, Clock::time_point now) {
  auto* const camera = camera_of(source);
  if (camera == nullptr) return;
  choose_recorded(now);
  ask(camera->next_recorded != nullptr ? *camera->next_recorded : camera->layer(0), now);
}

void Stage::ask(Track& track, Clock::time_point now) {
  if (track.gate.want(now)) request_keyframe(track, now);
}

void Stage::request_keyframe(const Track& track, Clock::time_point now) {
  if (track.publisher() != nullptr) return track.publisher()->ask_keyframe(track, now);
  if (auto& source = sources_.at(track.source()); source.remote_on) return wish_keyframe(source, track);
  if (media::is_echo(track.source())) return ask_echoed(track.source(), now);
  calls_.ask_keyframe(track.source());
}

void Stage::arrange(Clock::time_point now) {
  follow_echoes(now);
  for (auto* peer : peers_)
    if (started_.contains(peer)) aim_pictures(*peer, now);
  arrange_sound();
  choose_recorded(now);
  tell_wanted(now);
}

void Stage::set_next(const Scene& scene, Clock::time_point now) {
  next_ = scene;
  arrange(now);
  keep_ready(now);
}

void Stage::arrange_sound() {
  std::vector<SourceId> open;
  for (const auto& [id, source] : sources_)
    if (source.microphone && id != clip && !media::is_echo(id) && is_audible(id)) open.push_back(id);
  for (auto& voices : voices_) voices.set_open(open);
  for (auto* peer : peers_)
    if (started_.contains(peer)) aim_sound(*peer);
}

void Stage::hear(SourceId source, int level, Clock::time_point now) {
  bool other_choice = false;
  for (auto& voices : voices_) other_choice |= voices.on_level(source, level, now);
  if (!other_choice) return;
  for (auto* peer : peers_)
    if (started_.contains(peer)) aim_sound(*peer);
}

void Stage::aim_sound(Peer& peer) {
  const auto film = sources_.find(clip);
  auto places = std::min(peer.audio_slots().size(), voices_.size());
  std::vector<Track*> wanted;
  if (has_echo(peer)) {
    wanted.push_back(sources_.at(media::echo_of(*peer.publishes())).microphone.get());
    places = 0;
  }
  if (film != sources_.end() && film->second.microphone && places > 0) {
    wanted.push_back(film->second.microphone.get());
    --places;
  }
  for (const auto& [id, source] : sources_)
    if (places > 0 && source.microphone && id != peer.publishes() && voices_[places - 1].is_chosen(id))
      wanted.push_back(source.microphone.get());
  // Who is heard already keeps the slot: a voice does not move without need.
  for (auto& slot : peer.audio_slots()) {
    const auto kept = std::find(wanted.begin(), wanted.end(), slot->current);
    if (kept == wanted.end()) {
      let_go(*slot);
    } else {
      wanted.erase(kept);
    }
  }
  for (auto& slot : peer.audio_slots()) {
    if (slot->current != nullptr || wanted.empty()) continue;
    slot->pending = wanted.front();
    wanted.front()->waiting.push_back(slot.get());
    wanted.erase(wanted.begin());
  }
}

void Stage::on_packet(Peer& peer, std::span<std::byte> packet, Clock::time_point now) {
  const auto view = rtp::parse_packet(packet);
  if (!view) return LiveCounters::add(counters_.dropped_malformed);
  peer.note_arrival(*view, now);
  auto* const track = peer.route(packet, *view);
  if (track == nullptr) {
    // Probing packets of a line that is not used yet come here too: nothing to log.
    if (!view->payload.empty()) LiveCounters::add(counters_.dropped_unknown);
    return;
  }
  if (track->kind() == Kind::audio) {
    const auto level = peer.level(*view);
    if (const auto source = sources_.find(track->source()); source != sources_.end()) {
      source->second.heard = static_cast<std::uint8_t>(level.value_or(unstated));
      source->second.level = std::max(source->second.level, level.value_or(0));
    }
    hear(track->source(), level.value_or(unstated), now);
    if (const auto plain_type = peer.redundant(*view)) return unwrap(*track, packet, *view, *plain_type, now);
  }
  const bool was_alive = track->is_alive(now);
  const auto arrived = track->take(packet, now);
  if (!arrived) return;
  if (track->kind() == Kind::video && camera_of(track->source())->on_packet(*track, *arrived, was_alive))
    arrange(now);
  pass_on(*track, *arrived, now);
}

void Stage::unwrap(Track& track, std::span<std::byte> packet, const rtp::PacketView& view, int plain_type,
                   Clock::time_point now) {
  const auto red = rtp::parse_red(view.payload);
  if (!red || red->own().payload_type != plain_type) return LiveCounters::add(counters_.dropped_malformed);
  // What got lost before comes first: what is passed on is in order.
  std::array<std::byte, 1500> buffer;
  auto sequence = static_cast<std::uint16_t>(view.sequence - red->older().size());
  for (const auto& block : red->older()) {
    const auto lost = sequence++;
    if (block.payload_type != plain_type || block.payload.empty() || !track.history.find(lost).empty())
      continue;
    if (const auto arrived = track.recover(rtp::write_recovered(view, block, lost, buffer), now))
      pass_on(track, *arrived, now);
  }
  if (const auto arrived = track.take(rtp::unwrap_red(packet, view, red->own()), now))
    pass_on(track, *arrived, now);
}

void Stage::on_rendered(SourceId id, Kind kind, std::span<const std::byte> packet, Clock::time_point now) {
  const auto source = sources_.find(id);
  if (source == sources_.end()) return;
  auto* const track =
      kind == Kind::video ? &source->second.camera->layer(0) : source->second.microphone.get();
  if (track == nullptr) return;
  if (const auto arrived = track->take(packet, now)) pass_on(*track, *arrived, now);
}

void Stage::rebind(Track& track, Clock::time_point now) {
  for (auto* slot : std::exchange(track.viewers, {})) {
    slot->current = nullptr;
    if (slot->pending != nullptr) continue;
    slot->pending = &track;
    track.waiting.push_back(slot);
  }
  if (track.kind() == Kind::video && !track.waiting.empty()) ask(track, now);
}

void Stage::pass_on(Track& track, const Track::Arrived& arrived, Clock::time_point now) {
  if (arrived.restarted) rebind(track, now);
  if (!echoes_.empty()) hold_for_echo(track, arrived, now);
  // A closed microphone is closed here, whatever the page does.
  if (track.kind() == Kind::audio && !is_audible(track.source())) return;
  if (track.relayed_to != 0) relay(track, arrived.packet.sequence, track.relayed_to, Relayed::Turn::live);
  // Each step needs what the one before has fetched.
  const auto& viewers = track.viewers;
  for (std::size_t i = 0; i < viewers.size(); ++i) {
    if (i + 6 < viewers.size()) media::fetch_ahead(viewers[i + 6], 3 * media::cache_line);
    if (i + 4 < viewers.size()) viewers[i + 4]->fetch_ahead();
    if (i + 2 < viewers.size()) viewers[i + 2]->peer().fetch_ahead();
    auto* const slot = viewers[i];
    slot->live_step(arrived.packet, now);
    slot->peer().forward(*slot, arrived.packet, arrived.picture, now, true);
  }
  if (!track.waiting.empty() && (track.kind() == Kind::audio || arrived.keyframe)) {
    for (auto* slot : std::exchange(track.waiting, {})) {
      show(*slot, track);
      slot->bind(track.codec(), arrived.packet, arrived.picture, now);
      slot->peer().forward(*slot, arrived.packet, arrived.picture, now, true);
      slot->peer().send_reports(now, std::chrono::system_clock::now(), slot);
    }
  }
  if (sinks_.empty() || media::is_echo(track.source())) return;
  if (track.kind() == Kind::video) {
    if (!is_in_scene(track.source())) return;
    auto& camera = *camera_of(track.source());
    // A renderer gets one size at a time, and changes to another at its key frame.
    if (&track == camera.next_recorded && (camera.recorded == nullptr || arrived.keyframe))
      camera.recorded = &track;
    if (&track != camera.recorded) return;
  }
  for (const auto& sink : sinks_)
    sink->on_packet(track.source(), track.codec(), track.history.find(arrived.packet.sequence));
}

void Stage::replay(Slot& slot, Track& track, Clock::time_point now) {
  const auto range = track.history.since_keyframe();
  if (!range) return;
  bool first = true;
  // As little as will do, where it may be much: show() puts the others back.
  if (!track.is_still(now) && !track.has_fresh_keyframe(now)) slot.temporal_layers = 1;
  for (auto sequence = range->first;; ++sequence) {
    const auto packet = rtp::parse_packet(track.history.find(sequence));
    if (packet) {
      const auto picture = track.picture_of(*packet);
      if (std::exchange(first, false)) slot.bind(track.codec(), *packet, picture, now);
      slot.replay_step(*packet);
      slot.peer().forward(slot, *packet, picture, now, true);
    }
    if (sequence == range->second) break;
  }
  slot.end_replay();
  // For a viewer that has lost its picture, what it waits for stays what it was.
  if (slot.current == &track) return;
  std::erase(track.waiting, &slot);
  show(slot, track);
}

void Stage::show(Slot& slot, Track& track) {
  if (slot.current != nullptr) std::erase(slot.current->viewers, &slot);
  slot.pending = nullptr;
  slot.current = &track;
  slot.shows = track.source();
  slot.temporal_layers = slot.share ? slot.share->temporal_layers : Slot::all_temporal_layers;
  track.viewers.push_back(&slot);
  tell_program(slot.peer());
}

void Stage::on_rtcp(Peer& peer, const rtp::RtcpReport& report, Clock::time_point now) {
  peer.on_report(report, std::chrono::system_clock::now());
  if (!report.arrivals.empty()) on_arrivals(peer, report.arrivals, now);
  for (const auto& sender : report.sender_reports)
    peer.for_each_track([&](Track& track) {
      if (track.ssrc() == sender.ssrc) track.on_sender_report(sender, now);
    });
  for (const auto ssrc : report.keyframes_wanted) {
    auto* const slot = peer.find_slot(ssrc);
    if (slot == nullptr || slot->current == nullptr || slot->kind() != Kind::video) continue;
    renew_picture(*slot, now);
  }
  for (const auto& lost : report.lost) {
    auto* const slot = peer.find_slot(lost.ssrc);
    if (slot == nullptr || slot->current == nullptr) continue;
    for (const auto sequence : lost.sequences) {
      const auto wanted = slot->repair(sequence, now);
      const auto packet = wanted ? rtp::parse_packet(slot->current->history.find(*wanted)) : std::nullopt;
      if (!packet) continue;
      peer.forward(*slot, *packet, slot->current->picture_of(*packet), now, false);
    }
  }
}

void Stage::on_arrivals(Peer& peer, std::span<const rtp::PacketStatus> told, Clock::time_point now) {
  const bool was_thin = peer.is_thin();
  peer.on_arrivals(told, now);
  if (!started_.contains(&peer) || (peer.is_thin() == was_thin && !peer.is_overspent())) return;
  aim_pictures(peer, now);
  tell_wanted(now);
}

void Stage::renew_picture(Slot& slot, Clock::time_point now) {
  auto& track = *slot.current;
  if (track.is_still(now) && slot.may_replay(now)) replay(slot, track, now);
  ask(track, now);
}

void Stage::resume(Peer& peer, Clock::time_point now) {
  for (const auto& slot : peer.video_slots())
    if (slot->current != nullptr) renew_picture(*slot, now);
  for (const auto* const camera : {peer.camera, peer.screen})
    for (std::size_t i = 0; camera != nullptr && i < camera->layers().size(); ++i)
      if (auto& track = camera->layer(i); track.ssrc() != 0 && is_seen(track, i)) {
        track.gate.forget_request();
        ask(track, now);
      }
}

bool Stage::is_seen(const Track& track, std::size_t layer) const {
  const auto& source = sources_.at(track.source());
  const bool recorded =
      !sinks_.empty() && is_in_scene(track.source()) && source.camera->next_recorded == &track;
  return !track.viewers.empty() || !track.waiting.empty() || recorded || source.wished.at(layer) != 0;
}

bool Stage::on_timer(Clock::time_point now) {
  bool waits = !echoes_.empty();
  for (auto* peer : peers_) waits |= peer->on_timer(now);
  give_back(now);
  if (now >= next_look_) {
    // Sizes come and go with the sender's line.
    next_look_ = now + look_interval;
    arrange(now);
    keep_ready(now);
    tell_keyframes(now);
    for (auto* peer : peers_)
      if (started_.contains(peer)) tell_late(*peer, now);
  }
  for (auto& [id, source] : sources_) {
    if (!source.camera) continue;
    for (std::size_t i = 0; i < source.camera->layers().size(); ++i) {
      auto& track = source.camera->layer(i);
      const bool seen = is_seen(track, i);
      if (track.nack.take_given_up() && seen) ask(track, now);
      if (seen && track.gate.due(now)) request_keyframe(track, now);
      waits |= seen && track.gate.is_waiting();
    }
  }
  return waits;
}

void Stage::tell_keyframes(Clock::time_point now) {
  if (now >= snapshots_until_) return;
  for (auto& [id, source] : sources_) {
    auto* const track = source.camera ? &source.camera->layer(0) : nullptr;
    // Who sees something here has a page, which sends pictures of its own.
    if (track == nullptr || track->publisher() == nullptr || !track->publisher()->video_slots().empty() ||
        !track->is_alive(now) || now - source.snapshot_at < snapshot_interval)
      continue;
    const auto packets = track->history.keyframe();
    const auto time =
        packets.empty() ? std::nullopt : std::optional(rtp::parse_packet(packets[0])->timestamp);
    if (!time || time == source.snapshot_time) {
      if (now - source.snapshot_at > snapshot_patience) ask(*track, now);
      continue;
    }
    source.snapshot_at = now;
    source.snapshot_time = time;
    std::vector<std::vector<std::byte>> copies;
    for (const auto& packet : packets) copies.emplace_back(packet.begin(), packet.end());
    calls_.keyframe_seen(id, track->codec(), std::move(copies));
  }
}

void Stage::send_reports(Clock::time_point now) {
  const auto wall = std::chrono::system_clock::now();
  for (auto* peer : peers_) peer->send_reports(now, wall);
}

std::map<media::PeerId, media::Downlink> Stage::downlinks() const {
  std::map<media::PeerId, media::Downlink> all;
  for (const auto* peer : peers_)
    if (auto line = peer->downlink(); line && started_.contains(peer)) all[peer->id()] = std::move(*line);
  return all;
}

std::map<SourceId, int> Stage::take_levels() {
  std::map<SourceId, int> levels;
  for (auto& [id, source] : sources_)
    if (source.microphone && !source.remote_on && !media::is_echo(id))
      levels[id] = std::exchange(source.level, 0);
  return levels;
}

std::map<SourceId, media::LineTotals> Stage::lines(Clock::time_point now) const {
  std::map<SourceId, media::LineTotals> lines;
  for (const auto* peer : peers_)
    // Without a camera: another peer has taken its place as that source.
    if (peer->publishes() && peer->camera != nullptr && started_.contains(peer))
      lines.emplace(*peer->publishes(), peer->line(now));
  return lines;
}

}  // namespace diemcau::stage
