#include "server/http/router.h"

#include <algorithm>

namespace diemcau::http {
namespace {

std::vector<std::string> segments(const std::string& path) {
  std::vector<std::string> all;
  for (std::size_t from = 1; from <= path.size();) {
    auto until = path.find('/', from);
    if (until == std::string::npos) until = path.size();
    all.push_back(path.substr(from, until - from));
    from = until + 1;
  }
  return all;
}

// Row ids are below 2^53: 15 digits are enough and never overflow.
bool is_number(const std::string& text) {
  return !text.empty() && text.size() <= 15 && text.find_first_not_of("0123456789") == std::string::npos;
}

bool matches(const std::vector<std::string>& pattern, const std::vector<std::string>& path,
             std::vector<std::string>& parameters) {
  if (pattern.size() != path.size()) return false;
  parameters.clear();
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (pattern[i] == "#" ? is_number(path[i]) : pattern[i] == "*" && !path[i].empty()) {
      parameters.push_back(path[i]);
    } else if (pattern[i] != path[i]) {
      return false;
    }
  }
  return true;
}

}  // namespace

void Router::add(const std::string& method, const std::string& pattern, Right right, Handler handler) {
  routes_.push_back({method, segments(pattern), right, std::move(handler), {}});
}

void Router::add_upload(const std::string& method, const std::string& pattern, Right right,
                        Receiver receiver) {
  routes_.push_back({method, segments(pattern), right, {}, std::move(receiver)});
}

bool Router::takes_any_origin(const std::string& path) const {
  const auto parts = segments(path);
  std::vector<std::string> parameters;
  return std::any_of(routes_.begin(), routes_.end(), [&](const Route& route) {
    return route.right == Right::bearer && matches(route.pattern, parts, parameters);
  });
}

const Router::Route* Router::find(Request& request, const Reply& reply) const {
  const auto method = request.method == "HEAD" ? "GET" : request.method;
  const auto path = segments(request.path);
  const Route* found = nullptr;
  std::string allowed;
  for (const auto& route : routes_) {
    std::vector<std::string> parameters;
    if (!matches(route.pattern, path, parameters)) continue;
    allowed += (allowed.empty() ? "" : ", ") + route.method;
    if (route.method != method || found != nullptr) continue;
    found = &route;
    request.parameters = std::move(parameters);
  }
  if (found == nullptr) {
    if (!allowed.empty()) {
      reply.problem(405, "http.method_not_allowed", "", {{"allow", allowed}});
    } else if (method == "GET" && otherwise_ && !request.path.starts_with("/api/")) {
      guarded(request, reply, [&] { otherwise_(request, reply); });
    } else {
      reply.problem(404, "http.not_found");
    }
    return nullptr;
  }
  bool allowed_in = false;
  guarded(request, reply, [&] {
    if (log_in_ && found->right != Right::bearer) request.account = log_in_(request);
    if (auth::row_of(found->right).nobody) {
      allowed_in = true;
    } else if (!request.account) {
      reply.problem(401, "auth.needed");
    } else if (!auth::may(request.account->role, found->right)) {
      reply.problem(403, "auth.forbidden");
    } else {
      allowed_in = true;
    }
  });
  return allowed_in ? found : nullptr;
}

void Router::handle(const Route& route, const Request& request, const Reply& reply) const {
  guarded(request, reply, [&] { route.handler(request, reply); });
}

std::unique_ptr<BodySink> Router::receive(const Route& route, const Request& request,
                                          const Reply& reply) const {
  std::unique_ptr<BodySink> sink;
  guarded(request, reply, [&] { sink = route.receiver(request, reply); });
  return sink;
}

template <class Call>
void Router::guarded(const Request& request, const Reply& reply, Call call) const {
  try {
    call();
  } catch (const protocol::DecodeError& e) {
    reply.problem(400, "message.broken", e.what());
  } catch (const nlohmann::json::exception&) {
    reply.problem(400, "message.broken", "/: not JSON");
  } catch (const std::exception& e) {
    log_.error("http.fault", {{"request", request.id}, {"method", request.method}, {"why", e.what()}});
    reply.problem(500, "server.fault");
  }
}

}  // namespace diemcau::http
