#include "media/program/layout.h"

namespace diemcau::program {
namespace {

int even(int part, int whole) { return part * whole / media::area_unit / 2 * 2; }

}  // namespace

std::vector<Rectangle> cells_on(media::Layout layout, int width, int height) {
  std::vector<Rectangle> cells;
  for (const auto& area : media::areas_of(layout)) {
    // By edges: neighbours meet, and the last reaches the canvas's own.
    const Rectangle at{even(area.x, width), even(area.y, height), 0, 0};
    cells.push_back(
        {at.x, at.y, even(area.x + area.width, width) - at.x, even(area.y + area.height, height) - at.y});
  }
  return cells;
}

}  // namespace diemcau::program
