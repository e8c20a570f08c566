#pragma once
#include <optional>
#include <string>
#include <vector>

#include <boost/describe.hpp>

#include "server/http/records.h"
#include "server/session/film_log.h"
#include "server/session/views.h"

// clang-format off
/// Bodies of the JSON API (application/json). Errors are RFC 9457 problem details, see Problem.
///
/// | method and path                            | who                            | body → answer |
/// | --- | --- | --- |
/// | POST /api/login                            | anyone                         | LogIn → Me, sets the cookie __Host-sid |
/// | POST /api/logout                           | logged in                      | → 204 |
/// | GET  /api/me                               | logged in                      | → Me |
/// | POST /api/setup                            | one-time token                 | SetUp → Me (makes the first administrator) |
/// | GET  /api/units, POST, PUT …/ID            | staff; administrator           | → Unit[]; Unit → Unit |
/// | GET  /api/sites                            | logged in                      | → Site[]; who is not staff gets numbers and names only |
/// | POST /api/sites, PUT …/ID                  | administrator                  | Site → Site |
/// | GET  /api/accounts, POST, PUT …/ID         | administrator                  | → Account[]; NewAccount → Account; Account → Account |
/// | POST /api/accounts/ID/password             | administrator, self            | NewPassword → 204 |
/// | GET  /api/meetings?from=MS&until=MS        | logged in                      | → MeetingSummary[] |
/// | POST /api/meetings                         | clerk, operator, administrator | MeetingForm → MeetingDetail |
/// | GET  /api/meetings/ID                      | logged in                      | → MeetingDetail |
/// | PUT  /api/meetings/ID                      | clerk, …                       | ChangeMeeting → MeetingDetail |
/// | POST /api/meetings/ID/call-off             | clerk, …                       | CallOff → MeetingDetail |
/// | PUT  /api/sites/ID/camera                  | administrator                  | SiteCamera → Site |
/// | POST /api/meetings/ID/links/SITE           | clerk, …                       | → MeetingDetail (a new link for that hall) |
/// | POST /api/meetings/ID/documents?name=&use= | clerk, …                       | the bytes, streamed → 201 Document |
/// | GET  /api/meetings/ID/statistics[?site=ID] | who may conduct                | → Statistics |
/// | POST /api/meetings/ID/commands             | bearer: command                | one row of session/commands.h → 204 |
/// | POST /api/meetings/ID/whip                 | bearer: publish                | RFC 9725: SDP offer → 201 SDP answer, Location, ETag |
/// | POST /api/meetings/ID/whep                 | bearer: watch                  | WHEP: the same for a player |
/// | PATCH, DELETE of that Location             | the same                       | candidates → 204, an ICE restart → 200; → 200 |
/// | PUT  /api/documents/ID                     | clerk, …                       | DocumentForm → Document |
/// | DELETE /api/documents/ID                   | clerk, …                       | → 204 |
/// | GET  /api/documents/ID/file[?download]     | logged in                      | the bytes, with ranges |
/// | GET  /api/recordings/ID                    | staff, chair                   | → Film |
/// | GET  /api/recordings/ID/file[?download]    | staff, chair                   | the bytes, with ranges |
/// | GET  /api/recordings/ID/chapters.vtt       | staff, chair                   | the chapters as WebVTT |
/// | GET  /api/meetings/ID/live/live.m3u8, …/SEGMENT | logged in               | the session as HLS, while the operator lets it be watched |
/// | GET  /api/search?q=WORDS                   | logged in                      | → SearchHit[] |
/// | GET  /api/hall/TOKEN                       | hall link                      | → HallPage |
/// | GET  /api/hall/TOKEN/documents/ID/file     | hall link                      | the bytes, with ranges |
/// | GET  /api/hall/TOKEN/missed                | hall link                      | what the hall missed while its line was cut, MP4 with ranges |
/// | GET  /healthz, /metrics                    | anyone; loopback               | ready or why not, version; Prometheus text |
///
/// Bearer tokens (auth/access_tokens.h) stand in the file of --links; whip and whep may be asked by pages of any origin.
// clang-format on
namespace diemcau::http {
using scheduler::AccountId;
using scheduler::DocumentId;
using scheduler::MeetingId;
using scheduler::SiteId;
using scheduler::Time;

struct LogIn {
  std::string user, password;
};
BOOST_DESCRIBE_STRUCT(LogIn, (), (user, password))

struct SetUp {
  std::string token, user, name, password;
};
BOOST_DESCRIBE_STRUCT(SetUp, (), (token, user, name, password))

/// What this account may do in the office; the pages hide the rest.
struct Rights {
  bool edit_meetings = false, conduct = false, administer = false, see_links = false, see_places = false,
       see_recordings = false;
};
BOOST_DESCRIBE_STRUCT(Rights, (), (edit_meetings, conduct, administer, see_links, see_places, see_recordings))

struct Me {
  scheduler::Account account;
  Rights rights;
  std::string version;
  std::int64_t upload_limit{};  ///< bytes
};
BOOST_DESCRIBE_STRUCT(Me, (), (account, rights, version, upload_limit))

struct NewAccount {
  std::string user, name, password;
  scheduler::Role role{};
};
BOOST_DESCRIBE_STRUCT(NewAccount, (), (user, name, password, role))

struct NewPassword {
  std::optional<std::string> current;  ///< needed for one's own
  std::string password;
};
BOOST_DESCRIBE_STRUCT(NewPassword, (), (current, password))

struct ChangeMeeting {
  std::int64_t revision{};
  scheduler::MeetingForm form;
};
BOOST_DESCRIBE_STRUCT(ChangeMeeting, (), (revision, form))

struct CallOff {
  scheduler::MeetingState state{};  ///< cancelled or postponed
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(CallOff, (), (state, reason))

/// The RTSP camera of a hall without a PC.
struct SiteCamera {
  std::string url;  ///< rtsp://[USER[:PASSWORD]@]HOST[:PORT]/PATH, or rtsps; empty: it has none
};
BOOST_DESCRIBE_STRUCT(SiteCamera, (), (url))

struct HallLink {
  SiteId site{};
  std::string url;
  std::string qr_svg;  ///< the link as a QR code, an <svg> text of black modules on transparent
};
BOOST_DESCRIBE_STRUCT(HallLink, (), (site, url, qr_svg))

struct MeetingDetail {
  scheduler::Meeting meeting;
  std::vector<scheduler::Document> documents;
  std::vector<scheduler::Recording> recordings;
  std::vector<HallLink> links;  ///< empty unless rights.see_links
  bool live = false;            ///< can be watched now
};
BOOST_DESCRIBE_STRUCT(MeetingDetail, (), (meeting, documents, recordings, links, live))

/// A recording and what it shows when.
struct Film {
  scheduler::Recording recording;
  std::string title;  ///< of the meeting
  session::FilmLog log;
};
BOOST_DESCRIBE_STRUCT(Film, (), (recording, title, log))

/// How the halls' lines did in a session, also while it runs (up to the last whole minute).
struct Statistics {
  std::vector<scheduler::LineTotal> totals;
  std::vector<scheduler::LineMinute> minutes;  ///< of the hall that was asked for
};
BOOST_DESCRIBE_STRUCT(Statistics, (), (totals, minutes))

/// What a hall's page shows before it connects.
struct HallPage {
  session::MeetingHead meeting;
  SiteId site{};
  int number{};
  std::string name;
  std::vector<session::DocumentLine> documents;
};
BOOST_DESCRIBE_STRUCT(HallPage, (), (meeting, site, number, name, documents))

/// RFC 9457. `type` is "about:blank#" and the text key; `title` the sentence in Vietnamese, for tools that
/// show no texts of their own.
struct Problem {
  std::string type, title;
  int status{};
  std::string text_key, detail;
  std::string request;  ///< the id that stands in the log
};
BOOST_DESCRIBE_STRUCT(Problem, (), (type, title, status, text_key, detail, request))

}  // namespace diemcau::http
