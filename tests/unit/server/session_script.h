#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "server/session/decide.h"
#include "server/session/state.h"

/// A small province for session tests: four halls, three agenda items, one film.
namespace diemcau::session {

inline constexpr SiteId main_hall{1}, tam_duong{3}, sin_ho{5}, than_uyen{7};
inline constexpr DocumentId film{21}, paper{22};

Brief example_brief();
State example_state();

/// Runs one script; every mismatch is a line of the result. tests/unit/sessions/README.md says how scripts
/// are written.
std::vector<std::string> run_script(const std::filesystem::path& file);

}  // namespace diemcau::session
