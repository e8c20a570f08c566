#include <algorithm>

#include "server/http/bearer.h"
#include "server/http/problem.h"
#include "server/signaling/http_peers.h"

/// WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep): an offer is posted, the answer comes back, and a resource
/// stands for the connection until it is deleted.
namespace diemcau::http {
namespace {
using auth::AccessPass;
using auth::TokenUse;
using scheduler::Result;
using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t longest_fragment = 16 * 1024;
constexpr auto fragment_type = "application/trickle-ice-sdpfrag";

/// Pages of other servers may read the answers (RFC 9725 4.2): they hold a token, and no cookie counts here.
Headers cors(Headers headers = {}) {
  headers.emplace_back("access-control-allow-origin", "*");
  headers.emplace_back("access-control-expose-headers", "etag, location, retry-after, www-authenticate");
  return headers;
}

void refuse(const Reply& reply, const scheduler::Error& error) {
  Headers headers = cors();
  // What passes by itself: the session opens, the page leaves the hall, players go.
  if (error.text_key == "session.not_open" || error.text_key == "hall.taken" ||
      error.text_key == "players.too_many")
    headers.emplace_back("retry-after", "5");
  const int status = error.text_key == "media.offer_broken" ? 400 : status_of(error);
  reply.problem(status, error.text_key, error.detail, std::move(headers));
}

bool accepts_sdp(const Request& request) {
  const auto accept = request.header("accept");
  return accept.empty() || accept.find("application/sdp") != std::string::npos ||
         accept.find("application/*") != std::string::npos || accept.find("*/*") != std::string::npos;
}

protocol::Audience audience_of(const AccessPass& pass) {
  return {pass.meeting, pass.use == TokenUse::publish ? std::optional(pass.site) : std::nullopt};
}

void answer_offer(Services& services, const Request& request, const Reply& reply, TokenUse use) {
  const MeetingId meeting{request.number(0)};
  const auto pass = bearer_pass(services, request, reply, use, meeting, cors());
  if (!pass) return;
  if (!request.has_type("application/sdp"))
    return reply.problem(415, "http.wrong_type", "application/sdp",
                         cors({{"accept-post", "application/sdp"}}));
  if (!accepts_sdp(request)) return reply.problem(406, "http.wrong_type", "application/sdp", cors());
  const auto answer = [reply, &services, whose = audience_of(*pass),
                       where = "https://" + request.header("host") + request.path +
                               "/"](const Result<protocol::HttpPeers::Made>& made) {
    if (!made) return refuse(reply, made.error());
    Response response;
    response.status = 201;
    response.headers = cors({{"content-type", "application/sdp"},
                             {"location", where + made->resource},
                             {"etag", services.http_peers.tag(whose, made->resource).value_or("")},
                             {"cache-control", "no-store"}});
    response.body = std::make_shared<const std::string>(made->answer);
    reply.send(std::move(response));
  };
  if (use == TokenUse::publish) {
    services.http_peers.join({pass->meeting, pass->site, pass->generation}, request.body, answer);
  } else {
    answer(services.http_peers.watch(pass->meeting, request.body));
  }
}

/// RFC 8840 9: lines "x=…".
bool is_fragment(const std::string& body) {
  if (body.empty()) return false;
  for (std::size_t from = 0; from < body.size();) {
    const auto until = std::min(body.find('\n', from), body.size());
    if (until - from < 2 || body[from] < 'a' || body[from] > 'z' || body[from + 1] != '=') return false;
    from = until + 1;
  }
  return true;
}

void answer_fragment(Services& services, const Request& request, const Reply& reply, TokenUse use) {
  const auto pass = bearer_pass(services, request, reply, use, MeetingId{request.number(0)}, cors());
  if (!pass) return;
  const auto& resource = request.parameters.at(1);
  const auto whose = audience_of(*pass);
  const auto tag = services.http_peers.tag(whose, resource);
  if (!tag) return reply.problem(404, "peer.not_found", "", cors());
  if (!request.has_type(fragment_type))
    return reply.problem(415, "http.wrong_type", fragment_type, cors({{"accept-patch", fragment_type}}));
  const auto match = request.header("if-match");
  if (match.empty()) return reply.problem(428, "http.if_match_needed", "", cors());
  // RFC 9725 4.3.3: "*" asks for an ICE restart.
  const bool restart = match == "*";
  if (!restart && match.find(*tag) == std::string::npos)
    return reply.problem(412, "http.changed_meanwhile", "", cors());
  if (request.body.size() > longest_fragment) return reply.problem(413, "message.too_large", "", cors());
  if (!is_fragment(request.body)) return reply.problem(400, "message.broken", "", cors());
  // ICE-lite: we check nothing, so their candidates are of no use to us (RFC 8445 2.5).
  if (!restart) return reply.no_content(cors());
  const auto fragment = services.http_peers.restart_ice(whose, resource, request.body);
  if (!fragment) return refuse(reply, fragment.error());
  Response response;
  response.headers = cors({{"content-type", fragment_type},
                           {"etag", services.http_peers.tag(whose, resource).value_or("")},
                           {"cache-control", "no-store"}});
  response.body = std::make_shared<const std::string>(*fragment);
  reply.send(std::move(response));
}

void answer_end(Services& services, const Request& request, const Reply& reply, TokenUse use) {
  const auto pass = bearer_pass(services, request, reply, use, MeetingId{request.number(0)}, cors());
  if (!pass) return;
  if (!services.http_peers.end(audience_of(*pass), request.parameters.at(1)))
    return reply.problem(404, "peer.not_found", "", cors());
  Response response;
  response.headers = cors({{"cache-control", "no-store"}});
  reply.send(std::move(response));
}

/// CORS preflight (Fetch 3.3) and RFC 9725 4.2: no token comes with it, and none is needed.
Router::Handler options(const std::string& methods, const Headers& more) {
  return [methods, more](const Request&, const Reply& reply) {
    Response response;
    response.headers = cors(more);
    response.headers.emplace_back("allow", methods);
    response.headers.emplace_back("access-control-allow-methods", methods);
    response.headers.emplace_back("access-control-allow-headers", "authorization, content-type, if-match");
    response.headers.emplace_back("access-control-max-age", "86400");
    reply.send(std::move(response));
  };
}

}  // namespace

void add_whip_api(Router& router, Services& services) {
  const auto add = [&](const std::string& endpoint, TokenUse use) {
    const auto with = [&services, use](auto answer) {
      return [&services, use, answer](const Request& request, const Reply& reply) {
        answer(services, request, reply, use);
      };
    };
    const auto resource = endpoint + "/*";
    router.add("POST", endpoint, Right::bearer, with(answer_offer));
    router.add("OPTIONS", endpoint, Right::bearer,
               options("POST, OPTIONS", {{"accept-post", "application/sdp"}}));
    router.add("PATCH", resource, Right::bearer, with(answer_fragment));
    router.add("DELETE", resource, Right::bearer, with(answer_end));
    router.add("OPTIONS", resource, Right::bearer,
               options("PATCH, DELETE, OPTIONS", {{"accept-patch", fragment_type}}));
  };
  add("/api/meetings/#/whip", TokenUse::publish);
  add("/api/meetings/#/whep", TokenUse::watch);
}

}  // namespace diemcau::http
