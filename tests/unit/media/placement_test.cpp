#include "media/placement.h"

#include <gtest/gtest.h>

namespace diemcau::media {
namespace {

constexpr FullWorker full{0.5, 100};

std::size_t placed(std::vector<WorkerLoad> workers, std::vector<std::size_t> stage) {
  return place(workers, stage, full);
}

TEST(Placement, ANewStageGoesToTheLeastLoadedWorker) {
  EXPECT_EQ(placed({{0.2, 10}, {0.1, 10}, {0.3, 10}}, {}), 1u);
  EXPECT_EQ(placed({{0.23, 10}, {0.21, 10}}, {}), 0u) << "so little is noise";
  EXPECT_EQ(placed({{0, 3}, {0, 3}, {0, 2}}, {}), 2u);
  EXPECT_EQ(placed({{0, 0}, {0, 0}}, {}), 0u) << "of equals the first";
}

TEST(Placement, AStageStaysWhereItIsWhileThereIsRoom) {
  EXPECT_EQ(placed({{0, 0}, {0.49, 99}}, {1}), 1u);
  EXPECT_EQ(placed({{0, 0}, {0.2, 100}, {0.4, 50}}, {1, 2}), 2u) << "where it has gone on to";
}

TEST(Placement, AFullStageGoesOnToTheLeastLoadedWorker) {
  EXPECT_EQ(placed({{0, 100}, {0.2, 10}, {0.1, 10}}, {0}), 2u) << "full of peers";
  EXPECT_EQ(placed({{0.5, 10}, {0.2, 10}}, {0}), 1u) << "half a core";
}

TEST(Placement, WhereAllAreFullTheLoadIsEvenlySpread) {
  EXPECT_EQ(placed({{0.9, 120}, {0.6, 130}, {0.7, 125}}, {0, 1, 2}), 1u)
      << "130 of 100 is less than 0.7 of 0.5";
  EXPECT_EQ(placed({{0, 121}, {0, 120}}, {0, 1}), 1u);
}

}  // namespace
}  // namespace diemcau::media
