#include "scheduler/database.h"
#include "server/http/download.h"
#include "server/http/services.h"
#include "server/session/brief.h"
#include "server/session/sessions.h"

namespace diemcau::http {
namespace {
using scheduler::Meetings;
using scheduler::Result;

constexpr int search_limit = 50;

std::optional<MeetingDetail> detail_of(const Services& services, MeetingId id, scheduler::Role role) {
  auto& database = services.store.reading();
  auto meeting = Meetings(database).find(id);
  if (!meeting) return std::nullopt;
  MeetingDetail detail;
  detail.meeting = std::move(*meeting);
  detail.documents = scheduler::Documents(database).of(id);
  if (detail.meeting.state == scheduler::MeetingState::live)
    if (const auto* session = services.sessions.find(id))
      detail.live = session::watched_live(session->shown()).has_value();
  if (auth::may(role, Right::see_recordings)) detail.recordings = scheduler::Recordings(database).of(id);
  if (!auth::may(role, Right::see_links)) return detail;
  for (const auto& invited : detail.meeting.form.sites) {
    const auto url = hall_url(services, {id, invited.site, invited.link_generation});
    detail.links.push_back({invited.site, url, qr_svg(url)});
  }
  return detail;
}

/// Stores a change of a meeting and answers with the meeting as it stands.
void store_meeting(Services& services, const Request& request, const Reply& reply, const char* event,
                   std::function<Result<MeetingId>(SQLite::Database&)> job) {
  services.store.write<MeetingId>(
      std::move(job), [&services, reply, event, account = *request.account](Result<MeetingId> stored) {
        if (!stored) return reply.problem(stored.error());
        services.log.info(event, {{"meeting", *stored}, {"account", account.id}});
        services.meeting_changed(*stored);
        reply.json(*detail_of(services, *stored, account.role));
      });
}

std::optional<Time> time_value(const Request& request, const char* name) {
  const auto text = request.query_value(name).value_or("");
  if (text.empty() || text.size() > 14 || text.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  return Time(std::chrono::milliseconds(std::stoll(text)));
}

std::optional<SiteId> id_value(const Request& request, const char* name) {
  const auto text = request.query_value(name).value_or("");
  if (text.empty() || text.size() > 15 || text.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  return SiteId{std::stoll(text)};
}

void answer_list(Services& services, const Request& request, const Reply& reply) {
  const auto from = time_value(request, "from");
  const auto until = time_value(request, "until");
  if (!from || !until) return reply.problem(400, "message.broken", from ? "until" : "from");
  reply.json(Meetings(services.store.reading()).between(*from, *until));
}

void answer_one(Services& services, const Request& request, const Reply& reply) {
  const auto detail = detail_of(services, MeetingId{request.number(0)}, request.account->role);
  if (!detail) return reply.problem(404, "meeting.not_found");
  reply.json(*detail);
}

void answer_add(Services& services, const Request& request, const Reply& reply) {
  store_meeting(services, request, reply, "meeting.added",
                [form = body_of<scheduler::MeetingForm>(request), now = services.now()](
                    SQLite::Database& database) { return Meetings(database).add(form, now); });
}

void answer_change(Services& services, const Request& request, const Reply& reply) {
  store_meeting(services, request, reply, "meeting.changed",
                [id = MeetingId{request.number(0)}, body = body_of<ChangeMeeting>(request),
                 now = services.now()](SQLite::Database& database) {
                  return Meetings(database).change(id, body.revision, body.form, now);
                });
}

void answer_call_off(Services& services, const Request& request, const Reply& reply) {
  store_meeting(
      services, request, reply, "meeting.called_off",
      [id = MeetingId{request.number(0)}, body = body_of<CallOff>(request)](SQLite::Database& database) {
        return Meetings(database).call_off(id, body.state, body.reason);
      });
}

void answer_renew_link(Services& services, const Request& request, const Reply& reply) {
  store_meeting(services, request, reply, "link.renewed",
                [id = MeetingId{request.number(0)}, site = SiteId{request.number(1)}](
                    SQLite::Database& database) { return Meetings(database).renew_link(id, site); });
}

void answer_recording(Services& services, const Request& request, const Reply& reply) {
  const auto recording =
      scheduler::Recordings(services.store.reading()).find(scheduler::RecordingId{request.number(0)});
  if (!recording) return reply.problem(404, "recording.not_found");
  // While it is written or rewritten, a range of it would soon be another file's.
  if (recording->state == scheduler::RecordingState::recording ||
      recording->state == scheduler::RecordingState::finishing)
    return reply.problem(409, "recording.not_ready");
  send_file(request, reply,
            {services.recordings / recording->file, "video/mp4", recording->file,
             "\"" + recording->file + "-" + std::to_string(recording->size) + "\"",
             request.query_value("download").has_value()});
}

/// Reads a recording's log on a job's thread (that of a long session has thousands of events) and answers it.
void answer_film(Services& services, const Request& request, const Reply& reply,
                 std::function<void(const Film&)> answer) {
  const auto recording =
      scheduler::Recordings(services.store.reading()).find(scheduler::RecordingId{request.number(0)});
  if (!recording) return reply.problem(404, "recording.not_found");
  auto film = std::make_shared<Film>();  // shared: filled on the job's thread
  film->recording = *recording;
  services.jobs.put(
      [film, folder = services.data] {
        auto database = scheduler::open_for_reading(folder);
        const auto brief = session::load_brief(database, film->recording.meeting);
        if (!brief) return;
        film->title = brief->meeting.title;
        film->log = session::film_log(*brief, scheduler::EventLog(database).of(film->recording.meeting),
                                      scheduler::Recordings(database).parts(film->recording.id));
      },
      [&services, film, reply, answer = std::move(answer)](std::exception_ptr fault) {
        if (!fault) return answer(*film);
        services.log.error("film.failed", {{"recording", film->recording.id}});
        reply.problem(500, "server.fault");
      });
}

void answer_film_log(Services& services, const Request& request, const Reply& reply) {
  answer_film(services, request, reply, [reply](const Film& film) { reply.json(film); });
}

void answer_chapters(Services& services, const Request& request, const Reply& reply) {
  answer_film(services, request, reply, [reply](const Film& film) {
    Response response;
    response.headers = {{"content-type", "text/vtt; charset=utf-8"}, {"cache-control", "no-store"}};
    response.body = std::make_shared<const std::string>(session::chapters_vtt(film.log));
    reply.send(std::move(response));
  });
}

void answer_search(Services& services, const Request& request, const Reply& reply) {
  const auto words = request.query_value("q").value_or("");
  if (words.size() > 200) return reply.problem(400, "message.broken", "q");
  // Two very common syllables can take half a second: not on the main thread.
  auto hits = std::make_shared<std::vector<scheduler::SearchHit>>();  // shared: filled on the job's thread
  services.jobs.put(
      [hits, words, folder = services.data] {
        const auto database = scheduler::open_for_reading(folder);
        *hits = scheduler::search(database, words, search_limit);
      },
      [&services, hits, reply](std::exception_ptr fault) {
        if (!fault) return reply.json(*hits);
        services.log.error("search.failed");
        reply.problem(500, "server.fault");
      });
}

void answer_statistics(Services& services, const Request& request, const Reply& reply) {
  const MeetingId meeting{request.number(0)};
  const auto site = id_value(request, "site");
  if (request.query_value("site") && !site) return reply.problem(400, "message.broken", "site");
  if (!Meetings(services.store.reading()).find(meeting)) return reply.problem(404, "meeting.not_found");
  // A long session of 115 halls is 40,000 rows: not on the main thread.
  auto statistics = std::make_shared<Statistics>();  // shared: filled on the job's thread
  services.jobs.put(
      [statistics, meeting, site, folder = services.data] {
        auto database = scheduler::open_for_reading(folder);
        const scheduler::LineStatistics kept(database);
        statistics->totals = kept.totals(meeting);
        if (site) statistics->minutes = kept.minutes(meeting, *site);
      },
      [&services, statistics, reply](std::exception_ptr fault) {
        if (!fault) return reply.json(*statistics);
        services.log.error("statistics.failed");
        reply.problem(500, "server.fault");
      });
}

}  // namespace

std::string hall_url(const Services& services, const auth::HallPass& pass) {
  return services.base_url() + "/hall/" + services.links.token(pass);
}

void add_meetings_api(Router& router, Services& services) {
  const auto with = [&services](auto answer) {
    return
        [&services, answer](const Request& request, const Reply& reply) { answer(services, request, reply); };
  };
  router.add("GET", "/api/meetings", Right::logged_in, with(answer_list));
  router.add("POST", "/api/meetings", Right::edit_meetings, with(answer_add));
  router.add("GET", "/api/meetings/#", Right::logged_in, with(answer_one));
  router.add("PUT", "/api/meetings/#", Right::edit_meetings, with(answer_change));
  router.add("POST", "/api/meetings/#/call-off", Right::edit_meetings, with(answer_call_off));
  router.add("POST", "/api/meetings/#/links/#", Right::edit_meetings, with(answer_renew_link));
  router.add("GET", "/api/meetings/#/statistics", Right::conduct, with(answer_statistics));
  router.add("GET", "/api/recordings/#", Right::see_recordings, with(answer_film_log));
  router.add("GET", "/api/recordings/#/chapters.vtt", Right::see_recordings, with(answer_chapters));
  router.add("GET", "/api/recordings/#/file", Right::see_recordings, with(answer_recording));
  router.add("GET", "/api/search", Right::logged_in, with(answer_search));
}

}  // namespace diemcau::http
