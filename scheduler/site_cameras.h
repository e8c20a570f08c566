#pragma once
#include <map>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>

#include "scheduler/ids.h"
#include "scheduler/result.h"

namespace diemcau::scheduler {

/// The RTSP cameras of halls without a PC. What is in `locked` server/ locks and unlocks.
class SiteCameras {
 public:
  explicit SiteCameras(SQLite::Database& database) : database_(database) {}
  /// In place of the one before. `place` is what is seen of it (Site::camera). Refuses site.not_found.
  Result<SiteId> set(SiteId site, const std::string& place, const std::string& locked);
  Result<SiteId> remove(SiteId site);         ///< refuses site.not_found
  std::map<SiteId, std::string> all() const;  ///< locked

 private:
  SQLite::Database& database_;
};

}  // namespace diemcau::scheduler
