#pragma once
#include <chrono>
#include <cstdint>

#include <sys/types.h>

namespace diemcau::load {

/// Time that all threads of a process have run, user and system, as the scheduler counts it
/// (/proc/PID/task/*/schedstat): what /proc/PID/stat rounds to 10 ms.
std::chrono::nanoseconds processor_time(pid_t process);
/// Resident memory (VmRSS of /proc/PID/status), bytes.
std::uint64_t resident_memory(pid_t process);

}  // namespace diemcau::load
