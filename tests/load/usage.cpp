#include "tests/load/usage.h"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace diemcau::load {

std::chrono::nanoseconds processor_time(pid_t process) {
  std::int64_t sum = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
    std::int64_t ran = 0;
    std::ifstream(task.path() / "schedstat") >> ran;
    sum += ran;
  }
  return std::chrono::nanoseconds(sum);
}

std::uint64_t resident_memory(pid_t process) {
  std::ifstream lines("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("VmRSS:")) return std::stoull(line.substr(6)) * 1024;
  throw std::runtime_error("process " + std::to_string(process) + " is gone");
}

}  // namespace diemcau::load
