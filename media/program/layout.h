#pragma once
#include <vector>

#include "media/layouts.h"

namespace diemcau::program {

struct Rectangle {
  int x{}, y{}, width{}, height{};
  friend bool operator==(const Rectangle&, const Rectangle&) = default;
};

/// The cells of a layout on a canvas, in pixels. Edges are even: chroma planes have half the resolution.
std::vector<Rectangle> cells_on(media::Layout layout, int width, int height);

}  // namespace diemcau::program
