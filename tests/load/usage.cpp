#include "tests/load/usage.h"

#include <ctime>
#include <fstream>
#include <stdexcept>
#include <string>

namespace diemcau::load {

std::chrono::nanoseconds processor_time(pid_t process) {
  clockid_t clock{};
  timespec ran{};
  if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &ran) != 0)
    throw std::runtime_error("process " + std::to_string(process) + " is gone");
  return std::chrono::seconds(ran.tv_sec) + std::chrono::nanoseconds(ran.tv_nsec);
}

std::uint64_t resident_memory(pid_t process) {
  std::ifstream lines("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("VmRSS:")) return std::stoull(line.substr(6)) * 1024;
  throw std::runtime_error("process " + std::to_string(process) + " is gone");
}

}  // namespace diemcau::load
