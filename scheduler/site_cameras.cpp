#include "scheduler/site_cameras.h"

#include "scheduler/row.h"
#include "scheduler/sites.h"

namespace diemcau::scheduler {

Result<SiteId> SiteCameras::set(SiteId site, const std::string& place, const std::string& locked) {
  if (!Sites(database_).find(site)) return refuse(ErrorCode::not_found, "site.not_found");
  run(database_, "INSERT OR REPLACE INTO site_cameras(site, place, locked) VALUES (?1, ?2, ?3)", site, place,
      locked);
  return site;
}

Result<SiteId> SiteCameras::remove(SiteId site) {
  if (!Sites(database_).find(site)) return refuse(ErrorCode::not_found, "site.not_found");
  run(database_, "DELETE FROM site_cameras WHERE site = ?1", site);
  return site;
}

std::map<SiteId, std::string> SiteCameras::all() const {
  SQLite::Statement query(database_, "SELECT site, locked FROM site_cameras");
  std::map<SiteId, std::string> found;
  while (query.executeStep()) {
    SiteId site{};
    std::string locked;
    Row(query) >> site >> locked;
    found.emplace(site, std::move(locked));
  }
  return found;
}

}  // namespace diemcau::scheduler
