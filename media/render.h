#pragma once
#include <chrono>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <stop_token>
#include <vector>

#include "media/media.h"

/// A film made anew from the safety copy of a recording (Engine::start_recording) and from what was directed
/// meanwhile. Needs no Engine.
namespace diemcau::media {

using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// What holds from a moment on.
struct Direction {
  WallTime at{};
  Scene scene;
  std::vector<SourceId> audible;  ///< whose microphones were open; the clip is always heard
  std::vector<SourceId> present;  ///< who was connected, and so is expected to be seen
};

struct RenderPart {
  WallTime begin{}, end{};
  bool cut_off = false;  ///< nobody knows when it ended: with the last that was kept, before `end`
};

struct RenderOrder {
  std::filesystem::path copies;
  std::vector<Direction> directions;  ///< in order
  std::vector<RenderPart> parts;      ///< in order; a film is joined of them
};

struct Rendered {
  std::vector<FilmPart> parts;  ///< as ordered
  /// Who was present and on stage, and of whom no picture was kept: a slate stands there.
  struct Missing {
    SourceId source{};
    std::chrono::milliseconds at{}, length{};  ///< in the film
  };
  std::vector<Missing> missing;
};

/// Nothing was kept that belongs to these parts.
struct NoCopies : std::runtime_error {
  using runtime_error::runtime_error;
};

/// Makes the film `to`: the same picture and sound as the recording's (program/graph.h), as fast as the
/// machine can; written beside `to` and renamed. Blocks. `progress` is called about once for each second of
/// the film, with how much of it is done. Throws NoCopies, std::runtime_error when the film cannot be
/// written, and soon after `stop` is requested.
Rendered render(const RenderOrder& order, const std::filesystem::path& to,
                const std::function<void(std::chrono::milliseconds done)>& progress,
                const std::stop_token& stop = {});

}  // namespace diemcau::media
