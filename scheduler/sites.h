#pragma once
#include <optional>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "scheduler/ids.h"
#include "scheduler/result.h"

namespace diemcau::scheduler {

/// A hall (or a desk) that joins sessions (điểm cầu).
struct Site {
  SiteId id{};
  std::string uuid;
  UnitId unit{};
  int number{};         ///< short number for voice calls ("điểm cầu số 27"), unique, 1..9999
  std::string name;     ///< what stands under its picture: "Sìn Hồ"
  std::string room;     ///< where it is: "Phòng họp trực tuyến tầng 2"
  std::string contact;  ///< technician on duty: name and telephone, free text
  bool active = true;
  /// Its RTSP camera, if it has no PC: "rtsp://10.1.3.7:554". Empty: none. Set by SiteCameras only.
  std::string camera;
};

class Sites {
 public:
  explicit Sites(SQLite::Database& database) : database_(database) {}
  /// Refuses site.name_missing, site.field_too_long (detail: name 100, room 200, contact 500),
  /// site.number_out_of_range, site.number_taken (conflict; detail: whose it is), site.unit_not_found.
  Result<SiteId> add(const Site& site);
  Result<SiteId> change(const Site& site);  ///< also site.not_found
  std::optional<Site> find(SiteId id) const;
  std::vector<Site> all() const;  ///< by number

 private:
  SQLite::Database& database_;
};

}  // namespace diemcau::scheduler
