#pragma once
#include <array>
#include <span>

/// The one description of the stage's layouts. The compositor draws by it, the stage chooses layers by it,
/// and the pages get it in web/shared/protocol.ts: all show the same picture.
namespace diemcau::media {

enum class Layout { single, side_by_side, speaker_strip, grid_2x2, grid_3x3, document_inset };

/// Where a cell lies, in 144ths of the picture's width and height: halves, thirds, quarters and sixteenths
/// are whole numbers of them.
struct Area {
  int x{}, y{}, width{}, height{};
  friend bool operator==(const Area&, const Area&) = default;
};
inline constexpr int area_unit = 144;

namespace areas {
/// Cells of equal size in reading order.
template <int columns, int rows>
constexpr std::array<Area, columns * rows> grid() {
  std::array<Area, columns * rows> cells{};
  for (int i = 0; i < columns * rows; ++i)
    cells[static_cast<std::size_t>(i)] = {i % columns * area_unit / columns, i / columns * area_unit / rows,
                                          area_unit / columns, area_unit / rows};
  return cells;
}
inline constexpr std::array single{Area{0, 0, 144, 144}};
inline constexpr std::array side_by_side{Area{0, 36, 72, 72}, Area{72, 36, 72, 72}};
inline constexpr std::array speaker_strip{Area{0, 18, 108, 108}, Area{108, 0, 36, 36}, Area{108, 36, 36, 36},
                                          Area{108, 72, 36, 36}, Area{108, 108, 36, 36}};
inline constexpr auto grid_2x2 = grid<2, 2>();
inline constexpr auto grid_3x3 = grid<3, 3>();
/// The speaker stands over a corner of the document, where papers have their page number.
inline constexpr std::array document_inset{Area{0, 0, 144, 144}, Area{106, 106, 36, 36}};
}  // namespace areas

/// The cells of a layout in reading order, the main one first; a later one lies over an earlier one.
constexpr std::span<const Area> areas_of(Layout layout) {
  switch (layout) {
    case Layout::single:
      return areas::single;
    case Layout::side_by_side:
      return areas::side_by_side;
    case Layout::speaker_strip:
      return areas::speaker_strip;
    case Layout::grid_2x2:
      return areas::grid_2x2;
    case Layout::grid_3x3:
      return areas::grid_3x3;
    case Layout::document_inset:
      return areas::document_inset;
  }
  return {};
}

}  // namespace diemcau::media
