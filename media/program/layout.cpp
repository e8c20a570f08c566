#include "media/program/layout.h"

namespace diemcau::program {
namespace {

std::vector<Rectangle> grid(int columns, int rows, int width, int height, int top) {
  std::vector<Rectangle> cells;
  // Even sizes and positions: chroma planes have half the resolution.
  const int cell_width = width / columns / 2 * 2;
  const int cell_height = height / rows / 2 * 2;
  for (int row = 0; row < rows; ++row)
    for (int column = 0; column < columns; ++column)
      cells.push_back({column * cell_width, top + row * cell_height, cell_width, cell_height});
  return cells;
}

}  // namespace

std::vector<Rectangle> cells_on(media::Layout layout, int width, int height) {
  switch (layout) {
    case media::Layout::single:
      return {{0, 0, width, height}};
    case media::Layout::side_by_side:
      return grid(2, 1, width, height / 2, height / 4);
    case media::Layout::speaker_strip: {
      // 3 : 1, the main picture in the middle of its height, four beside it.
      const int main_width = width * 3 / 4;
      const int main_height = height * 3 / 4;
      std::vector<Rectangle> cells{{0, height / 8 / 2 * 2, main_width, main_height}};
      for (int row = 0; row < 4; ++row)
        cells.push_back({main_width, row * height / 4, width / 4, height / 4});
      return cells;
    }
    case media::Layout::grid_2x2:
      return grid(2, 2, width, height, 0);
    case media::Layout::grid_3x3:
      return grid(3, 3, width, height, 0);
  }
  return {};
}

}  // namespace diemcau::program
