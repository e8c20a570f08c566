#include "server/session/brief.h"

#include "scheduler/sites.h"

namespace diemcau::session {

MeetingHead meeting_head(const scheduler::Meeting& meeting) {
  const auto& form = meeting.form;
  return {meeting.id, form.title, form.chair, form.organizer, form.starts_at, form.ends_at};
}

DocumentLine document_line(const scheduler::Document& document) {
  const auto& form = document.form;
  auto code = form.code_number;
  if (!form.code_notation.empty()) code += (code.empty() ? "" : "/") + form.code_notation;
  const auto& type = document.media_type;
  const bool has_pages = type == "application/pdf" || type == "image/png" || type == "image/jpeg";
  return {document.id, form.title, code, type, document.size, has_pages};
}

std::optional<Brief> load_brief(SQLite::Database& database, MeetingId id) {
  const auto meeting = scheduler::Meetings(database).find(id);
  if (!meeting) return std::nullopt;
  Brief brief;
  brief.meeting = meeting_head(*meeting);
  brief.guest = meeting->form.mode == scheduler::MeetingMode::guest;
  brief.called_off = meeting->state == scheduler::MeetingState::cancelled ||
                     meeting->state == scheduler::MeetingState::postponed;
  const scheduler::Sites sites(database);
  for (const auto& invited : meeting->form.sites)
    if (const auto site = sites.find(invited.site))
      brief.halls.emplace(site->id,
                          InvitedHall{site->number, site->name, site->contact, invited.main, site->camera});
  for (const auto& item : meeting->form.agenda)
    brief.agenda.push_back({item.title, item.planned_at, {}, item.speaker});
  for (const auto& document : scheduler::Documents(database).of(id)) {
    auto& list = document.use == scheduler::DocumentUse::clip ? brief.clips : brief.documents;
    list.push_back(document_line(document));
  }
  return brief;
}

}  // namespace diemcau::session
