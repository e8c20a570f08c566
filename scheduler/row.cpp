#include "scheduler/row.h"

#include <cstdio>
#include <stdexcept>

namespace diemcau::scheduler {

std::string written(Date day) {
  // Days compare as texts in SQL, so a year has four digits; the callers have refused others.
  if (!day.ok() || day.year() < std::chrono::year(0) || day.year() > std::chrono::year(9999)) {
    throw std::invalid_argument("not a calendar day");
  }
  char text[16];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(day.year()),
                static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
  return text;
}

Date date_read(const std::string& text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  if (std::sscanf(text.c_str(), "%4d-%2u-%2u", &year, &month, &day) != 3) {
    throw std::runtime_error("not a calendar day in the database: " + text);
  }
  return std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
}

}  // namespace diemcau::scheduler
