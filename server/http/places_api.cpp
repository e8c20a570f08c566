#include "media/hall_cameras.h"
#include "scheduler/site_cameras.h"
#include "server/auth/lock.h"
#include "server/http/services.h"
#include "server/session/sessions.h"

namespace diemcau::http {
namespace {
using scheduler::Result;

/// Vietnam has one zone and no summer time.
scheduler::Date today(Time now) { return std::chrono::floor<std::chrono::days>(now + std::chrono::hours(7)); }

/// Stores one row of a table by add() or change(), and answers with it as it stands.
template <class Table, class Row, class Id>
void store_row(Services& services, const Reply& reply, const Row& row,
               Result<Id> (Table::*store)(const Row&)) {
  services.store.write<Id>(
      [row, store](SQLite::Database& database) {
        Table table(database);
        return (table.*store)(row);
      },
      [&services, reply](Result<Id> stored) {
        if (!stored) return reply.problem(stored.error());
        services.sessions.sites_changed();
        reply.json(*Table(services.store.reading()).find(*stored));
      });
}

/// For who sees meetings and no places: which hall is meant.
scheduler::Site only_named(const scheduler::Site& site) {
  scheduler::Site named;
  named.id = site.id;
  named.unit = site.unit;
  named.number = site.number;
  named.name = site.name;
  named.active = site.active;
  return named;
}

}  // namespace

void add_places_api(Router& router, Services& services) {
  using scheduler::Site;
  using scheduler::Sites;
  using scheduler::Unit;
  using scheduler::Units;
  router.add("GET", "/api/units", Right::see_places, [&services](const Request& request, const Reply& reply) {
    const auto asked = protocol::date_from(request.query_value("on").value_or(""));
    reply.json(Units(services.store.reading()).on(asked.value_or(today(services.now()))));
  });
  router.add("POST", "/api/units", Right::edit_places,
             [&services](const Request& request, const Reply& reply) {
               store_row(services, reply, body_of<Unit>(request), &Units::add);
             });
  router.add("PUT", "/api/units/#", Right::edit_places,
             [&services](const Request& request, const Reply& reply) {
               auto unit = body_of<Unit>(request);
               unit.id = scheduler::UnitId{request.number(0)};
               store_row(services, reply, unit, &Units::change);
             });
  router.add("GET", "/api/sites", Right::logged_in, [&services](const Request& request, const Reply& reply) {
    auto sites = Sites(services.store.reading()).all();
    if (!auth::may(request.account->role, Right::see_places))
      for (auto& site : sites) site = only_named(site);
    reply.json(sites);
  });
  router.add("POST", "/api/sites", Right::edit_places,
             [&services](const Request& request, const Reply& reply) {
               store_row(services, reply, body_of<Site>(request), &Sites::add);
             });
  router.add("PUT", "/api/sites/#", Right::edit_places,
             [&services](const Request& request, const Reply& reply) {
               auto site = body_of<Site>(request);
               site.id = SiteId{request.number(0)};
               store_row(services, reply, site, &Sites::change);
             });
  router.add("PUT", "/api/sites/#/camera", Right::edit_places,
             [&services](const Request& request, const Reply& reply) {
               const SiteId site{request.number(0)};
               const auto url = body_of<SiteCamera>(request).url;
               const auto address = media::read_camera_address(url);
               if (!url.empty() && !address)
                 return reply.problem({scheduler::ErrorCode::invalid, "camera.address_wrong", ""});
               services.store.write<SiteId>(
                   [site, place = address ? address->place : "",
                    locked = address ? auth::locked(services.key, url) : ""](SQLite::Database& database) {
                     scheduler::SiteCameras cameras(database);
                     return locked.empty() ? cameras.remove(site) : cameras.set(site, place, locked);
                   },
                   [&services, reply](Result<SiteId> stored) {
                     if (!stored) return reply.problem(stored.error());
                     services.sessions.sites_changed();
                     reply.json(*Sites(services.store.reading()).find(*stored));
                   });
             });
}

}  // namespace diemcau::http
