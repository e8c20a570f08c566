#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace diemcau::media {

struct WorkerLoad {
  double busy{};  ///< share of a core, 0 … 1
  std::size_t peers{};
};

/// With this a worker is full. Half of a core by default: what a session needs grows after it began.
struct FullWorker {
  double busy{};
  std::size_t peers{};
};

/// The worker for a new peer: of those that its stage is on already (`stage`, the first is its home) the
/// first that has room, since what stays on one worker costs no way between two; else the least loaded one,
/// of equals the first. A tenth more or less is equal.
std::size_t place(std::span<const WorkerLoad> workers, std::span<const std::size_t> stage,
                  const FullWorker& full);

}  // namespace diemcau::media
