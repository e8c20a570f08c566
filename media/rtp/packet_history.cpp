#include "media/rtp/packet_history.h"

#include <cstdlib>

#include "media/rtp/packet.h"

namespace diemcau::rtp {

PacketHistory::PacketHistory(std::size_t capacity) : entries_(capacity) {}

void PacketHistory::add(std::uint16_t sequence, std::span<const std::byte> packet, bool starts_keyframe) {
  auto& entry = entries_[sequence % entries_.size()];
  entry.sequence = sequence;
  entry.bytes.assign(packet.begin(), packet.end());
  if (!newest_ || sequence_distance(sequence, *newest_) > 0) newest_ = sequence;
  // An overwritten keyframe is none, and after 2^15 packets it would seem newer than the next.
  if (keyframe_ &&
      static_cast<std::size_t>(std::abs(sequence_distance(*newest_, *keyframe_))) >= entries_.size())
    keyframe_.reset();
  if (starts_keyframe && (!keyframe_ || sequence_distance(sequence, *keyframe_) > 0)) keyframe_ = sequence;
}

void PacketHistory::clear() {
  for (auto& entry : entries_) entry.bytes.clear();
  newest_.reset();
  keyframe_.reset();
}

std::span<const std::byte> PacketHistory::find(std::uint16_t sequence) const {
  const auto& entry = entries_[sequence % entries_.size()];
  return entry.sequence == sequence ? std::span<const std::byte>(entry.bytes) : std::span<const std::byte>();
}

std::optional<std::pair<std::uint16_t, std::uint16_t>> PacketHistory::since_keyframe() const {
  if (!keyframe_ || !newest_) return std::nullopt;
  const int length = sequence_distance(*newest_, *keyframe_);
  if (length < 0 || static_cast<std::size_t>(length) >= entries_.size()) return std::nullopt;
  for (int i = 0; i <= length; ++i)
    if (find(static_cast<std::uint16_t>(*keyframe_ + i)).empty()) return std::nullopt;
  return std::pair(*keyframe_, *newest_);
}

std::vector<std::span<const std::byte>> PacketHistory::keyframe() const {
  std::vector<std::span<const std::byte>> packets;
  if (!keyframe_) return packets;
  for (auto sequence = *keyframe_; packets.size() < entries_.size(); ++sequence) {
    const auto packet = parse_packet(packets.emplace_back(find(sequence)));
    if (!packet) break;
    if (packet->marker) return packets;
  }
  return {};
}

}  // namespace diemcau::rtp
