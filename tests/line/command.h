#pragma once
#include <string>
#include <string_view>

#include "tests/line/one_way.h"

namespace diemcau::line {

/// Both directions of a line.
struct Line {
  OneWay down;  ///< from the first device to the second
  OneWay up;
};

/// Does what one line of text says, and answers one line without an end: "ok", figures, or "error: …"; after
/// an error nothing has changed. README.md has the commands.
std::string obey(Line& line, std::string_view command);

}  // namespace diemcau::line
