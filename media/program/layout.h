#pragma once
#include <vector>

#include "media/media.h"

namespace diemcau::program {

struct Rectangle {
  int x{}, y{}, width{}, height{};
  friend bool operator==(const Rectangle&, const Rectangle&) = default;
};

/// Where the cells of a layout lie on a canvas, in reading order, the main one first. The pages lay out the
/// same grid by CSS (web/shared): both show the same picture.
std::vector<Rectangle> cells_on(media::Layout layout, int width, int height);

}  // namespace diemcau::program
