#pragma once
#include <csignal>
#include <iosfwd>

#include "server/config.h"

namespace diemcau::server {

/// `diemcau render`: makes the film of a meeting anew from the safety copy and the session's log, with its
/// chapters beside it (WebVTT). Only reads the data folder, also while the server runs. Tells on `out` how
/// far it is and what is missing. Throws RenderFailed and whatever cannot be helped; ends soon after `stop`.
/// \returns the program's exit code: 0, or `incomplete` when a slate stands where a site's picture is
/// missing.
int render_film(const Config& config, std::ostream& out, const volatile std::sig_atomic_t& stop);

inline constexpr int incomplete = 2;

/// what() says in both languages what is missing.
struct RenderFailed : std::runtime_error {
  using runtime_error::runtime_error;
};

}  // namespace diemcau::server
