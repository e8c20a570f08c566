#pragma once
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "media/rtp/sdp.h"
#include "media/stage/track.h"

namespace diemcau::stage {

/// What one source shows: one picture in one to three sizes at once (simulcast), each a track. Media thread;
/// owned by its Stage.
class Camera {
 public:
  /// `layers`: 1 to rtp::most_layers.
  Camera(SourceId source, Peer* publisher, std::size_t layers);

  std::span<const std::unique_ptr<Track>> layers() const { return layers_; }
  Track& layer(std::size_t index) { return *layers_.at(index); }

  /// The layer for a cell of so many lines, of those that its sender sends now: the smallest that has at
  /// least half of them (more is paid for and hardly seen), else the largest. Never nullptr.
  Track* best(int lines, Clock::time_point now) const;
  /// The same of all layers, also of those that its sender has paused: the index of what should be sent.
  std::size_t wanted(int lines) const;

  /// The layer that renderers get, and the one that they will get from its next key frame on. Kept by Stage.
  Track* recorded = nullptr;
  Track* next_recorded = nullptr;

 private:
  /// Before its first key frame a layer has the size that browsers would give it, smallest first.
  int height_of(std::size_t index) const;
  /// Layers by size, those for which `take` is false left out.
  template <class Take>
  std::optional<std::size_t> choose(int lines, Take take) const;

  std::vector<std::unique_ptr<Track>> layers_;
};

}  // namespace diemcau::stage
