#pragma once
#include <chrono>
#include <cstdint>

#include <sys/types.h>

namespace diemcau::load {

/// Time that all threads of a process have run, those that have ended too, user and system, as the scheduler
/// counts it (clock_getcpuclockid): what /proc/PID/stat rounds to 10 ms. Throws when there is no such
/// process.
std::chrono::nanoseconds processor_time(pid_t process);
/// Resident memory (VmRSS of /proc/PID/status), bytes.
std::uint64_t resident_memory(pid_t process);

}  // namespace diemcau::load
