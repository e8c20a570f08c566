#pragma once
#include <string>
#include <vector>

namespace diemcau::scheduler {

struct Migration {
  int number{};  ///< 1, 2, 3, … without a gap
  std::string name;
  std::string sql;
};

/// migrations/*.sql in order, compiled in (embed.cmake).
const std::vector<Migration>& migrations();

}  // namespace diemcau::scheduler
