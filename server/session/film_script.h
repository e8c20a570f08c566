#pragma once
#include <optional>
#include <vector>

#include "media/render.h"
#include "scheduler/event_log.h"
#include "scheduler/recordings.h"
#include "server/session/state.h"

/// What a film has to show when, from the session's event log: what media::render() makes it of.
namespace diemcau::session {

struct FilmScript {
  std::vector<media::Direction> directions;
  std::vector<media::RenderPart> parts;
};

/// Pure. `known`: the parts that have been finished: they are placed as in the film there was. `layout`:
/// instead of what was directed; the sources stay in their order, as many as have a cell. `now`: where a
/// session that still runs ends.
FilmScript film_script(const Brief& brief, const std::vector<scheduler::LoggedEvent>& log,
                       const std::vector<scheduler::RecordingPart>& known, std::optional<Layout> layout,
                       Time now);

}  // namespace diemcau::session
