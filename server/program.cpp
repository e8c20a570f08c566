#include "server/program.h"

#include <fstream>
#include <iostream>

#include <sys/statvfs.h>
#include <unistd.h>

#include "media/media.h"
#include "scheduler/accounts.h"
#include "scheduler/line_statistics.h"
#include "scheduler/meetings.h"
#include "scheduler/sites.h"
#include "server/auth/cookies.h"
#include "server/auth/random.h"
#include "server/camera_halls.h"
#include "server/demo.h"
#include "server/demo_halls.h"
#include "server/http/listener.h"
#include "server/http/metrics.h"
#include "server/http/ports.h"
#include "server/http/services.h"
#include "server/http/static_files.h"
#include "server/session/engine_stage.h"
#include "server/session/missed_films.h"
#include "server/session/sessions.h"
#include "server/signaling/connections.h"
#include "server/signaling/http_peers.h"

namespace diemcau::server {
namespace {
namespace fs = std::filesystem;
using scheduler::Time;

constexpr std::int64_t disk_reserve = 200LL << 20;  // below it no meeting should begin
constexpr std::chrono::seconds probe_every{5};
constexpr std::chrono::seconds access_check_every{30};
constexpr std::chrono::hours certificate_check_every{12};

/// Where a machine asks, and its bearer token.
struct Access {
  std::string url, token;
};
BOOST_DESCRIBE_STRUCT(Access, (), (url, token))
struct HallLine {
  std::string site;
  int number{};
  std::string url;
  Access whip;
};
BOOST_DESCRIBE_STRUCT(HallLine, (), (site, number, url, whip))
struct AccountLine {
  std::string role, user, password;
};
BOOST_DESCRIBE_STRUCT(AccountLine, (), (role, user, password))
/// What --links writes: for tests and scripts.
struct Links {
  std::string base, ca;
  scheduler::MeetingId meeting{};
  std::string office, console;
  Access commands, whep;
  std::vector<AccountLine> accounts;
  std::vector<HallLine> halls;
};
BOOST_DESCRIBE_STRUCT(Links, (), (base, ca, meeting, office, console, commands, whep, accounts, halls))

Time now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::optional<std::int64_t> disk_free(const fs::path& folder) {
  struct statvfs about {};
  if (statvfs(folder.c_str(), &about) != 0) return std::nullopt;
  return static_cast<std::int64_t>(about.f_bavail) * static_cast<std::int64_t>(about.f_frsize);
}

std::vector<std::string> all_hosts(const Config& config) {
  auto hosts = http::own_hosts();
  hosts.insert(hosts.end(), config.hosts.begin(), config.hosts.end());
  return hosts;
}

media::Config media_config(const Config& config) {
  media::Config result;
  result.bind = config.bind;
  result.port = config.media_port;
  result.workers = config.media_workers;
  result.rtsp_port = config.rtsp_port;
  for (const auto& ip : config.announced) result.announced.push_back({ip, config.media_port});
  return result;
}

/// Does `task` now and then again and again.
void every(Loop& loop, Loop::Clock::duration period, std::function<void()> task) {
  task();
  loop.after(period, [&loop, period, task = std::move(task)] { every(loop, period, task); });
}

Links demo_links(const http::Services& services, Store& store, const DemoData& demo,
                 const fs::path& authority) {
  Links links;
  links.base = services.base_url();
  links.ca = fs::absolute(authority).string();
  links.meeting = demo.meeting;
  links.office = links.base + "/";
  links.console = links.base + "/console/" + std::to_string(number(demo.meeting));
  for (const auto& [role, user, password] : demo.accounts) links.accounts.push_back({role, user, password});
  const auto access = [&](const auth::AccessPass& pass, const std::string& door) -> Access {
    return {links.base + "/api/meetings/" + std::to_string(number(demo.meeting)) + "/" + door,
            services.tokens.token(pass)};
  };
  links.commands = access({auth::TokenUse::command, demo.meeting, {}, 0}, "commands");
  links.whep = access({auth::TokenUse::watch, demo.meeting, {}, 0}, "whep");
  const auto meeting = scheduler::Meetings(store.reading()).find(demo.meeting);
  if (!meeting) return links;
  const scheduler::Sites sites(store.reading());
  for (const auto& invited : meeting->form.sites)
    if (const auto site = sites.find(invited.site))
      links.halls.push_back(
          {site->name, site->number,
           http::hall_url(services, {demo.meeting, invited.site, invited.link_generation}),
           access({auth::TokenUse::publish, demo.meeting, invited.site, invited.link_generation}, "whip")});
  return links;
}

/// The first `count` of the example's halls, the main one last: that is where a person sits.
std::vector<DemoHalls::Hall> demo_halls(Store& store, scheduler::MeetingId meeting, std::size_t count) {
  std::vector<DemoHalls::Hall> halls, main;
  const scheduler::Sites sites(store.reading());
  const auto found = scheduler::Meetings(store.reading()).find(meeting);
  if (!found) return {};
  for (const auto& invited : found->form.sites)
    if (const auto site = sites.find(invited.site))
      (invited.main ? main : halls)
          .push_back({{meeting, invited.site, invited.link_generation}, site->name, site->number});
  halls.insert(halls.end(), main.begin(), main.end());
  halls.resize(std::min(halls.size(), count));
  return halls;
}

void print(std::ostream& out, const Links& links) {
  out << "\n  Văn phòng / office:    " << links.office << "\n  Bàn điều khiển / console: " << links.console
      << "\n";
  out << "\n  Tài khoản / accounts:\n";
  for (const auto& account : links.accounts)
    out << "    " << account.user << "  " << account.password << "  (" << account.role << ")\n";
  out << "\n  Điểm cầu / halls:\n";
  for (const auto& hall : links.halls)
    out << "    " << hall.number << "  " << hall.site << "  " << hall.url << "\n";
}

/// Into the record, all halls in one commit. A fault is logged by the store, and those minutes are missing.
void keep(Store& store, std::vector<scheduler::LineMinute> minutes) {
  if (minutes.empty()) return;
  store.write<int>(
      [minutes = std::move(minutes)](SQLite::Database& database) -> Result<int> {
        scheduler::LineStatistics(database).add(minutes);
        return 0;
      },
      [](const Result<int>&) {});
}

/// A hall that is in two sessions at once is told of once.
std::vector<http::HallLine> hall_lines(session::Sessions& sessions, const protocol::LineWatch& watch) {
  std::map<int, protocol::Line> by_number;
  for (const auto& [meeting, lines] : watch.lines())
    if (const auto* session = sessions.find(meeting))
      for (const auto& [site, line] : lines)
        if (const auto hall = session->shown().brief.halls.find(site);
            hall != session->shown().brief.halls.end())
          by_number.emplace(hall->second.number, line);
  std::vector<http::HallLine> all;
  for (const auto& [number, line] : by_number) all.push_back({number, line});
  return all;
}

std::vector<http::OutputLine> output_lines(session::Sessions& sessions, const protocol::OutputWatch& watch) {
  std::vector<http::OutputLine> all;
  for (const auto& [meeting, outputs] : watch.outputs())
    if (const auto* session = sessions.find(meeting))
      for (const auto& [id, watched] : outputs)
        if (const auto output = session->shown().outputs.find(id); output != session->shown().outputs.end())
          all.push_back({meeting, id, output->second.kind,
                         watched.output.state == protocol::OutputState::live, watched.bytes});
  return all;
}

}  // namespace

void serve(const Config& given, std::ostream& out, const volatile std::sig_atomic_t& stop) {
  auto config = given;
  if (config.bind.empty()) config.bind = http::every_address();
  http::require_free_port(config.bind, config.port, false);
  http::require_free_port(config.bind, config.media_port, false);
  http::require_free_port(config.bind, config.media_port, true);
  if (config.rtsp_port != 0) http::require_free_port(config.bind, config.rtsp_port, false);
  fs::create_directories(config.data);

  Log log(config.log_json ? Log::Form::json : Log::Form::text);
  Loop loop;
  const scheduler::DocumentBytes bytes(config.data / "documents");
  std::optional<DemoData> demo;
  if (config.demo) demo = prepare_demo(config.data, bytes, now());
  Store store(config.data, loop, log);
  Jobs jobs(loop);
  const auto key = auth::secret_key(config.data / "secret.key");
  const auth::HallLinks links(key);
  const auth::AccessTokens tokens(key);
  auth::Throttle throttle;
  auth::Throttle token_throttle;

  // The engine wakes us from its thread; its events are taken on ours.
  std::function<void()> take_media_events;
  media::Engine engine(media_config(config),
                       [&loop, &take_media_events] { loop.post([&] { take_media_events(); }); });
  session::EngineStage stage(engine);
  const auto recordings = config.data / "recordings";
  const auto rtsp_path = [&tokens](scheduler::MeetingId meeting, scheduler::OutputId output) {
    return "/" + tokens.token({auth::TokenUse::monitor, meeting, {}, static_cast<int>(number(output))});
  };
  session::Sessions sessions({store,
                              jobs,
                              stage,
                              log,
                              bytes,
                              recordings,
                              config.data / "pages",
                              config.data / "live",
                              key,
                              {config.rtsp_port, rtsp_path},
                              now});
  session::MissedFilms missed_films(store, jobs, stage, log, recordings, config.data / "missed");
  protocol::Seats seats;
  std::uint64_t last_peer = 0;
  const auto new_peer = [&last_peer] { return media::PeerId{++last_peer}; };
  protocol::LineWatch lines;
  protocol::OutputWatch outputs(log);
  std::string best_host;
  std::optional<CameraHalls> camera_halls;
  protocol::Connections connections(
      {sessions, stage, seats, lines, outputs, store, links, log, now, new_peer,
       [&store](const std::string& cookie) { return http::account_of_cookie(store, cookie, now()); },
       [&config] { return disk_free(config.data); },
       [&](scheduler::MeetingId meeting, scheduler::OutputId output) {
         return "rtsp://" + http::in_url(best_host) + ":" + std::to_string(config.rtsp_port) +
                rtsp_path(meeting, output);
       },
       [&camera_halls](scheduler::MeetingId meeting) { return camera_halls->of(meeting); }});
  protocol::HttpPeers http_peers({sessions, stage, seats, log, now, new_peer,
                                  [&store](const auth::HallPass& pass) {
                                    const auto meeting =
                                        scheduler::Meetings(store.reading()).find(pass.meeting);
                                    return meeting && auth::HallLinks::check(pass, *meeting, now());
                                  },
                                  config.players});
  camera_halls.emplace(CameraHalls::Surroundings{sessions, http_peers, seats, store, log, key});
  take_media_events = [&] {
    for (const auto& event : engine.take_events()) {
      sessions.on_media(event, now());
      connections.on_media(event);
      outputs.on_media(event, now());
      http_peers.on_media(event);
    }
  };

  const std::string setup_token = auth::base64url(auth::random_bytes(24));
  std::string base_url;
  http::Services services{
      store,
      jobs,
      log,
      bytes,
      links,
      tokens,
      throttle,
      token_throttle,
      sessions,
      missed_films,
      http_peers,
      config.data,
      recordings,
      config.data / "live",
      config.upload_limit,
      setup_token,
      now,
      [&base_url] { return base_url; },
      [&](scheduler::MeetingId meeting) {
        sessions.meeting_changed(meeting);
        connections.check_again(meeting);
        http_peers.check_again();
      },
      [&connections] { connections.check_again(); },
      [&outputs](scheduler::MeetingId meeting, scheduler::OutputId output, scheduler::AccountId account) {
        outputs.on_spectator(meeting, output, account, now());
      },
      key};
  http::Router router(log);
  router.authenticate_by([&store](const http::Request& request) {
    return http::account_of_cookie(store, request.cookie(auth::cookie_name), now());
  });
  http::add_accounts_api(router, services);
  http::add_places_api(router, services);
  http::add_meetings_api(router, services);
  http::add_documents_api(router, services);
  http::add_live_api(router, services);
  http::add_hall_api(router, services);
  http::add_whip_api(router, services);
  http::add_commands_api(router, services);
  const http::StaticFiles pages(config.web);
  if (pages.empty()) log.warn("web.missing", {{"folder", config.web.string()}});
  router.otherwise(
      [&pages](const http::Request& request, const http::Reply& reply) { pages.answer(request, reply); });

  auto hosts = all_hosts(config);
  http::Listener::Options options;
  options.bind = config.bind;
  options.port = config.port;
  const auto certificate =
      http::prepare_certificate(config.data / "tls", hosts, std::chrono::system_clock::now());
  options.certificate = certificate;
  options.hosts = hosts;
  options.subprotocol = "diemcau.v1";
  http::Listener listener(std::move(options), loop, log, router, connections);
  connections.speak_through(listener);

  const auto health = [&]() -> http::Health {
    const auto free = disk_free(config.data);
    const std::string why = !store.writable()              ? "server.not_stored"
                            : free && *free < disk_reserve ? "server.disk_full"
                                                           : "";
    return {why.empty(), why, DIEMCAU_VERSION};
  };
  router.add("GET", "/healthz", http::Right::anyone,
             [&health](const http::Request&, const http::Reply& reply) {
               const auto body = health();
               reply.json(body, body.ready ? 200 : 503);
             });
  router.add(
      "GET", "/metrics", http::Right::anyone, [&](const http::Request& request, const http::Reply& reply) {
        if (!config.metrics_for_all && !request.remote.starts_with("127.") && request.remote != "::1")
          return reply.problem(403, "auth.forbidden");
        http::Response response;
        response.headers = {{"content-type", "text/plain; version=0.0.4; charset=utf-8"},
                            {"cache-control", "no-store"}};
        response.body = std::make_shared<const std::string>(
            http::metrics_text({listener.traffic(), engine.counters(), sessions.live(), store.waiting(),
                                jobs.waiting(), disk_free(config.data).value_or(0), health().ready,
                                hall_lines(sessions, lines), output_lines(sessions, outputs)}));
        reply.send(std::move(response));
      });

  // Links carry a name that other machines can reach, when there is one.
  best_host = !config.hosts.empty() ? config.hosts.front() : demo ? "localhost" : hosts.back();
  base_url =
      "https://" + http::in_url(best_host) + (config.port == 443 ? "" : ":" + std::to_string(config.port));

  sessions.resume(now());
  // Together: to wake up costs more than any of them.
  every(loop, std::chrono::seconds(1), [&] {
    connections.tick();
    camera_halls->tick();
    keep(store, lines.take_minutes(now()));
  });
  every(loop, access_check_every, [&http_peers] { http_peers.check_again(); });
  every(loop, probe_every, [&store] { store.probe(); });
  every(loop, certificate_check_every, [&] {
    http::prepare_certificate(config.data / "tls", hosts, std::chrono::system_clock::now());
    listener.reload_certificate();
  });
  std::optional<DemoHalls> acting;
  if (demo && config.demo_halls > 0) {
    acting.emplace(DemoHalls::Surroundings{sessions, http_peers, jobs, log, now}, config.data / "demo-halls",
                   demo_halls(store, demo->meeting, static_cast<std::size_t>(config.demo_halls)));
    every(loop, std::chrono::seconds(1), [&acting] { acting->tick(); });
  }

  const auto codecs = media::codec_names();
  log.info("media.codecs", {{"h264_encoder", codecs.h264_encoder},
                            {"h264_decoder", codecs.h264_decoder},
                            {"vp8_decoder", codecs.vp8_decoder}});
  log.info("server.ready",
           {{"port", config.port}, {"media_port", config.media_port}, {"version", DIEMCAU_VERSION}});
  out << "Điểm Cầu " << DIEMCAU_VERSION << " sẵn sàng / ready: " << base_url << "/\n";
  if (demo) {
    const auto all = demo_links(services, store, *demo, certificate.authority);
    print(out, all);
    if (!config.links.empty()) {
      // Whole or not at all: whoever waits for the file may read it at once.
      const auto unfinished = config.links.string() + ".new";
      std::ofstream(unfinished) << protocol::encode(all).dump(2) << "\n";
      fs::rename(unfinished, config.links);
    }
  } else if (scheduler::Accounts(store.reading()).none()) {
    out << "\n  Cài đặt lần đầu / first set-up: " << base_url << "/setup/" << setup_token << "\n";
  }
  out << std::endl;

  listener.run(stop);
  log.info("server.stopping");
  connections.say_goodbye();
  listener.drain(std::chrono::seconds(2));
  keep(store, lines.take_minutes(now() + std::chrono::minutes(1)));
}

}  // namespace diemcau::server
