#pragma once
#include <optional>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "scheduler/ids.h"
#include "scheduler/result.h"

namespace diemcau::scheduler {

enum class Tier { government, ministry, province, department, district, commune };

/// An organisation in the tier tree. The tree is data with validity dates (the district tier was abolished on
/// 2025-07-01); `code` (the statistics office's) is reused with another meaning over the years, so `id` is
/// the key.
struct Unit {
  UnitId id{};
  std::string uuid;
  std::optional<UnitId> parent;
  Tier tier{};
  std::string name;  ///< with its type, as on the letterhead: "Huyện Sìn Hồ"
  std::string code;
  std::optional<Date> valid_from, valid_to;  ///< valid_to is the first day on which it no longer exists
  int sort_order{};                          ///< protocol order among its siblings
};

class Units {
 public:
  explicit Units(SQLite::Database& database) : database_(database) {}
  /// Checks name (1..200), dates in order, an existing parent; NFC-normalises the name. `unit.id`/`uuid` are
  /// ignored.
  /// Refuses unit.name_missing, unit.field_too_long (name, code 35), unit.field_invalid (a day that does not
  /// exist), unit.dates_out_of_order, unit.parent_not_found.
  Result<UnitId> add(const Unit& unit);
  Result<UnitId> change(const Unit& unit);  ///< also unit.not_found, unit.parent_below_itself
  std::optional<Unit> find(UnitId id) const;
  /// All units that exist on `day`, parents before children, siblings in protocol order.
  std::vector<Unit> on(Date day) const;

 private:
  SQLite::Database& database_;
};

}  // namespace diemcau::scheduler
