#pragma once
#include <cstddef>
#include <optional>
#include <variant>
#include <vector>

#include <boost/describe.hpp>

#include "scheduler/ids.h"

namespace diemcau::session {
using scheduler::DocumentId;
using scheduler::MeetingId;
using scheduler::SiteId;
using scheduler::Time;

/// How the cells are arranged; the cells of each are in reading order, the main one first. Where they lie is
/// in media/layouts.h, one for one.
enum class Layout { single, side_by_side, speaker_strip, grid_2x2, grid_3x3, document_inset };
BOOST_DESCRIBE_ENUM(Layout, single, side_by_side, speaker_strip, grid_2x2, grid_3x3, document_inset)

/// A site's camera. It names the site, not a connection: a hall that drops and returns is back in its cell.
struct Camera {
  static constexpr auto type = "camera";
  SiteId site{};
  friend bool operator==(const Camera&, const Camera&) = default;
};
BOOST_DESCRIBE_STRUCT(Camera, (), (site))

/// What a site shares of its computer's screen. It names the site too: a hall that drops and returns sharing
/// is back in its cell.
struct Screen {
  static constexpr auto type = "screen";
  SiteId site{};
  friend bool operator==(const Screen&, const Screen&) = default;
};
BOOST_DESCRIBE_STRUCT(Screen, (), (site))

/// The film that the operator plays.
struct Clip {
  static constexpr auto type = "clip";
  friend bool operator==(const Clip&, const Clip&) = default;
};
BOOST_DESCRIBE_STRUCT(Clip, (), ())

using Source = std::variant<Camera, Clip, Screen>;

/// Whose camera or screen it is; nullopt: nobody's.
inline std::optional<SiteId> site_of(const Source& source) {
  if (const auto* camera = std::get_if<Camera>(&source)) return camera->site;
  if (const auto* screen = std::get_if<Screen>(&source)) return screen->site;
  return std::nullopt;
}

struct Cell {
  std::optional<Source> source;  ///< none: the cell stays dark
  friend bool operator==(const Cell&, const Cell&) = default;
};
BOOST_DESCRIBE_STRUCT(Cell, (), (source))

/// What is on stage. Cell i is sent in video slot i of every hall.
struct Scene {
  Layout layout{};
  std::vector<Cell> cells;  ///< exactly cells_of(layout)
  friend bool operator==(const Scene&, const Scene&) = default;
};
BOOST_DESCRIBE_STRUCT(Scene, (), (layout, cells))

/// What a hall gets: the program, one small picture of the whole stage, while its line is too thin for the
/// stage's pictures; always; never. Or its own picture and sound, three seconds later: a test of its line.
enum class Feed { by_line, program, stage, echo };
BOOST_DESCRIBE_ENUM(Feed, by_line, program, stage, echo)

constexpr std::size_t cells_of(Layout layout) {
  switch (layout) {
    case Layout::single:
      return 1;
    case Layout::side_by_side:
      return 2;
    case Layout::speaker_strip:
      return 5;
    case Layout::grid_2x2:
      return 4;
    case Layout::grid_3x3:
      return 9;
    case Layout::document_inset:
      return 2;
  }
  return 0;
}

}  // namespace diemcau::session
