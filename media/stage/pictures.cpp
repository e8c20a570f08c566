#include <algorithm>
#include <utility>

#include "media/stage/stage.h"

/// The part of Stage that chooses pictures: who gets which, in what size, and what its senders are told of
/// that.
namespace diemcau::stage {

namespace {
constexpr SourceId program = media::Engine::program_source;
constexpr int screen_lines = 1080;  // of a hall
// bit/s on the line, as its encoder is set: with 15 and with 7.5 pictures a second.
constexpr std::int64_t program_rate = 310'000;
constexpr std::int64_t program_least = 185'000;
/// What left the stage is sent a while longer: the old picture runs until the new one is there, and the
/// operator may undo.
constexpr auto linger = std::chrono::seconds(3);

/// A cut waits for a keyframe, which takes some hundred milliseconds. After this long it is better to see
/// nobody than somebody under another's name.
constexpr auto late_after = std::chrono::seconds(1);

/// Lines of a cell on a hall's screen.
int lines_of(media::Layout layout, std::size_t cell) {
  const auto areas = media::areas_of(layout);
  return screen_lines * areas[std::min(cell, areas.size() - 1)].height / media::area_unit;
}
/// And on the program's canvas of 720.
int recorded_lines_of(media::Layout layout, std::size_t cell) { return lines_of(layout, cell) * 2 / 3; }
}  // namespace

Camera* Stage::program_for(Peer& peer) {
  const auto& slots = peer.video_slots();
  auto* const camera = camera_of(program);
  return camera != nullptr && !slots.empty() && slots.front()->takes(camera->codec()) ? camera : nullptr;
}

Camera* Stage::shown_in(Peer& peer, std::size_t cell) {
  if (has_echo(peer)) return cell == 0 ? echo_for(peer) : nullptr;
  if (peer.feed.is_on()) return cell == 0 ? program_for(peer) : nullptr;
  return camera_for(peer, cell);
}

int Stage::lines_for(const Peer& peer, std::size_t cell) const {
  return peer.feed.is_on() || has_echo(peer) ? screen_lines : lines_of(scene_.layout, cell);
}

void Stage::choose_feed(Peer& peer, Clock::time_point now) {
  if (!peer.publishes() || program_for(peer) == nullptr) return;
  const auto set = feeds_.find(*peer.publishes());
  const auto feed = set == feeds_.end() ? media::Feed::by_line : set->second;
  peer.feed.set(feed == media::Feed::echo ? media::Feed::stage : feed);
  if (!peer.is_thin() || peer.is_untried()) return peer.feed.look(std::nullopt, now);
  const auto [main, all] = least_rates(peer, now);
  peer.feed.look(FeedChoice::Line{peer.rate_for_pictures(now), main, all, program_rate, program_least}, now);
}

std::pair<std::int64_t, std::int64_t> Stage::least_rates(Peer& peer, Clock::time_point now) {
  std::optional<std::int64_t> main;
  std::int64_t all = 0;
  for (std::size_t i = 0; i < peer.video_slots().size(); ++i) {
    const auto* const camera = camera_for(peer, i);
    if (camera == nullptr) continue;
    const auto steps = camera->ladder(lines_of(scene_.layout, i), i == 0, now);
    if (steps.empty()) continue;  // nothing is known to come of it
    if (!main) main = steps.front().rate;
    all += steps.front().rate;
  }
  return {main.value_or(0), all};
}

void Stage::tell_program(Peer& peer) {
  const auto* const first = peer.video_slots().empty() ? nullptr : peer.video_slots().front()->current;
  peer.sees_program = first != nullptr && first->source() == program;
  // A page shows both in the same way.
  const bool alone = peer.sees_program || (first != nullptr && media::is_echo(first->source()));
  if (std::exchange(peer.sees_one_alone, alone) != alone) calls_.program_shown(peer.id(), alone);
}

void Stage::tell_late(Peer& peer, Clock::time_point now) {
  std::vector<std::size_t> late;
  const auto& slots = peer.video_slots();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto source = i < scene_.cells.size() ? scene_.cells[i].source : std::nullopt;
    // Of who sends nothing the session knows, and the page.
    const bool right = !source || is_own(peer, *source) || camera_of(*source) == nullptr ||
                       slots[i]->shows == source || peer.feed.is_on() || peer.sees_one_alone;
    auto& since = slots[i]->wrong_since;
    since = right ? std::nullopt : std::optional(since.value_or(now));
    if (since && now - *since >= late_after) late.push_back(i);
  }
  if (late == peer.late_cells) return;
  peer.late_cells = late;
  calls_.pictures_late(peer.id(), std::move(late));
}

bool Stage::is_own(const Peer& peer, SourceId source) {
  const auto& own = peer.publishes();
  return own && (source == *own || source == media::screen_of(*own));
}

Camera* Stage::camera_for(Peer& peer, std::size_t cell) {
  const auto source = cell < scene_.cells.size() ? scene_.cells[cell].source : std::nullopt;
  if (!source) return nullptr;
  // A hall shows its own pictures itself: nothing of them is sent back.
  if (is_own(peer, *source)) return nullptr;
  auto* const camera = camera_of(*source);
  if (camera == nullptr || peer.video_slots().at(cell)->takes(camera->codec())) return camera;
  if (missing_[&peer].insert(*source).second) calls_.codec_missing(peer.id(), *source, camera->codec());
  return nullptr;
}

void Stage::aim_pictures(Peer& peer, Clock::time_point now) {
  choose_feed(peer, now);
  if (peer.is_thin()) {
    aim_thin_pictures(peer, now);
  } else {
    aim_wide_pictures(peer, now);
  }
  tell_program(peer);
}

void Stage::aim_wide_pictures(Peer& peer, Clock::time_point now) {
  auto& slots = peer.video_slots();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    auto* const camera = shown_in(peer, i);
    const auto lines = lines_for(peer, i);
    slots[i]->share.reset();
    slots[i]->temporal_layers = Slot::all_temporal_layers;
    if (camera != nullptr) need(*camera, camera->wanted(lines), now);
    aim(*slots[i], camera != nullptr ? camera->best(lines, now) : nullptr, now);
  }
}

void Stage::aim_thin_pictures(Peer& peer, Clock::time_point now) {
  auto& slots = peer.video_slots();
  std::vector<Ladder> cells(slots.size());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    auto* const camera = shown_in(peer, i);
    if (camera == nullptr) continue;
    auto& [steps, shown] = cells[i];
    steps = camera->ladder(lines_for(peer, i), i == 0, now);
    for (std::size_t step = 0; slots[i]->share && step < steps.size(); ++step)
      if (steps[step].same_way(*slots[i]->share)) shown = step;
  }
  auto chosen = share(cells, peer.rate_for_pictures(now));
  // Whether the line carries the program its choice has weighed already.
  if ((peer.feed.is_on() || peer.is_untried()) && !cells[0].steps.empty()) chosen[0] = chosen[0].value_or(0);
  std::int64_t spent = 0;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    auto& slot = *slots[i];
    slot.share.reset();
    if (!chosen[i]) {
      aim(slot, nullptr, now);
      // Its smallest size goes on, so that it is there when there is room.
      if (!cells[i].steps.empty()) need(*shown_in(peer, i), cells[i].steps.front().layer, now);
      continue;
    }
    const auto& step = slot.share.emplace(cells[i].steps[*chosen[i]]);
    auto& camera = *shown_in(peer, i);
    spent += step.rate;
    need(camera, step.layer, now);
    aim(slot, camera.best(lines_for(peer, i), step.layer, now), now);
    // Until the smaller picture's key frame is here, as little of the larger as possible.
    const bool shrinks =
        slot.pending != nullptr && slot.current != nullptr && slot.pending->height() < slot.current->height();
    slot.temporal_layers = shrinks ? 1 : step.temporal_layers;
  }
  // With the program it finds out whether the line carries the stage again.
  peer.set_spent(spent,
                 peer.feed.is_on() ? std::max(spent, least_rates(peer, now).second) : full_rate(cells));
}

void Stage::need(const Camera& camera, std::size_t layer, Clock::time_point now) {
  sources_.at(camera.layer(0).source()).needed.at(layer) = now;
}

void Stage::choose_recorded(Clock::time_point now) {
  if (sinks_.empty()) return;
  for (std::size_t i = 0; i < scene_.cells.size(); ++i) {
    auto* const camera = scene_.cells[i].source ? camera_of(*scene_.cells[i].source) : nullptr;
    if (camera == nullptr) continue;
    auto* const best = camera->best(recorded_lines_of(scene_.layout, i), now);
    if (std::exchange(camera->next_recorded, best) != best && camera->recorded != best) ask(*best, now);
  }
}

void Stage::tell_wanted(Clock::time_point now) {
  for (const auto* const scene : {&scene_, &next_})
    for (std::size_t i = 0; i < scene->cells.size(); ++i) {
      const auto* const camera = scene->cells[i].source ? camera_of(*scene->cells[i].source) : nullptr;
      if (camera == nullptr) continue;
      const auto& source = sources_.at(*scene->cells[i].source);
      if (source.remote_on && started_.empty() && sinks_.empty()) continue;
      // Who watches has said what is needed (aim_pictures, on_wish); otherwise it is what the cell needs.
      const bool said =
          std::find(source.needed.begin(), source.needed.end(), now) != source.needed.end() ||
          std::any_of(source.wished.begin(), source.wished.end(), [](auto workers) { return workers != 0; });
      if (scene == &next_ || !said) need(*camera, camera->wanted(lines_of(scene->layout, i)), now);
      if (scene == &scene_ && !sinks_.empty())
        need(*camera, camera->wanted(recorded_lines_of(scene->layout, i)), now);
    }
  for (auto& [id, source] : sources_) {
    if (source.remote_on) {
      tell_wish(id, source, now);
      continue;
    }
    if (id == program) {
      const std::vector<std::string> wanted(is_needed(source, 0, now) ? 1 : 0);
      if (source.told.value_or(std::vector<std::string>{}) == wanted) continue;
      source.told = wanted;
      calls_.program_wanted(!wanted.empty());
      continue;
    }
    const auto* const publisher = source.camera ? source.camera->layer(0).publisher() : nullptr;
    if (publisher == nullptr || !started_.contains(publisher)) continue;
    std::vector<std::string> rids;
    for (std::size_t i = 0; i < source.rids.size(); ++i)
      if (is_needed(source, i, now)) rids.push_back(source.rids[i]);
    if (source.rids.empty() || source.told == rids) continue;
    source.told = rids;
    calls_.camera_wanted(id, std::move(rids));
  }
}

/// When a cut asks for a keyframe, it comes a hundred milliseconds or more later. Of who stands in NEXT and
/// is seen by nobody, whom its large pictures would cost quality, one is always near: the cut needs no other.
void Stage::keep_ready(Clock::time_point now) {
  for (std::size_t i = 0; i < next_.cells.size(); ++i) {
    const auto& source = next_.cells[i].source;
    const auto* const camera = source && !is_in_scene(*source) ? camera_of(*source) : nullptr;
    if (camera == nullptr) continue;
    auto& track = *camera->best(lines_of(next_.layout, i), now);
    if (track.is_alive(now) && track.needs_keyframe(now)) ask(track, now);
  }
}

bool Stage::is_needed(const Source& source, std::size_t layer, Clock::time_point now) {
  return now - source.needed.at(layer) < linger || source.wished.at(layer) != 0;
}

void Stage::aim(Slot& slot, Track* wanted, Clock::time_point now) {
  if (wanted == nullptr) return let_go(slot);
  if (slot.pending == wanted) return;
  if (slot.pending != nullptr) std::erase(slot.pending->waiting, &slot);
  slot.pending = nullptr;
  if (slot.current == wanted) return;
  // Make before break: the old picture runs until the new one's keyframe is here.
  slot.pending = wanted;
  wanted->waiting.push_back(&slot);
  if (wanted->is_still(now) || wanted->has_fresh_keyframe(now) || wanted->is_ready(now))
    replay(slot, *wanted, now);
  if (slot.pending == wanted) ask(*wanted, now);
}

}  // namespace diemcau::stage
