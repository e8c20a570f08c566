#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace diemcau::rtp {

/// The last packets of one incoming stream, plain, by sequence number: what viewers ask for again is built
/// from them, and the packets since the last keyframe open a still picture (a slide, a paused page) for a
/// viewer who comes late.
class PacketHistory {
 public:
  explicit PacketHistory(std::size_t capacity);  ///< a power of two

  void add(std::uint16_t sequence, std::span<const std::byte> packet, bool starts_keyframe);
  void clear();
  std::size_t capacity() const { return entries_.size(); }
  /// The packet, or empty when it was never here or is overwritten.
  std::span<const std::byte> find(std::uint16_t sequence) const;
  /// Sequence numbers from the start of the last keyframe to the newest packet, when every one of them is
  /// here.
  std::optional<std::pair<std::uint16_t, std::uint16_t>> since_keyframe() const;
  /// The packets of the last keyframe, up to its marker; empty unless every one of them is here.
  std::vector<std::span<const std::byte>> keyframe() const;

 private:
  struct Entry {
    std::uint16_t sequence{};
    std::vector<std::byte> bytes;  ///< keeps its memory when it is overwritten
  };
  std::vector<Entry> entries_;
  std::optional<std::uint16_t> newest_, keyframe_;
};

}  // namespace diemcau::rtp
