#include "media/stage/camera.h"

#include <algorithm>
#include <utility>

#include "media/stage/slot.h"

namespace diemcau::stage {
namespace {
constexpr std::array<int, rtp::most_layers> usual_heights{180, 360, 720};
/// Of the pages' cameras of such a size, and of their temporal layers (libvpx gives them 40, 20 and 40 %).
std::int64_t usual_rate(int height) { return height <= 240 ? 150'000 : height <= 480 ? 500'000 : 1'500'000; }
constexpr std::array usual_parts{0.4, 0.6, 1.0};
constexpr std::int64_t still_rate = 50'000;
/// A quarter of a second of a good camera, and more than the single pictures that an encoder drops when its
/// rate is short (libvpx: rc_dropframe_thresh).
constexpr int steady = 5;
}  // namespace

Camera::Camera(SourceId source, Peer* publisher, Codec codec, std::size_t layers, LayerSizes sizes)
    : sizes_(sizes) {
  for (std::size_t i = 0; i < layers; ++i)
    layers_.push_back(std::make_unique<Track>(source, codec, publisher));
}

bool Camera::on_packet(const Track& layer, const Track::Arrived& arrived, bool was_alive) {
  if (layers_.size() == 1) return false;
  const auto index = static_cast<std::size_t>(
      std::find_if(layers_.begin(), layers_.end(), [&](const auto& one) { return one.get() == &layer; }) -
      layers_.begin());
  auto& own = going_.at(index);
  const auto timestamp = arrived.packet.timestamp;
  const bool new_picture =
      !own.timestamp || arrived.restarted || static_cast<std::int32_t>(timestamp - *own.timestamp) > 0;
  own.missed = 0;
  bool changed = !was_alive;
  if (!was_alive) own.left_out = false;
  if (!new_picture) return changed;
  own.timestamp = timestamp;
  if (own.left_out && ++own.in_a_row == steady) {
    own.left_out = false;
    changed = true;
  }
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    auto& other = going_[i];
    if (i == index || ++other.missed < steady) continue;
    other.in_a_row = 0;
    changed |= !std::exchange(other.left_out, true);
  }
  return changed;
}

int Camera::height_of(std::size_t index) const {
  const int seen = layers_[index]->height();
  return seen != 0 ? seen : usual_heights.at(index);
}

int Camera::full_height_of(std::size_t index) const {
  const int seen = layers_[index]->full_height();
  if (seen == 0) return usual_heights.at(index);
  if (sizes_ == LayerSizes::any || index == 0) return seen;
  // Not larger than the one below it: made smaller before its first picture came.
  const int below = full_height_of(index - 1);
  return layers_[index - 1]->full_height() != 0 && seen <= below ? 2 * below : seen;
}

template <class Height, class Take>
std::optional<std::size_t> Camera::choose(int lines, Height height_of_layer, Take take) const {
  std::optional<std::size_t> chosen;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    if (!take(i)) continue;
    if (!chosen) {
      chosen = i;
      continue;
    }
    const int height = height_of_layer(i);
    const int before = height_of_layer(*chosen);
    const bool enough = 2 * before >= lines;
    // Not enough yet: anything larger is better. Enough: only what is smaller and still enough.
    if (enough ? height < before && 2 * height >= lines : height > before) chosen = i;
  }
  return chosen;
}

Track* Camera::best(int lines, Clock::time_point now) const {
  auto* const found = best_of(lines, now, [](std::size_t) { return true; });
  return found != nullptr ? found : layers_.front().get();
}

Track* Camera::best(int lines, std::size_t largest, Clock::time_point now) const {
  return best_of(lines, now, [&](std::size_t i) { return full_height_of(i) <= full_height_of(largest); });
}

template <class Take>
Track* Camera::best_of(int lines, Clock::time_point now, Take take) const {
  const auto height = [this](std::size_t i) { return height_of(i); };
  auto found = choose(lines, height, [&](std::size_t i) {
    return layers_[i]->is_alive(now) && !going_.at(i).left_out && take(i);
  });
  // A still picture sends nothing: what it has sent is what there is.
  if (!found)
    found = choose(lines, height, [&](std::size_t i) { return layers_[i]->ssrc() != 0 && take(i); });
  return found ? layers_[*found].get() : nullptr;
}

std::vector<std::int64_t> Camera::rates_of(std::size_t index, Clock::time_point now) const {
  std::vector<std::int64_t> rates;
  if (const auto measured = layers_[index]->meter.rates(now)) {
    for (const auto rate : *measured)
      if (rates.empty() ? rate > 0 : rate > rates.back()) rates.push_back(rate);
  } else if (layers_.size() == 1) {
    rates.push_back(still_rate);
  } else if (codec() != Codec::vp8) {
    rates.push_back(usual_rate(full_height_of(index)));
  } else {
    for (const auto part : usual_parts)
      rates.push_back(
          static_cast<std::int64_t>(part * static_cast<double>(usual_rate(full_height_of(index)))));
  }
  return rates;
}

std::vector<Step> Camera::ladder(int lines, bool moves, Clock::time_point now) const {
  const auto largest = full_height_of(wanted(lines));
  std::vector<std::size_t> sizes;
  for (std::size_t i = 0; i < layers_.size(); ++i)
    if (full_height_of(i) <= largest) sizes.push_back(i);
  std::sort(sizes.begin(), sizes.end(),
            [&](auto a, auto b) { return full_height_of(a) < full_height_of(b); });
  std::vector<Step> steps;
  for (const auto size : sizes) {
    const auto rates = rates_of(size, now);
    for (std::size_t layers = 1; layers <= rates.size(); ++layers) {
      const Step step{size, layers == rates.size() ? Slot::all_temporal_layers : static_cast<int>(layers),
                      rates[layers - 1]};
      if (moves && size != sizes.front() && layers < rates.size()) continue;
      // What costs less and shows more makes the steps below it pointless.
      while (!steps.empty() && steps.back().rate >= step.rate && steps.back().layer != size) steps.pop_back();
      steps.push_back(step);
    }
  }
  return steps;
}

std::size_t Camera::wanted(int lines) const {
  return *choose(
      lines, [this](std::size_t i) { return full_height_of(i); }, [](std::size_t) { return true; });
}

}  // namespace diemcau::stage
