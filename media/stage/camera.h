#pragma once
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "media/rtp/sdp.h"
#include "media/stage/budget.h"
#include "media/stage/track.h"

namespace diemcau::stage {

/// What one source shows: one picture in one to three sizes at once (simulcast), each a track. Media thread;
/// owned by its Stage.
class Camera {
 public:
  /// `layers`: 1 to rtp::most_layers.
  Camera(SourceId source, Peer* publisher, Codec codec, std::size_t layers,
         LayerSizes sizes = LayerSizes::any);

  Codec codec() const { return layers_.front()->codec(); }
  LayerSizes sizes() const { return sizes_; }

  /// `layer` has taken a packet in. True: another layer may be the best now, since this one has come back, or
  /// its sender goes on with this one and has left out another. Never, where there is one size.
  bool on_packet(const Track& layer, const Track::Arrived& arrived, bool was_alive);

  std::span<const std::unique_ptr<Track>> layers() const { return layers_; }
  Track& layer(std::size_t index) const { return *layers_.at(index); }

  /// The layer for a cell of so many lines, of those that its sender sends now: the smallest that has at
  /// least half of them (more is paid for and hardly seen), else the largest. Never nullptr.
  Track* best(int lines, Clock::time_point now) const;
  /// The same among those no larger than `largest` (an index); nullptr when there is none of them yet.
  Track* best(int lines, std::size_t largest, Clock::time_point now) const;
  /// The ways to show it in a cell of so many lines, the cheapest first, also in sizes that its sender has
  /// paused. `moves`: sizes are given up before temporal layers, so that the picture moves (15 frames a
  /// second are what two of three layers have); else the other way round.
  std::vector<Step> ladder(int lines, bool moves, Clock::time_point now) const;
  /// The same of all layers, also of those that its sender has paused: the index of what should be sent.
  std::size_t wanted(int lines) const;

  /// The layer that renderers get, and the one that they will get from its next key frame on. Kept by Stage.
  Track* recorded = nullptr;
  Track* next_recorded = nullptr;

 private:
  /// What it shows now, and what it shows when its sender can: what is asked for must not go with what
  /// comes. Before its first key frame a layer has the size that browsers would give it, smallest first.
  int height_of(std::size_t index) const;
  int full_height_of(std::size_t index) const;
  /// What it costs with one temporal layer, with two, …, as measured or as browsers would send it.
  std::vector<std::int64_t> rates_of(std::size_t index, Clock::time_point now) const;
  /// The same among the layers for which `take` is true, by the height that `height` gives for an index.
  template <class Height, class Take>
  std::optional<std::size_t> choose(int lines, Height height, Take take) const;

  /// The best that is sent, or was, of those for whose index `take` is true; nullptr: none.
  template <class Take>
  Track* best_of(int lines, Clock::time_point now, Take take) const;

  /// What became of a layer beside the others. A sender that leaves one out (its line has become too thin for
  /// it) says nothing of that, and the next picture of a still one may take minutes.
  struct Going {
    int missed = 0;                          ///< pictures of others since its last packet
    int in_a_row = 0;                        ///< of its own, since it was left out
    bool left_out = false;                   ///< until it goes on as steadily as the others
    std::optional<std::uint32_t> timestamp;  ///< of its last picture
  };

  LayerSizes sizes_;
  std::vector<std::unique_ptr<Track>> layers_;
  std::array<Going, rtp::most_layers> going_;
};

}  // namespace diemcau::stage
