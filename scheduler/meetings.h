#pragma once
#include <optional>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "scheduler/ids.h"
#include "scheduler/result.h"

namespace diemcau::scheduler {

/// host: the province conducts, on this system. guest: the Government or a ministry conducts, on its own.
enum class MeetingMode { host, guest };

/// planned → live → ended; or cancelled / postponed before it is live.
enum class MeetingState { planned, live, ended, cancelled, postponed };

/// The kinds of QĐ 45/2018/QĐ-TTg that people pick from.
enum class MeetingKind {
  briefing,
  problem_solving,
  consultation,
  coordination,
  professional,
  thematic,
  review,
  training
};

struct AgendaItem {
  AgendaItemId id{};
  std::string title;
  std::optional<Time> planned_at;
  std::optional<SiteId> speaker;  ///< the hall that reports, when one does
};

struct InvitedSite {
  SiteId site{};
  bool main = false;  ///< điểm cầu chính: the hall of the chair; at most one
  bool confirmed = false;
  int link_generation = 0;  ///< raised to make older hall links of this site worthless
};

/// What a clerk fills in.
struct MeetingForm {
  MeetingMode mode{};
  MeetingKind kind{};
  std::string title;       ///< 1..300
  std::string organizer;   ///< cơ quan chủ trì; for a guest meeting the ministry
  std::string chair;       ///< người chủ trì
  std::string place;       ///< room at the main site
  std::string invitation;  ///< number of the invitation letter, as written: "12/GM-VPCP"
  std::string notes;
  Time starts_at{}, ends_at{};
  std::vector<AgendaItem> agenda;  ///< at most 60, in order
  std::vector<InvitedSite> sites;  ///< at most 500, in protocol order
};

struct Meeting {
  MeetingId id{};
  std::string uuid;
  MeetingState state{};
  std::int64_t
      revision{};  ///< raised by each change of the form; a change must name the one that it was made from
  std::optional<Time> opened_at, ended_at;
  std::string state_reason;  ///< why cancelled or postponed
  MeetingForm form;
};

struct MeetingSummary {
  MeetingId id{};
  MeetingMode mode{};
  MeetingKind kind{};
  MeetingState state{};
  std::string title, organizer, chair, place;
  Time starts_at{}, ends_at{};
  int sites{}, confirmed{}, documents{}, agenda_items{};
};

class Meetings {
 public:
  explicit Meetings(SQLite::Database& database) : database_(database) {}
  /// Refuses: meeting.ends_before_start, meeting.title_missing, meeting.too_long (over 7 days),
  /// meeting.unknown_site, meeting.site_twice, meeting.two_main_sites; a host meeting without sites is
  /// allowed while it is planned.
  Result<MeetingId> add(const MeetingForm& form, Time now);
  /// Also refuses meeting.changed_meanwhile (conflict) and, once live or ended, changes of mode and time
  /// (meeting.already_held).
  Result<MeetingId> change(MeetingId id, std::int64_t revision, const MeetingForm& form, Time now);
  Result<MeetingId> call_off(MeetingId id, MeetingState cancelled_or_postponed, const std::string& reason);
  void mark_live(MeetingId id, Time at);
  void mark_ended(MeetingId id, Time at);
  Result<MeetingId> renew_link(MeetingId id, SiteId site);
  std::optional<Meeting> find(MeetingId id) const;
  /// Meetings that touch [from, until), by start.
  std::vector<MeetingSummary> between(Time from, Time until) const;
  std::vector<MeetingId> live() const;

 private:
  SQLite::Database& database_;
};

}  // namespace diemcau::scheduler
