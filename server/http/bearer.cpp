#include "server/http/bearer.h"

#include "scheduler/meetings.h"
#include "server/session/sessions.h"

namespace diemcau::http {
namespace {
using scheduler::ErrorCode;
using scheduler::Result;

/// The token of "Bearer TOKEN"; empty: none. The scheme's name is of any case (RFC 9110 11.1).
std::string token_of(const Request& request) {
  const auto value = request.header("authorization");
  constexpr std::string_view scheme = "bearer ";
  if (value.size() <= scheme.size()) return {};
  for (std::size_t i = 0; i < scheme.size(); ++i)
    if ((value[i] | (i + 1 < scheme.size() ? 0x20 : 0)) != scheme[i]) return {};
  const auto from = value.find_first_not_of(' ', scheme.size());
  return from == std::string::npos ? "" : value.substr(from);
}

Result<auth::AccessPass> still_good(Services& services, const auth::AccessPass& pass) {
  // Players come by the hundred: while the session is open their pass needs no look at the record.
  const auto* session = pass.use == auth::TokenUse::publish ? nullptr : services.sessions.find(pass.meeting);
  if (session != nullptr && session->shown().state == session::SessionState::open) return pass;
  const auto meeting = scheduler::Meetings(services.store.reading()).find(pass.meeting);
  if (!meeting) return scheduler::refuse(ErrorCode::not_found, "meeting.not_found");
  return auth::AccessTokens::check(pass, *meeting, services.now());
}

}  // namespace

std::optional<auth::AccessPass> bearer_pass(Services& services, const Request& request, const Reply& reply,
                                            auth::TokenUse use, MeetingId meeting,
                                            std::vector<std::pair<std::string, std::string>> headers) {
  const auto refuse = [&](int status, const std::string& text_key, const std::string& challenge) {
    headers.emplace_back("www-authenticate", challenge);
    reply.problem(status, text_key, "", std::move(headers));
    return std::nullopt;
  };
  const auto token = token_of(request);
  // RFC 6750 3.1: who shows none is told no error.
  if (token.empty()) return refuse(401, "token.needed", "Bearer realm=\"diemcau\"");
  const auto guessed = std::to_string(static_cast<int>(use)) + " " + std::to_string(number(meeting));
  const auto now = auth::Throttle::Time::clock::now();
  if (const auto wait = services.token_throttle.must_wait(guessed, request.remote, now)) {
    headers.emplace_back("retry-after", std::to_string(wait->count()));
    reply.problem(429, "auth.slowed", std::to_string(wait->count()), std::move(headers));
    return std::nullopt;
  }
  const auto read = services.tokens.read(token);
  if (!read) {
    services.token_throttle.wrong(guessed, request.remote, now);
    services.log.warn("token.wrong", {{"meeting", meeting}, {"address", request.remote}});
    return refuse(401, read.error().text_key, "Bearer realm=\"diemcau\", error=\"invalid_token\"");
  }
  services.token_throttle.right(guessed, request.remote);
  if (read->use != use || read->meeting != meeting)
    return refuse(403, "token.other_use", "Bearer realm=\"diemcau\", error=\"insufficient_scope\"");
  const auto good = still_good(services, *read);
  if (!good) return refuse(401, good.error().text_key, "Bearer realm=\"diemcau\", error=\"invalid_token\"");
  return *good;
}

}  // namespace diemcau::http
