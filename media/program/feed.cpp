#include "media/program/feed.h"

#include <utility>

namespace diemcau::program {
namespace {
constexpr auto silent = std::chrono::seconds(10);  // a voice is kept for so long after it was heard
}

void Feed::on_packet(SourceId source, stage::Codec codec, std::span<const std::byte> rtp) {
  const std::lock_guard lock(mutex_);
  if (codec != stage::Codec::opus) {
    pictures_[source] = codec;
  } else {
    const bool new_voice = !voices_.contains(source);
    voices_[source] = std::chrono::steady_clock::now();
    if (new_voice && changed_) changed_();
  }
  const auto arrived = gst_clock_get_time(clock_.get());
  const auto receiver = receivers_.find(source);
  if (receiver != receivers_.end() && receiver->second->push(codec, rtp, arrived)) return;
  if (receiver != receivers_.end()) lose(source);
  hold(source, {codec, {rtp.begin(), rtp.end()}, arrived});
}

void Feed::on_scene(const Scene& scene) {
  const std::lock_guard lock(mutex_);
  scene_ = scene;
  if (changed_) changed_();
}

Scene Feed::scene() {
  const std::lock_guard lock(mutex_);
  return scene_;
}

std::set<SourceId> Feed::voices() {
  const std::lock_guard lock(mutex_);
  std::erase_if(voices_, [now = std::chrono::steady_clock::now()](const auto& voice) {
    return now - voice.second > silent;
  });
  std::set<SourceId> heard;
  for (const auto& [source, at] : voices_) heard.insert(source);
  return heard;
}

stage::Codec Feed::picture_codec(SourceId source) {
  const std::lock_guard lock(mutex_);
  const auto known = pictures_.find(source);
  return known == pictures_.end() ? stage::Codec::vp8 : known->second;
}

bool Feed::connected(SourceId source) {
  const std::lock_guard lock(mutex_);
  return receivers_.contains(source);
}

void Feed::connect(SourceId source, Receiver* receiver) {
  const std::lock_guard lock(mutex_);
  receivers_[source] = receiver;
  for (const auto& packet : std::exchange(held_[source], {}))
    if (!receiver->push(packet.codec, packet.rtp, packet.arrived)) return lose(source);
}

void Feed::disconnect(SourceId source) {
  const std::lock_guard lock(mutex_);
  receivers_.erase(source);
}

void Feed::hold_only(const std::set<SourceId>& sources) {
  const std::lock_guard lock(mutex_);
  std::erase_if(held_, [&](const auto& held) { return !sources.contains(held.first); });
}

void Feed::close() {
  const std::lock_guard lock(mutex_);
  receivers_.clear();
  held_.clear();
  changed_ = nullptr;
}

/// The source has become another stream.
void Feed::lose(SourceId source) {
  receivers_.erase(source);
  if (changed_) changed_();
}

/// Keeps what comes before the source's receiver stands: the keyframe that all others are asking for is among
/// it.
void Feed::hold(SourceId source, Held packet) {
  auto& held = held_[source];
  if (held.size() == most_held) held.clear();
  held.push_back(std::move(packet));
}

}  // namespace diemcau::program
