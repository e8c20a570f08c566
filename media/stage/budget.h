#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace diemcau::stage {

/// One way to show a camera: in a size, with so many of its temporal layers.
struct Step {
  std::size_t layer{};  ///< of the camera
  int temporal_layers{};
  std::int64_t rate{};  ///< bit/s on the line
  bool same_way(const Step& other) const {
    return layer == other.layer && temporal_layers == other.temporal_layers;
  }
};

/// One cell of a viewer.
struct Ladder {
  std::vector<Step> steps;         ///< each costs more than the one before; empty: nothing to show
  std::optional<std::size_t> now;  ///< how it is shown already
};

/// Shares what a viewer's line carries for pictures (bit/s) among its cells, the most important first: which
/// step of each; nullopt: paused. The first cell with a camera takes what it can use; then each of the others
/// gets its lowest step, in order; what is left raises these in turns. What is shown already may use all of
/// the rate, what would be more only a part of it: so nothing goes to and fro.
std::vector<std::optional<std::size_t>> share(std::span<const Ladder> cells, std::int64_t rate);

/// What all cells would cost if nothing had to be saved.
std::int64_t full_rate(std::span<const Ladder> cells);

/// The part of a rate that may be planned for what is not shown yet.
inline constexpr double planned = 0.85;
/// The same for another temporal layer of a size that is shown: what it costs is known better.
inline constexpr double planned_layer = 0.95;

}  // namespace diemcau::stage
