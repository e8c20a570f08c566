#include "media/stage/camera.h"

namespace diemcau::stage {
namespace {
constexpr std::array<int, rtp::most_layers> usual_heights{180, 360, 720};
}

Camera::Camera(SourceId source, Peer* publisher, std::size_t layers) {
  for (std::size_t i = 0; i < layers; ++i)
    layers_.push_back(std::make_unique<Track>(source, Kind::video, publisher));
}

int Camera::height_of(std::size_t index) const {
  const int seen = layers_[index]->height();
  return seen != 0 ? seen : usual_heights.at(index);
}

template <class Take>
std::optional<std::size_t> Camera::choose(int lines, Take take) const {
  std::optional<std::size_t> chosen;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    if (!take(*layers_[i])) continue;
    if (!chosen) {
      chosen = i;
      continue;
    }
    const int height = height_of(i);
    const int before = height_of(*chosen);
    const bool enough = 2 * before >= lines;
    // Not enough yet: anything larger is better. Enough: only what is smaller and still enough.
    if (enough ? height < before && 2 * height >= lines : height > before) chosen = i;
  }
  return chosen;
}

Track* Camera::best(int lines, Clock::time_point now) const {
  const auto alive = choose(lines, [now](const Track& track) { return track.is_alive(now); });
  if (alive) return layers_[*alive].get();
  // A still picture sends nothing: what it has sent is what there is.
  const auto known = choose(lines, [](const Track& track) { return track.ssrc() != 0; });
  return layers_[known.value_or(0)].get();
}

std::size_t Camera::wanted(int lines) const {
  return *choose(lines, [](const Track&) { return true; });
}

}  // namespace diemcau::stage
