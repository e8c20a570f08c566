#pragma once
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "media/program/copy_name.h"
#include "media/program/copy_reader.h"

namespace diemcau::program {

/// All files of a safety copy, played side by side by the wall clock: those that have begun are open. Times
/// must not go back.
class CopyShelf {
 public:
  using Time = CopyName::Time;
  /// A folder that is not there is empty. What is no safety copy is passed over.
  explicit CopyShelf(const std::filesystem::path& folder);

  bool has_any(Time from, Time until) const;
  void go_to(Time now);
  /// Nothing is open that has anything left, and nothing begins before `end`.
  bool is_over(Time now, Time end) const;

  struct Picture {
    GstSample* sample = nullptr;  ///< until the next go_to()
    std::chrono::milliseconds age{};
  };
  std::optional<Picture> picture(SourceId source, Time now) const;
  /// Adds what is heard of the source from now on, as much as `samples` has room for; false: nothing.
  bool add_sound(SourceId source, Time now, std::vector<std::int16_t>& samples);
  /// When the program cut first, not before `from` and before `until`.
  std::optional<Time> cut(Time from, Time until) const;
  /// Sources of which a file is open.
  std::vector<SourceId> open() const;

 private:
  struct File {
    CopyName name;
    std::filesystem::path path;
    std::unique_ptr<CopyReader> reader;
    bool over = false;
    GstClockTime at(Time now) const {
      return static_cast<GstClockTime>((now - name.begin).count()) * GST_MSECOND;
    }
  };
  std::vector<File> files_;  ///< by beginning
  std::vector<Time> cuts_;
};

}  // namespace diemcau::program
