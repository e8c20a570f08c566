#include "media/placement.h"

#include <algorithm>
#include <cmath>

namespace diemcau::media {
namespace {

/// 1: full.
double fullness(const WorkerLoad& worker, const FullWorker& full) {
  const double busy = std::floor(10 * worker.busy / full.busy) / 10;
  return std::max(busy, static_cast<double>(worker.peers) / static_cast<double>(full.peers));
}

}  // namespace

std::size_t place(std::span<const WorkerLoad> workers, std::span<const std::size_t> stage,
                  const FullWorker& full) {
  for (const auto worker : stage)
    if (fullness(workers[worker], full) < 1) return worker;
  const auto least = std::min_element(
      workers.begin(), workers.end(),
      [&](const WorkerLoad& a, const WorkerLoad& b) { return fullness(a, full) < fullness(b, full); });
  return static_cast<std::size_t>(least - workers.begin());
}

}  // namespace diemcau::media
