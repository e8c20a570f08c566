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

/// What a hall and its unit were called when the meeting was held. Names and the tier tree change; the record
/// does not.
struct HeldSite {
  SiteId site{};
  int number{};
  std::string name;
  std::string unit;  ///< with the units above it: "Xã Nậm Cha, Huyện Sìn Hồ, Tỉnh Lai Châu"
};

/// Texts are stored in NFC, trimmed, without control characters. The caller owns the transaction.
class Meetings {
 public:
  explicit Meetings(SQLite::Database& database) : database_(database) {}
  /// Refuses: meeting.ends_before_start, meeting.title_missing, meeting.too_long (over 7 days),
  /// meeting.unknown_site, meeting.site_twice, meeting.two_main_sites; a host meeting without sites is
  /// allowed while it is planned. And meeting.agenda_title_missing, meeting.too_many_agenda_items,
  /// meeting.too_many_sites, meeting.field_too_long (detail: the field; 200 for organizer, chair and place,
  /// 50 invitation, 10000 notes, 300 an agenda item), meeting.field_invalid. `link_generation` of the form is
  /// ignored: only renew_link() and taking a site off the list change it.
  Result<MeetingId> add(const MeetingForm& form, Time now);
  /// Also refuses meeting.changed_meanwhile (conflict) and, once live or ended, changes of mode and time
  /// (meeting.already_held). Agenda items whose id belongs to this meeting keep it. A postponed meeting that
  /// gets another time is planned again.
  Result<MeetingId> change(MeetingId id, std::int64_t revision, const MeetingForm& form, Time now);
  /// Refuses meeting.not_found, meeting.already_held, meeting.field_too_long (reason, 1000),
  /// meeting.field_invalid (state).
  Result<MeetingId> call_off(MeetingId id, MeetingState cancelled_or_postponed, const std::string& reason);
  /// Keeps what the halls are called today. A live meeting stays as it is; one that is called off or ended
  /// throws.
  void mark_live(MeetingId id, Time at);
  void mark_ended(MeetingId id, Time at);  ///< of a live meeting, else it throws
  /// Refuses meeting.not_found, meeting.site_not_invited.
  Result<MeetingId> renew_link(MeetingId id, SiteId site);
  std::optional<Meeting> find(MeetingId id) const;
  /// Meetings that touch [from, until), by start.
  std::vector<MeetingSummary> between(Time from, Time until) const;
  std::vector<MeetingId> live() const;
  std::vector<HeldSite> held_sites(MeetingId id) const;  ///< empty before it is live; by number

 private:
  SQLite::Database& database_;
};

}  // namespace diemcau::scheduler
