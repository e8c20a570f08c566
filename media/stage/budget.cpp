#include "media/stage/budget.h"

#include <algorithm>

namespace diemcau::stage {
namespace {

class Budget {
 public:
  Budget(std::span<const Ladder> cells, std::int64_t rate)
      : cells_(cells), rate_(rate), shares_(cells.size()) {}

  /// The next step of the cell; false when there is none or it costs too much.
  bool raise(std::size_t cell) {
    const auto& steps = cells_[cell].steps;
    auto& chosen = shares_[cell];
    const auto next = chosen ? *chosen + 1 : 0;
    if (next >= steps.size()) return false;
    const auto cost = spent_ + steps[next].rate - (chosen ? steps[*chosen].rate : 0);
    if (static_cast<double>(cost) > part_for(cell, next) * static_cast<double>(rate_)) return false;
    spent_ = cost;
    chosen = next;
    return true;
  }
  const std::vector<std::optional<std::size_t>>& shares() const { return shares_; }

 private:
  double part_for(std::size_t cell, std::size_t step) const {
    const auto& [steps, now] = cells_[cell];
    if (!now) return planned;
    if (step <= *now) return 1;
    return steps[step].layer == steps[*now].layer ? planned_layer : planned;
  }

  std::span<const Ladder> cells_;
  std::int64_t rate_;
  std::vector<std::optional<std::size_t>> shares_;
  std::int64_t spent_ = 0;
};

}  // namespace

std::vector<std::optional<std::size_t>> share(std::span<const Ladder> cells, std::int64_t rate) {
  Budget budget(cells, rate);
  const auto main = static_cast<std::size_t>(
      std::find_if(cells.begin(), cells.end(), [](const auto& cell) { return !cell.steps.empty(); }) -
      cells.begin());
  if (main == cells.size()) return budget.shares();
  while (budget.raise(main)) {
  }
  if (!budget.shares()[main]) return budget.shares();
  std::vector<std::size_t> others;
  for (auto cell = main + 1; cell < cells.size(); ++cell)
    if (budget.raise(cell)) others.push_back(cell);
  while (!others.empty()) std::erase_if(others, [&](auto cell) { return !budget.raise(cell); });
  return budget.shares();
}

std::int64_t full_rate(std::span<const Ladder> cells) {
  std::int64_t rate = 0;
  for (const auto& cell : cells)
    if (!cell.steps.empty()) rate += cell.steps.back().rate;
  return rate;
}

}  // namespace diemcau::stage
