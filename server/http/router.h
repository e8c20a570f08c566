#pragma once
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "server/auth/roles.h"
#include "server/http/message.h"
#include "server/http/reply.h"
#include "server/log.h"

namespace diemcau::http {
using auth::Right;

/// Which handler answers a request, and whether this account may ask. Knows no socket.
class Router {
 public:
  using Handler = std::function<void(const Request&, Reply)>;
  /// For uploads: called when the headers are there. No sink: it has answered already.
  using Receiver = std::function<std::unique_ptr<BodySink>(const Request&, Reply)>;
  using LogIn = std::function<std::optional<scheduler::Account>(const Request&)>;

  explicit Router(server::Log& log) : log_(log) {}
  /// Who is logged in by the request's cookie.
  void authenticate_by(LogIn log_in) { log_in_ = std::move(log_in); }

  /// `pattern`: segments as they stand, `#` for a number, `*` for any text. Routes for all methods of a path
  /// are listed one by one; HEAD is answered by GET.
  void add(const std::string& method, const std::string& pattern, Right right, Handler handler);
  void add_upload(const std::string& method, const std::string& pattern, Right right, Receiver receiver);
  /// What answers GET for paths that no route has: the pages.
  void otherwise(Handler handler) { otherwise_ = std::move(handler); }

  /// Whether pages of other servers may ask for that path: those that look at no cookie (Right::bearer).
  bool takes_any_origin(const std::string& path) const;

  struct Route {
    std::string method;
    std::vector<std::string> pattern;
    Right right{};
    Handler handler;
    Receiver receiver;
  };
  /// Finds the route, fills in parameters and account. nullptr: it has been answered (404, 405, 401, 403).
  const Route* find(Request& request, const Reply& reply) const;
  /// Calls the route's handler; what it throws becomes an answer.
  void handle(const Route& route, const Request& request, const Reply& reply) const;
  std::unique_ptr<BodySink> receive(const Route& route, const Request& request, const Reply& reply) const;

 private:
  template <class Call>
  void guarded(const Request& request, const Reply& reply, Call call) const;

  server::Log& log_;
  LogIn log_in_;
  std::vector<Route> routes_;
  Handler otherwise_;
};

}  // namespace diemcau::http
