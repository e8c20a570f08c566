#include "scheduler/meetings.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "scheduler/row.h"
#include "scheduler/search_index.h"
#include "scheduler/text_folding.h"
#include "scheduler/uuid.h"

namespace diemcau::scheduler {

template <>
inline constexpr std::array<std::string_view, 2> words<MeetingMode>{"host", "guest"};
template <>
inline constexpr std::array<std::string_view, 5> words<MeetingState>{"planned", "live", "ended", "cancelled",
                                                                     "postponed"};
template <>
inline constexpr std::array<std::string_view, 8> words<MeetingKind>{
    "briefing",     "problem_solving", "consultation", "coordination",
    "professional", "thematic",        "review",       "training"};

namespace {

constexpr std::size_t most_agenda_items = 60;
constexpr std::size_t most_sites = 500;
constexpr auto longest = std::chrono::days(7);
/// Year 9999: beyond it stand only typing errors, and sums with them would overflow.
constexpr Time end_of_time{std::chrono::sys_days(std::chrono::year(10000) / 1 / 1)};

const std::string columns =
    "SELECT id, uuid, state, revision, opened_at, ended_at, state_reason, mode, kind, title, organizer, "
    "chair, place, "
    "invitation, notes, starts_at, ends_at FROM meetings WHERE id = ?1";

Result<MeetingForm> too_long(const std::string& field) {
  return refuse(ErrorCode::invalid, "meeting.field_too_long", field);
}

bool is_held(MeetingState state) { return state == MeetingState::live || state == MeetingState::ended; }

bool exists(const SQLite::Database& database, SiteId site) {
  return statement(database, "SELECT 1 FROM sites WHERE id = ?1", site).executeStep();
}

bool is_calendar_time(Time time) { return time >= Time{} && time < end_of_time; }

Result<MeetingForm> with_checked_agenda(const SQLite::Database& database, MeetingForm form) {
  if (form.agenda.size() > most_agenda_items)
    return refuse(ErrorCode::invalid, "meeting.too_many_agenda_items");
  for (AgendaItem& item : form.agenda) {
    item.title = clean_line(item.title);
    if (item.title.empty()) return refuse(ErrorCode::invalid, "meeting.agenda_title_missing");
    if (length(item.title) > 300) return too_long("agenda");
    if (item.planned_at && !is_calendar_time(*item.planned_at)) {
      return refuse(ErrorCode::invalid, "meeting.field_invalid", "agenda");
    }
    if (item.speaker && !exists(database, *item.speaker))
      return refuse(ErrorCode::invalid, "meeting.unknown_site");
  }
  return form;
}

Result<MeetingForm> with_checked_sites(const SQLite::Database& database, MeetingForm form) {
  if (form.sites.size() > most_sites) return refuse(ErrorCode::invalid, "meeting.too_many_sites");
  std::set<SiteId> invited;
  for (const InvitedSite& site : form.sites) {
    if (!exists(database, site.site)) return refuse(ErrorCode::invalid, "meeting.unknown_site");
    if (!invited.insert(site.site).second) return refuse(ErrorCode::invalid, "meeting.site_twice");
  }
  if (std::count_if(form.sites.begin(), form.sites.end(), [](const InvitedSite& site) { return site.main; }) >
      1) {
    return refuse(ErrorCode::invalid, "meeting.two_main_sites");
  }
  return form;
}

/// The form as it will be stored, or why not.
Result<MeetingForm> checked(const SQLite::Database& database, MeetingForm form) {
  for (auto* line : {&form.title, &form.organizer, &form.chair, &form.place, &form.invitation}) {
    *line = clean_line(*line);
  }
  form.notes = clean_lines(form.notes);
  if (form.title.empty()) return refuse(ErrorCode::invalid, "meeting.title_missing");
  if (length(form.title) > 300) return too_long("title");
  if (length(form.organizer) > 200) return too_long("organizer");
  if (length(form.chair) > 200) return too_long("chair");
  if (length(form.place) > 200) return too_long("place");
  if (length(form.invitation) > 50) return too_long("invitation");
  if (length(form.notes) > 10'000) return too_long("notes");
  if (!is_calendar_time(form.starts_at))
    return refuse(ErrorCode::invalid, "meeting.field_invalid", "starts_at");
  if (!is_calendar_time(form.ends_at)) return refuse(ErrorCode::invalid, "meeting.field_invalid", "ends_at");
  if (form.ends_at <= form.starts_at) return refuse(ErrorCode::invalid, "meeting.ends_before_start");
  if (form.ends_at - form.starts_at > longest) return refuse(ErrorCode::invalid, "meeting.too_long");
  auto with_agenda = with_checked_agenda(database, std::move(form));
  if (!with_agenda) return with_agenda;
  return with_checked_sites(database, std::move(*with_agenda));
}

std::vector<AgendaItem> agenda_of(const SQLite::Database& database, MeetingId meeting) {
  auto query = statement(
      database,
      "SELECT id, title, planned_at, speaker FROM agenda_items WHERE meeting = ?1 ORDER BY position",
      meeting);
  std::vector<AgendaItem> found;
  while (query.executeStep()) {
    AgendaItem& item = found.emplace_back();
    Row(query) >> item.id >> item.title >> item.planned_at >> item.speaker;
  }
  return found;
}

std::vector<InvitedSite> sites_of(const SQLite::Database& database, MeetingId meeting) {
  auto query = statement(database,
                         "SELECT i.site, i.main, i.confirmed, coalesce(g.generation, 0) FROM invited_sites i "
                         "LEFT JOIN link_generations g ON g.meeting = i.meeting AND g.site = i.site "
                         "WHERE i.meeting = ?1 ORDER BY i.position",
                         meeting);
  std::vector<InvitedSite> found;
  while (query.executeStep()) {
    InvitedSite& site = found.emplace_back();
    Row(query) >> site.site >> site.main >> site.confirmed >> site.link_generation;
  }
  return found;
}

void store_agenda(SQLite::Database& database, MeetingId meeting, const std::vector<AgendaItem>& agenda) {
  std::set<AgendaItemId> stored;
  for (const AgendaItem& item : agenda_of(database, meeting)) stored.insert(item.id);
  int position = 0;
  for (const AgendaItem& item : agenda) {
    // Only the first of two items with one id is that item: the other is a copy of it.
    if (stored.erase(item.id) == 1) {
      run(database,
          "UPDATE agenda_items SET position = ?2, title = ?3, planned_at = ?4, speaker = ?5 WHERE id = ?1",
          item.id, ++position, item.title, item.planned_at, item.speaker);
    } else {
      run(database,
          "INSERT INTO agenda_items(meeting, position, title, planned_at, speaker) VALUES (?1, ?2, ?3, ?4, "
          "?5)",
          meeting, ++position, item.title, item.planned_at, item.speaker);
    }
  }
  for (const AgendaItemId gone : stored) run(database, "DELETE FROM agenda_items WHERE id = ?1", gone);
}

void raise_link_generation(SQLite::Database& database, MeetingId meeting, SiteId site) {
  run(database,
      "INSERT INTO link_generations(meeting, site, generation) VALUES (?1, ?2, 1) "
      "ON CONFLICT DO UPDATE SET generation = generation + 1",
      meeting, site);
}

void store_sites(SQLite::Database& database, MeetingId meeting, const std::vector<InvitedSite>& sites) {
  std::set<SiteId> gone;
  for (const InvitedSite& site : sites_of(database, meeting)) gone.insert(site.site);
  for (const InvitedSite& site : sites) gone.erase(site.site);
  for (const SiteId site : gone) raise_link_generation(database, meeting, site);
  run(database, "DELETE FROM invited_sites WHERE meeting = ?1", meeting);
  int position = 0;
  for (const InvitedSite& site : sites) {
    run(database,
        "INSERT INTO invited_sites(meeting, site, position, main, confirmed) VALUES (?1, ?2, ?3, ?4, ?5)",
        meeting, site.site, ++position, site.main, site.confirmed);
  }
}

/// The names of today for halls that have none yet: once at the opening, again for those invited while it is
/// live.
void keep_names(SQLite::Database& database, MeetingId meeting) {
  run(database,
      "WITH RECURSIVE line(unit, above, depth, name) AS ("
      "  SELECT id, parent, 0, name FROM units UNION ALL"
      "  SELECT line.unit, units.parent, depth + 1, line.name || ', ' || units.name"
      "  FROM line JOIN units ON units.id = line.above) "
      "INSERT OR IGNORE INTO held_sites(meeting, site, number, name, unit) "
      "SELECT i.meeting, sites.id, sites.number, sites.name, line.name FROM invited_sites i "
      "JOIN sites ON sites.id = i.site JOIN line ON line.unit = sites.unit AND line.above IS NULL WHERE "
      "i.meeting = ?1",
      meeting);
}

[[noreturn]] void fault(MeetingId id, const char* what) {
  throw std::logic_error("meeting " + std::to_string(number(id)) + " " + what);
}

}  // namespace

Result<MeetingId> Meetings::add(const MeetingForm& wanted, Time now) {
  const auto form = checked(database_, wanted);
  if (!form) return tl::unexpected(form.error());
  run(database_,
      "INSERT INTO meetings(uuid, mode, kind, state, title, organizer, chair, place, invitation, notes, "
      "starts_at, "
      "ends_at, created_at, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13)",
      new_uuid(), form->mode, form->kind, MeetingState::planned, form->title, form->organizer, form->chair,
      form->place, form->invitation, form->notes, form->starts_at, form->ends_at, now);
  const MeetingId id{database_.getLastInsertRowid()};
  store_agenda(database_, id, form->agenda);
  store_sites(database_, id, form->sites);
  index_meeting(database_, id);
  return id;
}

Result<MeetingId> Meetings::change(MeetingId id, std::int64_t revision, const MeetingForm& wanted, Time now) {
  const auto before = find(id);
  if (!before) return refuse(ErrorCode::not_found, "meeting.not_found");
  if (before->revision != revision) return refuse(ErrorCode::conflict, "meeting.changed_meanwhile");
  const auto form = checked(database_, wanted);
  if (!form) return tl::unexpected(form.error());
  const bool moved = form->starts_at != before->form.starts_at || form->ends_at != before->form.ends_at;
  if (is_held(before->state) && (moved || form->mode != before->form.mode)) {
    return refuse(ErrorCode::conflict, "meeting.already_held");
  }
  const bool planned_again = before->state == MeetingState::postponed && moved;
  run(database_,
      "UPDATE meetings SET mode = ?2, kind = ?3, state = ?4, state_reason = ?5, title = ?6, organizer = ?7, "
      "chair = ?8, "
      "place = ?9, invitation = ?10, notes = ?11, starts_at = ?12, ends_at = ?13, changed_at = ?14, "
      "revision = revision + 1 WHERE id = ?1",
      id, form->mode, form->kind, planned_again ? MeetingState::planned : before->state,
      planned_again ? std::string() : before->state_reason, form->title, form->organizer, form->chair,
      form->place, form->invitation, form->notes, form->starts_at, form->ends_at, now);
  store_agenda(database_, id, form->agenda);
  store_sites(database_, id, form->sites);
  if (before->state == MeetingState::live) keep_names(database_, id);
  index_meeting(database_, id);
  return id;
}

Result<MeetingId> Meetings::call_off(MeetingId id, MeetingState state, const std::string& reason) {
  const auto before = find(id);
  if (!before) return refuse(ErrorCode::not_found, "meeting.not_found");
  if (state != MeetingState::cancelled && state != MeetingState::postponed) {
    return refuse(ErrorCode::invalid, "meeting.field_invalid", "state");
  }
  if (is_held(before->state)) return refuse(ErrorCode::conflict, "meeting.already_held");
  const auto why = clean_lines(reason);
  if (length(why) > 1000) return refuse(ErrorCode::invalid, "meeting.field_too_long", "reason");
  run(database_, "UPDATE meetings SET state = ?2, state_reason = ?3 WHERE id = ?1", id, state, why);
  return id;
}

void Meetings::mark_live(MeetingId id, Time at) {
  const auto before = find(id);
  if (!before) fault(id, "does not exist");
  if (before->state == MeetingState::live) return;
  if (before->state != MeetingState::planned) fault(id, "is not planned, it cannot be opened");
  run(database_, "UPDATE meetings SET state = ?2, opened_at = ?3 WHERE id = ?1", id, MeetingState::live, at);
  keep_names(database_, id);
}

void Meetings::mark_ended(MeetingId id, Time at) {
  const int changed =
      run(database_, "UPDATE meetings SET state = ?2, ended_at = ?3 WHERE id = ?1 AND state = ?4", id,
          MeetingState::ended, at, MeetingState::live);
  if (changed == 0) fault(id, "is not live, it cannot be ended");
}

Result<MeetingId> Meetings::renew_link(MeetingId id, SiteId site) {
  if (!statement(database_, "SELECT 1 FROM meetings WHERE id = ?1", id).executeStep()) {
    return refuse(ErrorCode::not_found, "meeting.not_found");
  }
  if (!statement(database_, "SELECT 1 FROM invited_sites WHERE meeting = ?1 AND site = ?2", id, site)
           .executeStep()) {
    return refuse(ErrorCode::not_found, "meeting.site_not_invited");
  }
  raise_link_generation(database_, id, site);
  return id;
}

std::optional<Meeting> Meetings::find(MeetingId id) const {
  auto query = statement(database_, columns, id);
  if (!query.executeStep()) return std::nullopt;
  Meeting meeting;
  MeetingForm& form = meeting.form;
  Row(query) >> meeting.id >> meeting.uuid >> meeting.state >> meeting.revision >> meeting.opened_at >>
      meeting.ended_at >> meeting.state_reason >> form.mode >> form.kind >> form.title >> form.organizer >>
      form.chair >> form.place >> form.invitation >> form.notes >> form.starts_at >> form.ends_at;
  form.agenda = agenda_of(database_, id);
  form.sites = sites_of(database_, id);
  return meeting;
}

std::vector<MeetingSummary> Meetings::between(Time from, Time until) const {
  auto query = statement(
      database_,
      "SELECT id, mode, kind, state, title, organizer, chair, place, starts_at, ends_at, "
      "(SELECT count(*) FROM invited_sites WHERE meeting = meetings.id), "
      "(SELECT count(*) FROM invited_sites WHERE meeting = meetings.id AND confirmed), "
      "(SELECT count(*) FROM documents WHERE meeting = meetings.id), "
      "(SELECT count(*) FROM agenda_items WHERE meeting = meetings.id) "
      "FROM meetings WHERE starts_at >= ?1 AND starts_at < ?3 AND ends_at > ?2 ORDER BY starts_at, id",
      from - longest, from, until);  // nothing is longer: the index on starts_at has both ends
  std::vector<MeetingSummary> found;
  while (query.executeStep()) {
    MeetingSummary& meeting = found.emplace_back();
    Row(query) >> meeting.id >> meeting.mode >> meeting.kind >> meeting.state >> meeting.title >>
        meeting.organizer >> meeting.chair >> meeting.place >> meeting.starts_at >> meeting.ends_at >>
        meeting.sites >> meeting.confirmed >> meeting.documents >> meeting.agenda_items;
  }
  return found;
}

std::vector<MeetingId> Meetings::live() const {
  SQLite::Statement query(database_, "SELECT id FROM meetings WHERE state = 'live' ORDER BY id");
  std::vector<MeetingId> found;
  while (query.executeStep()) found.push_back(Row(query).next<MeetingId>());
  return found;
}

std::vector<HeldSite> Meetings::held_sites(MeetingId id) const {
  auto query = statement(
      database_, "SELECT site, number, name, unit FROM held_sites WHERE meeting = ?1 ORDER BY number", id);
  std::vector<HeldSite> found;
  while (query.executeStep()) {
    HeldSite& site = found.emplace_back();
    Row(query) >> site.site >> site.number >> site.name >> site.unit;
  }
  return found;
}

}  // namespace diemcau::scheduler
