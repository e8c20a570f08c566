#pragma once
#include <cstddef>
#include <span>
#include <string>

namespace diemcau::program {

/// The picture of a hall that is none: a table with officials before a red cloth that says which hall it is.
struct PreparedHall {
  static constexpr int width = 640, height = 360;

  std::string name;
  int number{};

  /// Draws the picture at a moment (seconds, 0 … length; the last joins the first) into BGRx pixels, 4 *
  /// width bytes a line. `speaks`, 0 … 1: how wide the speaker's mouth is open.
  void draw(double at, double length, double speaks, std::span<std::byte> pixels) const;
};

}  // namespace diemcau::program
