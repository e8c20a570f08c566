#include "server/http/bearer.h"
#include "server/session/sessions.h"

namespace diemcau::http {
namespace {

constexpr int commands_per_second = 30;  // of one meeting, as on its consoles' WebSockets

/// Counts what arrives in each second. Main thread.
class Rate {
 public:
  bool allows(Time now) {
    if (now - second_ >= std::chrono::seconds(1)) {
      second_ = now;
      count_ = 0;
    }
    return ++count_ <= commands_per_second;
  }

 private:
  Time second_{};
  int count_ = 0;
};

void answer_command(Services& services, std::map<MeetingId, Rate>& rates, const Request& request,
                    const Reply& reply) {
  const MeetingId meeting{request.number(0)};
  if (!bearer_pass(services, request, reply, auth::TokenUse::command, meeting)) return;
  if (!request.has_type("application/json"))
    return reply.problem(415, "http.wrong_type", "application/json", {{"accept", "application/json"}});
  const auto now = services.now();
  if (!rates[meeting].allows(now)) return reply.problem(429, "message.too_many", "", {{"retry-after", "1"}});
  const auto command = body_of<session::Command>(request);
  auto* session = services.sessions.find(meeting);
  if (session == nullptr) return reply.problem(404, "meeting.not_found");
  session->give({session::Giver::operator_, {}, {}}, command, now, [reply](scheduler::Result<int> result) {
    if (!result) return reply.problem(result.error());
    reply.no_content();
  });
}

}  // namespace

void add_commands_api(Router& router, Services& services) {
  router.add(
      "POST", "/api/meetings/#/commands", Right::anyone,
      [&services, rates = std::map<MeetingId, Rate>()](const Request& request, const Reply& reply) mutable {
        answer_command(services, rates, request, reply);
      });
}

}  // namespace diemcau::http
