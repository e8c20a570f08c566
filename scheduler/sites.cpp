#include "scheduler/sites.h"

#include "scheduler/row.h"
#include "scheduler/search_index.h"
#include "scheduler/text_folding.h"
#include "scheduler/uuid.h"

namespace diemcau::scheduler {
namespace {

const std::string columns =
    "SELECT id, uuid, unit, number, name, room, contact, active, "
    "coalesce((SELECT place FROM site_cameras WHERE site = sites.id), '') FROM sites ";

Site read(SQLite::Statement& at) {
  Site site;
  Row(at) >> site.id >> site.uuid >> site.unit >> site.number >> site.name >> site.room >> site.contact >>
      site.active >> site.camera;
  return site;
}

/// The site as it will be stored, or why not. `itself` may keep its number.
Result<Site> checked(SQLite::Database& database, const Site& wanted, SiteId itself) {
  Site site = wanted;
  site.name = clean_line(site.name);
  site.room = clean_line(site.room);
  site.contact = clean_lines(site.contact);
  if (site.name.empty()) return refuse(ErrorCode::invalid, "site.name_missing");
  if (length(site.name) > 100) return refuse(ErrorCode::invalid, "site.field_too_long", "name");
  if (length(site.room) > 200) return refuse(ErrorCode::invalid, "site.field_too_long", "room");
  if (length(site.contact) > 500) return refuse(ErrorCode::invalid, "site.field_too_long", "contact");
  if (site.number < 1 || site.number > 9999) return refuse(ErrorCode::invalid, "site.number_out_of_range");
  if (!statement(database, "SELECT 1 FROM units WHERE id = ?1", site.unit).executeStep()) {
    return refuse(ErrorCode::invalid, "site.unit_not_found");
  }
  auto taken =
      statement(database, "SELECT name FROM sites WHERE number = ?1 AND id <> ?2", site.number, itself);
  if (taken.executeStep()) {
    return refuse(ErrorCode::conflict, "site.number_taken", taken.getColumn(0).getString());
  }
  return site;
}

}  // namespace

Result<SiteId> Sites::add(const Site& site) {
  const auto stored = checked(database_, site, SiteId{});
  if (!stored) return tl::unexpected(stored.error());
  run(database_,
      "INSERT INTO sites(uuid, unit, number, name, room, contact, active) VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
      "?7)",
      new_uuid(), stored->unit, stored->number, stored->name, stored->room, stored->contact, stored->active);
  return SiteId{database_.getLastInsertRowid()};
}

Result<SiteId> Sites::change(const Site& site) {
  if (!find(site.id)) return refuse(ErrorCode::not_found, "site.not_found");
  const auto stored = checked(database_, site, site.id);
  if (!stored) return tl::unexpected(stored.error());
  run(database_,
      "UPDATE sites SET unit = ?2, number = ?3, name = ?4, room = ?5, contact = ?6, active = ?7 WHERE id = "
      "?1",
      site.id, stored->unit, stored->number, stored->name, stored->room, stored->contact, stored->active);
  index_meetings_of(database_, site.id);
  return site.id;
}

std::optional<Site> Sites::find(SiteId id) const {
  auto query = statement(database_, columns + "WHERE id = ?1", id);
  if (!query.executeStep()) return std::nullopt;
  return read(query);
}

std::vector<Site> Sites::all() const {
  SQLite::Statement query(database_, columns + "ORDER BY number");
  std::vector<Site> found;
  while (query.executeStep()) found.push_back(read(query));
  return found;
}

}  // namespace diemcau::scheduler
