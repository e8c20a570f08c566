#include "server/http/download.h"
#include "server/http/services.h"
#include "server/session/brief.h"
#include "server/session/missed_films.h"
#include "server/session/project.h"
#include "server/session/sessions.h"

namespace diemcau::http {
namespace {
using scheduler::ErrorCode;
using scheduler::Result;

struct Opened {
  auth::HallPass pass;
  scheduler::Meeting meeting;
};

/// The hall that a link opens, or why it does not.
Result<Opened> open_link(const Services& services, const std::string& token) {
  const auto pass = services.links.read(token);
  if (!pass) return tl::unexpected(pass.error());
  const auto meeting = scheduler::Meetings(services.store.reading()).find(pass->meeting);
  if (!meeting) return scheduler::refuse(ErrorCode::not_found, "link.wrong");
  const auto good = auth::HallLinks::check(*pass, *meeting, services.now());
  if (!good) return tl::unexpected(good.error());
  return Opened{*pass, *meeting};
}

void answer_page(Services& services, const Request& request, const Reply& reply) {
  const auto opened = open_link(services, request.parameters.at(0));
  if (!opened) return reply.problem(opened.error());
  const auto site = scheduler::Sites(services.store.reading()).find(opened->pass.site);
  if (!site) return reply.problem(404, "link.wrong");
  HallPage page{session::meeting_head(opened->meeting), site->id, site->number, site->name, {}};
  for (const auto& document : scheduler::Documents(services.store.reading()).of(opened->pass.meeting))
    if (document.use == scheduler::DocumentUse::paper)
      page.documents.push_back(session::document_line(document));
  reply.json(page);
}

void answer_document(Services& services, const Request& request, const Reply& reply) {
  const auto opened = open_link(services, request.parameters.at(0));
  if (!opened) return reply.problem(opened.error());
  const auto document = scheduler::Documents(services.store.reading()).find(DocumentId{request.number(1)});
  if (!document || document->meeting != opened->pass.meeting ||
      document->use != scheduler::DocumentUse::paper)
    return reply.problem(404, "document.not_found");
  send_document(services, request, reply, *document);
}

/// As its view offers it: a later cut is another film.
void answer_missed(Services& services, const Request& request, const Reply& reply) {
  const auto opened = open_link(services, request.parameters.at(0));
  if (!opened) return reply.problem(opened.error());
  const auto& [pass, meeting] = *opened;
  const auto* session = services.sessions.find(pass.meeting);
  if (session == nullptr) return reply.problem(404, "link.wrong");
  const auto missed = session::hall_view(session->shown(), pass.site).missed;
  if (!missed) return reply.problem(404, "missed.none");
  services.missed_films.make(
      pass.meeting, pass.site, *missed, services.now(),
      [request, reply](const Result<std::filesystem::path>& film) {
        if (!film) return reply.problem(film.error());
        send_file(request, reply,
                  {*film, "video/mp4", film->filename(), "\"" + film->filename().string() + "\""});
      });
}

}  // namespace

void add_hall_api(Router& router, Services& services) {
  router.add("GET", "/api/hall/*", Right::anyone, [&services](const Request& request, const Reply& reply) {
    answer_page(services, request, reply);
  });
  router.add(
      "GET", "/api/hall/*/missed", Right::anyone,
      [&services](const Request& request, const Reply& reply) { answer_missed(services, request, reply); });
  router.add(
      "GET", "/api/hall/*/documents/#/file", Right::anyone,
      [&services](const Request& request, const Reply& reply) { answer_document(services, request, reply); });
}

}  // namespace diemcau::http
