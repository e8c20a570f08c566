#pragma once
#include <filesystem>
#include <string>

#include "scheduler/meetings.h"
#include "scheduler/result.h"

namespace diemcau::auth {
using scheduler::MeetingId;
using scheduler::SiteId;

/// What a hall link says: this site of this meeting, in its n-th edition.
struct HallPass {
  MeetingId meeting{};
  SiteId site{};
  int generation{};
  friend bool operator==(const HallPass&, const HallPass&) = default;
};

/// Hall links without a table of them: the token is the sealed pass (seal.h). Whoever holds it may enter that
/// hall; a new generation makes it worthless.
class HallLinks {
 public:
  /// 32 bytes.
  explicit HallLinks(std::string key) : key_(std::move(key)) {}

  std::string token(const HallPass& pass) const;
  /// Refuses link.wrong for anything that we did not make.
  scheduler::Result<HallPass> read(const std::string& token) const;

  /// Whether the pass still opens the hall: link.wrong (not invited), link.renewed, link.cancelled,
  /// link.expired (12 hours after the meeting's end).
  static scheduler::Result<HallPass> check(const HallPass& pass, const scheduler::Meeting& meeting,
                                           scheduler::Time now);
  /// The part of it that holds for whatever opens this meeting: link.cancelled, link.expired.
  static scheduler::Result<int> check(const scheduler::Meeting& meeting, scheduler::Time now);

 private:
  std::string key_;
};

/// The key in FILE (mode 0600), made at the first start. Throws std::system_error, std::runtime_error.
std::string secret_key(const std::filesystem::path& file);

}  // namespace diemcau::auth
