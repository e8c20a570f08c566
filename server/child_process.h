#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace diemcau::server {

/// What a program writes to its standard output, for work that must not be able to hurt this process: at most
/// ten seconds, 1 GiB of memory and `longest` bytes, then it is killed. Empty when it cannot be started.
/// Blocks: for a job thread. `command` is found by PATH; no shell is involved.
std::string output_of(const std::vector<std::string>& command, std::size_t longest);

}  // namespace diemcau::server
