#include "media/stage/remote.h"

#include <algorithm>
#include <utility>

#include "media/stage/stage.h"

/// The part of Stage that meets other workers.
namespace diemcau::stage {

namespace {
constexpr SourceId clip = media::Engine::clip_source;
constexpr SourceId program = media::Engine::program_source;
}  // namespace

Published Stage::published(SourceId id, const Source& source) {
  return {id,
          source.publication,
          source.camera->codec(),
          source.camera->layers().size(),
          source.camera->sizes(),
          id == program || media::is_screen(id) || (id == clip && !source.microphone)};
}

void Stage::tell_published(SourceId id, const Source& source) {
  if (elsewhere_ != nullptr) elsewhere_->publish(published(id, source));
}

std::vector<Published> Stage::published() const {
  std::vector<Published> all;
  for (const auto& [id, source] : sources_)
    if (source.camera && !source.remote_on && !media::is_echo(id)) all.push_back(published(id, source));
  return all;
}

void Stage::add_remote(std::size_t worker, const Published& published, Clock::time_point now) {
  const auto id = published.source;
  const auto is_older = [&](SourceId which) {
    const auto known = sources_.find(which);
    return known == sources_.end() || known->second.publication < published.publication;
  };
  if (!is_older(id)) return;
  end_echo(id);
  withdraw(id);
  if (id != clip && id != program && !media::is_screen(id)) {
    for (auto* peer : peers_)
      if (peer->publishes() == id) {
        peer->camera = peer->screen = nullptr;
        peer->microphone = nullptr;
      }
    if (is_older(media::screen_of(id))) withdraw(media::screen_of(id));
  }
  auto& source = sources_[id];
  source.publication = published.publication;
  source.remote_on = worker;
  source.camera = std::make_unique<Camera>(id, nullptr, published.codec, published.layers, published.sizes);
  if (!published.silent) source.microphone = std::make_unique<Track>(id, Codec::opus, nullptr);
  arrange(now);
}

void Stage::remove_remote(SourceId id, Publication publication) {
  const auto* const source = find(id, publication);
  if (source == nullptr || !source->remote_on) return;
  withdraw(id);
  arrange_sound();
}

Stage::Source* Stage::find(SourceId id, Publication publication) {
  const auto found = sources_.find(id);
  const bool same =
      found != sources_.end() && found->second.publication == publication && found->second.camera;
  return same ? &found->second : nullptr;
}

void Stage::on_relayed(const Relayed& head, std::span<const std::byte> packet, Clock::time_point now) {
  auto* const source = find(head.source, head.publication);
  if (source == nullptr || head.layer >= source->camera->layers().size()) return;
  if (head.kind == Kind::audio && !source->microphone) return;
  if (head.kind == Kind::audio) hear(head.source, head.level, now);
  auto& track = head.kind == Kind::audio ? *source->microphone : source->camera->layer(head.layer);
  track.wait = head.wait;
  const bool was_alive = track.is_alive(now);
  const auto arrived = track.take(packet, now);
  const bool has_sizes = source->camera->layers().size() > 1 && head.kind == Kind::video;
  if (head.turn == Relayed::Turn::live) {
    if (!arrived) return;
    if (has_sizes && source->camera->on_packet(track, *arrived, was_alive)) arrange(now);
    return pass_on(track, *arrived, now);
  }
  if (arrived && arrived->restarted) rebind(track, now);
  if (head.turn == Relayed::Turn::earlier) return;
  if (has_sizes) arrange(now);
  for (auto* slot : std::vector(track.waiting)) replay(*slot, track, now);
}

void Stage::on_wish(std::size_t worker, const Wish& wish, Clock::time_point now) {
  auto* const source = find(wish.source, wish.publication);
  if (source == nullptr || source->remote_on) return;
  const WorkerSet bit = WorkerSet{1} << worker;
  const auto set = [bit](WorkerSet& all, bool wanted) { all = wanted ? all | bit : all & ~bit; };
  for (std::size_t i = 0; i < source->wished.size(); ++i)
    set(source->wished.at(i), (wish.layers >> i & 1) != 0);
  // All sizes of a camera that somebody wants: which of them run is what the choice between them is made of.
  for (const auto& layer : source->camera->layers()) set(layer->relayed_to, wish.layers != 0);
  if (source->microphone) set(source->microphone->relayed_to, wish.sound);
  tell_wanted(now);
}

void Stage::on_keyframe_wish(std::size_t worker, const KeyframeWish& wish, Clock::time_point now) {
  auto* const source = find(wish.source, wish.publication);
  if (source == nullptr || source->remote_on || wish.layer >= source->camera->layers().size()) return;
  auto& track = source->camera->layer(wish.layer);
  if (wish.lacks_picture) {
    const WorkerSet bit = WorkerSet{1} << worker;
    // The other sizes first: it may rather have one of them.
    for (const auto& layer : source->camera->layers())
      if (layer.get() != &track) relay_picture(*layer, bit, now);
    relay_picture(track, bit, now);
    // What comes next must not be missing behind these.
    for (const auto& layer : source->camera->layers()) layer->relayed_to |= bit;
  }
  ask(track, now);
}

/// Of what a viewer here would get by a replay.
void Stage::relay_picture(const Track& track, WorkerSet to, Clock::time_point now) {
  const auto range = track.history.since_keyframe();
  if (!range || !(track.is_still(now) || track.has_fresh_keyframe(now))) return;
  for (auto sequence = range->first; sequence != range->second; ++sequence)
    relay(track, sequence, to, Relayed::Turn::earlier);
  relay(track, range->second, to, Relayed::Turn::last_earlier);
}

void Stage::relay(const Track& track, std::uint16_t sequence, WorkerSet to, Relayed::Turn turn) {
  const auto& source = sources_.at(track.source());
  Relayed head{track.source(), source.publication, track.kind(), 0, source.heard, track.wait, turn};
  if (track.kind() == Kind::video) head.layer = layer_of(source, track);
  elsewhere_->relay(to, head, track.history.find(sequence));
}

void Stage::wish_keyframe(Source& source, const Track& track) {
  const bool lacks = !track.history.since_keyframe();
  elsewhere_->wish_keyframe(*source.remote_on,
                            {track.source(), source.publication, layer_of(source, track), lacks});
  // It relays from now on: it must be told again should that not be wanted.
  if (!source.told_wish || source.told_wish->layers == 0) source.told_wish.reset();
}

void Stage::tell_wish(SourceId id, Source& source, Clock::time_point now) {
  const bool anybody = !started_.empty() || !sinks_.empty();
  Wish wish{id, source.publication, 0, anybody};
  for (std::size_t i = 0; i < source.camera->layers().size(); ++i)
    if (is_needed(source, i, now)) wish.layers |= static_cast<std::uint8_t>(1U << i);
  if (source.told_wish == wish) return;
  source.told_wish = wish;
  elsewhere_->wish(*source.remote_on, wish);
}

std::uint8_t Stage::layer_of(const Source& source, const Track& track) {
  const auto layers = source.camera->layers();
  const auto found =
      std::find_if(layers.begin(), layers.end(), [&](const auto& l) { return l.get() == &track; });
  return static_cast<std::uint8_t>(found - layers.begin());
}

}  // namespace diemcau::stage
