#pragma once
#include <functional>
#include <string>

#include "scheduler/document_bytes.h"
#include "scheduler/ids.h"
#include "server/auth/access_tokens.h"
#include "server/auth/hall_links.h"
#include "server/auth/roles.h"
#include "server/auth/throttle.h"
#include "server/http/api.h"
#include "server/http/router.h"
#include "server/jobs.h"
#include "server/store.h"

namespace diemcau::session {
class MissedFilms;
class Sessions;
}  // namespace diemcau::session
namespace diemcau::protocol {
class HttpPeers;
}

/// What the API's handlers work with, and the handlers by subject. A handler decodes, calls, encodes; what
/// takes long goes to the writer or a job and is answered when that reports. server/http/api.h lists the
/// routes.
namespace diemcau::http {

struct Services {
  server::Store& store;
  server::Jobs& jobs;
  server::Log& log;
  const scheduler::DocumentBytes& bytes;
  const auth::HallLinks& links;
  const auth::AccessTokens& tokens;
  auth::Throttle& throttle;
  auth::Throttle&
      token_throttle;  ///< apart: an encoder with an old token must not slow the log-in next to it
  session::Sessions& sessions;
  session::MissedFilms& missed_films;
  protocol::HttpPeers& http_peers;
  std::filesystem::path data;        ///< folder
  std::filesystem::path recordings;  ///< folder
  std::filesystem::path live;        ///< folder: the HLS of sessions
  std::int64_t upload_limit{};
  std::string setup_token;  ///< lets in the first administrator; empty: never
  std::function<Time()> now;
  std::function<std::string()> base_url;  ///< "https://host:8443": what stands in hall links
  /// A meeting, its documents or its links have changed: live pages are to know.
  std::function<void(MeetingId)> meeting_changed;
  /// An account has changed.
  std::function<void()> accounts_changed;
  /// That account watches a session's HLS.
  std::function<void(MeetingId, scheduler::OutputId, AccountId)> watched_live;
  std::string key;  ///< that locks what only a running server may read (auth/lock.h)
};

void add_accounts_api(Router& router, Services& services);
void add_places_api(Router& router, Services& services);
void add_meetings_api(Router& router, Services& services);
void add_documents_api(Router& router, Services& services);
void add_live_api(Router& router, Services& services);
void add_hall_api(Router& router, Services& services);
void add_whip_api(Router& router, Services& services);
void add_commands_api(Router& router, Services& services);

/// The body of a request as T; throws protocol::DecodeError or a JSON exception, which the router answers
/// with 400.
template <class T>
T body_of(const Request& request) {
  return protocol::decode<T>(nlohmann::json::parse(request.body));
}

/// "https://host:8443/hall/TOKEN".
std::string hall_url(const Services& services, const auth::HallPass& pass);

/// The bytes of a document, with ranges.
void send_document(const Services& services, const Request& request, const Reply& reply,
                   const scheduler::Document& document);

/// A text as a QR code: an <svg> of black modules on transparent.
std::string qr_svg(const std::string& text);

/// The account that a request's cookie belongs to.
std::optional<scheduler::Account> account_of_cookie(server::Store& store, const std::string& cookie,
                                                    Time now);

}  // namespace diemcau::http
