#pragma once
#include <csignal>
#include <iosfwd>

#include "server/config.h"

namespace diemcau::server {

/// Builds everything, serves until `stop` says so, and takes everything down again. Prints what people need
/// to begin. Throws what cannot be helped (a taken port, a newer data folder, no disk).
void serve(const Config& config, std::ostream& out, const volatile std::sig_atomic_t& stop);

}  // namespace diemcau::server
