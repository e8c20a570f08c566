#pragma once
#include <filesystem>

namespace diemcau::server {

/// Room on the disk that is kept for the record: a file of 16 MB that is deleted when the disk is full. A
/// recording that fills the disk then stops with its reason on record, and the session goes on being stored.
/// Main thread.
class Reserve {
 public:
  /// Takes the room if there is some; a small disk simply has no reserve.
  explicit Reserve(const std::filesystem::path& folder);

  /// The disk is full: gives the room back. True when there was any.
  bool release();
  /// Takes it again once the disk has four times as much free. Call now and then.
  void restore();

 private:
  std::filesystem::path file_;
};

}  // namespace diemcau::server
