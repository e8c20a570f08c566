#pragma once
#include <array>
#include <cstddef>

#include "scheduler/accounts.h"
#include "server/http/api.h"

/// Who may do what in the office: the one table. (What may be commanded in a live session is in
/// session/commands.h.)
namespace diemcau::auth {
using scheduler::Role;

enum class Right {
  bearer,      ///< a bearer token, which the handler checks; no cookie is looked at, so any page may ask
  anyone,      ///< also without log-in (the handler checks a link, a token or a password of its own)
  logged_in,   ///< any account
  see_places,  ///< units, and of sites what is more than their numbers and names
  edit_places,
  edit_meetings,  ///< meetings, their documents
  see_links,      ///< hall links and their QR codes
  see_recordings,
  conduct,    ///< the console
  administer  ///< accounts
};

struct RightRow {
  Right right;
  bool nobody, administrator, operator_, clerk, chair, official;
};

// clang-format off
inline constexpr std::array<RightRow, 10> rights_table{{
    // right                  nobody  admin  oper.  clerk  chair  official
    {Right::bearer,           true,   true,  true,  true,  true,  true},
    {Right::anyone,           true,   true,  true,  true,  true,  true},
    {Right::logged_in,        false,  true,  true,  true,  true,  true},
    {Right::see_places,       false,  true,  true,  true,  false, false},
    {Right::edit_places,      false,  true,  false, false, false, false},
    {Right::edit_meetings,    false,  true,  true,  true,  false, false},
    {Right::see_links,        false,  true,  true,  true,  false, false},
    {Right::see_recordings,   false,  true,  true,  true,  true,  false},
    {Right::conduct,          false,  true,  true,  false, false, false},
    {Right::administer,       false,  true,  false, false, false, false},
}};
// clang-format on

constexpr const RightRow& row_of(Right right) { return rights_table.at(static_cast<std::size_t>(right)); }

constexpr bool may(Role role, Right right) {
  const RightRow& row = row_of(right);
  switch (role) {
    case Role::administrator:
      return row.administrator;
    case Role::operator_:
      return row.operator_;
    case Role::clerk:
      return row.clerk;
    case Role::chair:
      return row.chair;
    case Role::official:
      return row.official;
  }
  return false;
}

constexpr http::Rights rights_of(Role role) {
  return {may(role, Right::edit_meetings), may(role, Right::conduct),    may(role, Right::administer),
          may(role, Right::see_links),     may(role, Right::see_places), may(role, Right::see_recordings)};
}

static_assert(
    [] {
      for (std::size_t i = 0; i < rights_table.size(); ++i)
        if (static_cast<std::size_t>(rights_table.at(i).right) != i) return false;
      return true;
    }(),
    "rows stand in the order of Right");

}  // namespace diemcau::auth
