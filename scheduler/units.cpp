#include "scheduler/units.h"

#include <map>

#include "scheduler/row.h"
#include "scheduler/text_folding.h"
#include "scheduler/uuid.h"

namespace diemcau::scheduler {

template <>
inline constexpr std::array<std::string_view, 6> words<Tier>{"government", "ministry", "province",
                                                             "department", "district", "commune"};

namespace {

const std::string columns =
    "SELECT id, uuid, parent, tier, name, code, valid_from, valid_to, sort_order FROM units ";

Unit read(SQLite::Statement& at) {
  Unit unit;
  Row(at) >> unit.id >> unit.uuid >> unit.parent >> unit.tier >> unit.name >> unit.code >> unit.valid_from >>
      unit.valid_to >> unit.sort_order;
  return unit;
}

bool can_be_stored(const std::optional<Date>& day) {
  return !day || (day->ok() && day->year() >= std::chrono::year(0) && day->year() <= std::chrono::year(9999));
}

/// The unit as it will be stored, or why not.
Result<Unit> checked(const Unit& wanted) {
  Unit unit = wanted;
  unit.name = clean_line(unit.name);
  unit.code = clean_line(unit.code);
  if (unit.name.empty()) return refuse(ErrorCode::invalid, "unit.name_missing");
  if (length(unit.name) > 200) return refuse(ErrorCode::invalid, "unit.field_too_long", "name");
  if (length(unit.code) > 35) return refuse(ErrorCode::invalid, "unit.field_too_long", "code");
  if (!can_be_stored(unit.valid_from)) return refuse(ErrorCode::invalid, "unit.field_invalid", "valid_from");
  if (!can_be_stored(unit.valid_to)) return refuse(ErrorCode::invalid, "unit.field_invalid", "valid_to");
  if (unit.valid_from && unit.valid_to && *unit.valid_to <= *unit.valid_from) {
    return refuse(ErrorCode::invalid, "unit.dates_out_of_order");
  }
  return unit;
}

/// True when `above` is `unit` or stands somewhere below it: then it cannot become its parent.
bool is_below(SQLite::Database& database, UnitId above, UnitId unit) {
  auto query =
      statement(database,
                "WITH RECURSIVE line(id) AS (VALUES (?1) UNION "
                "SELECT units.parent FROM units JOIN line ON units.id = line.id WHERE units.parent NOT NULL) "
                "SELECT 1 FROM line WHERE id = ?2",
                above, unit);
  return query.executeStep();
}

}  // namespace

Result<UnitId> Units::add(const Unit& unit) {
  const auto stored = checked(unit);
  if (!stored) return tl::unexpected(stored.error());
  if (stored->parent && !find(*stored->parent)) return refuse(ErrorCode::invalid, "unit.parent_not_found");
  run(database_,
      "INSERT INTO units(uuid, parent, tier, name, code, valid_from, valid_to, sort_order) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
      new_uuid(), stored->parent, stored->tier, stored->name, stored->code, stored->valid_from,
      stored->valid_to, stored->sort_order);
  return UnitId{database_.getLastInsertRowid()};
}

Result<UnitId> Units::change(const Unit& unit) {
  const auto stored = checked(unit);
  if (!stored) return tl::unexpected(stored.error());
  if (!find(unit.id)) return refuse(ErrorCode::not_found, "unit.not_found");
  if (stored->parent) {
    if (!find(*stored->parent)) return refuse(ErrorCode::invalid, "unit.parent_not_found");
    if (is_below(database_, *stored->parent, unit.id))
      return refuse(ErrorCode::invalid, "unit.parent_below_itself");
  }
  run(database_,
      "UPDATE units SET parent = ?2, tier = ?3, name = ?4, code = ?5, valid_from = ?6, valid_to = ?7, "
      "sort_order = ?8 "
      "WHERE id = ?1",
      unit.id, stored->parent, stored->tier, stored->name, stored->code, stored->valid_from, stored->valid_to,
      stored->sort_order);
  return unit.id;
}

std::optional<Unit> Units::find(UnitId id) const {
  auto query = statement(database_, columns + "WHERE id = ?1", id);
  if (!query.executeStep()) return std::nullopt;
  return read(query);
}

std::vector<Unit> Units::on(Date day) const {
  auto query =
      statement(database_,
                columns +
                    "WHERE (valid_from IS NULL OR valid_from <= ?1) AND (valid_to IS NULL OR ?1 < valid_to) "
                    "ORDER BY sort_order, id",
                day);
  std::map<UnitId, Unit> units;
  std::vector<UnitId> in_order;
  while (query.executeStep()) {
    Unit unit = read(query);
    in_order.push_back(unit.id);
    units.emplace(unit.id, std::move(unit));
  }
  // A unit whose parent does not exist on that day (a commune of an abolished district) stands at the top.
  std::map<std::optional<UnitId>, std::vector<UnitId>> children;
  for (const UnitId id : in_order) {
    const auto parent = units.at(id).parent;
    children[parent && units.contains(*parent) ? parent : std::nullopt].push_back(id);
  }
  std::vector<Unit> found;
  const auto put_below = [&](const auto& self, std::optional<UnitId> parent) -> void {
    for (const UnitId id : children[parent]) {
      found.push_back(units.at(id));
      self(self, id);
    }
  };
  put_below(put_below, std::nullopt);
  return found;
}

}  // namespace diemcau::scheduler
