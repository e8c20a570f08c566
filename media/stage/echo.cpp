#include <utility>

#include "media/stage/stage.h"

/// The part of Stage that plays a hall back to itself: its packets are kept for a while, and are then those
/// of a source that only its publisher sees and hears.
namespace diemcau::stage {

namespace {
constexpr int held_lines = 720;
}

bool Stage::has_echo(const Peer& peer) const {
  return peer.publishes() && echoes_.contains(*peer.publishes());
}

Camera* Stage::echo_for(Peer& peer) const {
  const auto& slots = peer.video_slots();
  auto* const camera = camera_of(media::echo_of(*peer.publishes()));
  return camera != nullptr && !slots.empty() && slots.front()->takes(camera->codec()) ? camera : nullptr;
}

void Stage::follow_echoes(Clock::time_point now) {
  for (auto* peer : peers_) {
    if (!peer->publishes()) continue;
    const auto id = *peer->publishes();
    const auto chosen = feeds_.find(id);
    if (peer->camera == nullptr || chosen == feeds_.end() || chosen->second != media::Feed::echo) {
      // Who has lost its source to another connection has no say in its echo.
      if (peer->camera != nullptr) end_echo(id);
      continue;
    }
    need(*peer->camera, peer->camera->wanted(held_lines), now);
    if (!echoes_.try_emplace(id).second) continue;
    auto& source = sources_[media::echo_of(id)];
    source.camera = std::make_unique<Camera>(media::echo_of(id), nullptr, peer->camera->codec(), 1);
    source.microphone = std::make_unique<Track>(media::echo_of(id), Codec::opus, nullptr);
  }
}

void Stage::end_echo(SourceId publisher) {
  if (echoes_.erase(publisher) == 0) return;
  const auto source = sources_.find(media::echo_of(publisher));
  drop_tracks(source->second);
  sources_.erase(source);
}

void Stage::hold_for_echo(const Track& track, const Track::Arrived& arrived, Clock::time_point now) {
  const auto found = echoes_.find(track.source());
  if (found == echoes_.end()) return;
  auto& echo = found->second;
  if (track.kind() == Kind::video) {
    if (arrived.keyframe && camera_of(track.source())->best(held_lines, now) == &track) echo.picture = &track;
    if (echo.picture != &track) return;
  }
  const auto packet = track.history.find(arrived.packet.sequence);
  echo.keyframes += arrived.keyframe;
  echo.held.push_back(
      {now + media::echo_delay, track.kind(), arrived.keyframe, {packet.begin(), packet.end()}});
}

void Stage::give_back(Clock::time_point now) {
  for (auto& [publisher, echo] : echoes_)
    while (!echo.held.empty() && echo.held.front().due <= now) {
      const auto held = std::move(echo.held.front());
      echo.held.pop_front();
      echo.keyframes -= held.keyframe;
      on_rendered(media::echo_of(publisher), held.kind, held.rtp, now);
    }
}

/// Unless one is on its way.
void Stage::ask_echoed(SourceId echo, Clock::time_point now) {
  for (auto& [publisher, held] : echoes_)
    if (media::echo_of(publisher) == echo && held.keyframes == 0)
      ask(*camera_of(publisher)->best(held_lines, now), now);
}

}  // namespace diemcau::stage
