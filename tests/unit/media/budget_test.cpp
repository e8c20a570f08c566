#include "media/stage/budget.h"

#include <gtest/gtest.h>

namespace diemcau::stage {
namespace {

using Shares = std::vector<std::optional<std::size_t>>;

/// Smallest size with one, two, all temporal layers, then the larger sizes whole.
const Ladder main_cell{{{0, 1, 60}, {0, 2, 90}, {0, 4, 150}, {1, 4, 500}, {2, 4, 1500}}, std::nullopt};
const Ladder small_cell{{{0, 1, 60}, {0, 2, 90}, {0, 4, 150}}, std::nullopt};
const Ladder nothing;

Ladder shown(Ladder ladder, std::size_t step) {
  ladder.now = step;
  return ladder;
}

TEST(Budget, AWideLineGetsEverything) {
  const std::vector cells{main_cell, nothing, small_cell};
  EXPECT_EQ(share(cells, 10000), (Shares{4, std::nullopt, 2}));
  EXPECT_EQ(full_rate(cells), 1650);
}

TEST(Budget, TheMainCellComesFirst) {
  const std::vector cells{main_cell, small_cell, small_cell};
  EXPECT_EQ(share(cells, 600), (Shares{3, std::nullopt, std::nullopt}));
  EXPECT_EQ(share(cells, 700), (Shares{3, 1, std::nullopt}));
}

TEST(Budget, TheOthersLoseTemporalLayersBeforeAnyIsPaused) {
  const std::vector cells{main_cell, small_cell, small_cell};
  EXPECT_EQ(share(cells, 540), (Shares{2, 2, 2}));
  EXPECT_EQ(share(cells, 400), (Shares{2, 1, 1}));
  EXPECT_EQ(share(cells, 330), (Shares{2, 0, 0}));
  EXPECT_EQ(share(cells, 260), (Shares{2, 0, std::nullopt}));
  EXPECT_EQ(share(cells, 180), (Shares{2, std::nullopt, std::nullopt}));
}

TEST(Budget, TheMainCellLosesItsTemporalLayersThenAndIsPausedAtLast) {
  const std::vector cells{main_cell, small_cell};
  EXPECT_EQ(share(cells, 110), (Shares{1, std::nullopt}));
  EXPECT_EQ(share(cells, 80), (Shares{0, std::nullopt}));
  EXPECT_EQ(share(cells, 50), (Shares{std::nullopt, std::nullopt}));
}

TEST(Budget, TheFirstCellWithACameraIsTheMainOne) {
  EXPECT_EQ(share(std::vector{nothing, main_cell, small_cell}, 600), (Shares{std::nullopt, 3, std::nullopt}));
  EXPECT_EQ(share(std::vector{nothing}, 600), Shares{std::nullopt});
  EXPECT_EQ(share(std::vector<Ladder>{}, 600), Shares{});
}

TEST(Budget, WhatIsShownStaysWhereItWouldNotBegin) {
  EXPECT_EQ(share(std::vector{main_cell}, 550), Shares{2});
  EXPECT_EQ(share(std::vector{shown(main_cell, 3)}, 550), Shares{3});
  EXPECT_EQ(share(std::vector{shown(main_cell, 3)}, 490), Shares{2});
  EXPECT_EQ(share(std::vector{shown(main_cell, 1)}, 165), Shares{2})
      << "another temporal layer of the same size";
}

}  // namespace
}  // namespace diemcau::stage
