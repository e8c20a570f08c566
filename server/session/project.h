#pragma once
#include "server/session/state.h"

/// Projections of a session's state: what each audience sees. Pure.
namespace diemcau::session {

ConsoleView console_view(const State& state);
HallView hall_view(const State& state, SiteId site);

}  // namespace diemcau::session
