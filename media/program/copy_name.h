#pragma once
#include <chrono>
#include <filesystem>
#include <optional>

#include "media/media.h"

namespace diemcau::program {
using media::SourceId;

/// Beside the copies: when the program cut to another scene, milliseconds since 1970, one a line.
inline constexpr auto cuts_file = "cuts";

/// Which source a safety copy is of, and when it begins. Both stand in the file's name, so a file says for
/// itself where it belongs: "12-20261123T084210123Z.mkv" (camera and microphone of source 12),
/// "12-screen-…", "clip-…".
struct CopyName {
  using Time = std::chrono::sys_time<std::chrono::milliseconds>;
  SourceId source{};
  Time begin{};  ///< wall clock at the file's time 0

  std::filesystem::path file() const;
  /// nullopt: another's file.
  static std::optional<CopyName> parse(const std::filesystem::path& file);
  friend bool operator==(const CopyName&, const CopyName&) = default;
};

}  // namespace diemcau::program
