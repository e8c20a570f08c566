#include "server/http/listener.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <system_error>
#include <unordered_map>

#include <libwebsockets.h>
#include <openssl/ssl.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "server/http/exchange.h"
#include "server/http/ports.h"
#include "server/http/socket.h"

namespace diemcau::http {
namespace {

server::Log* library_log = nullptr;  // the library's log function takes no argument of ours

std::string header(lws* wsi, lws_token_indexes token) {
  const int length = lws_hdr_total_length(wsi, token);
  if (length <= 0) return {};
  std::string text(static_cast<std::size_t>(length) + 1, '\0');
  if (lws_hdr_copy(wsi, text.data(), length + 1, token) < 0) return {};
  text.resize(static_cast<std::size_t>(length));
  return text;
}

Request read_request(lws* wsi, const std::string& path, ExchangeId id) {
  static constexpr std::pair<lws_token_indexes, const char*> methods[] = {
      {WSI_TOKEN_GET_URI, "GET"},        {WSI_TOKEN_POST_URI, "POST"},     {WSI_TOKEN_PUT_URI, "PUT"},
      {WSI_TOKEN_PATCH_URI, "PATCH"},    {WSI_TOKEN_DELETE_URI, "DELETE"}, {WSI_TOKEN_HEAD_URI, "HEAD"},
      {WSI_TOKEN_OPTIONS_URI, "OPTIONS"}};
  static constexpr std::pair<lws_token_indexes, const char*> kept[] = {
      {WSI_TOKEN_HOST, "host"},
      {WSI_TOKEN_ORIGIN, "origin"},
      {WSI_TOKEN_HTTP_COOKIE, "cookie"},
      {WSI_TOKEN_HTTP_AUTHORIZATION, "authorization"},
      {WSI_TOKEN_HTTP_ACCEPT, "accept"},
      {WSI_TOKEN_HTTP_IF_MATCH, "if-match"},
      {WSI_TOKEN_HTTP_RANGE, "range"},
      {WSI_TOKEN_HTTP_IF_RANGE, "if-range"},
      {WSI_TOKEN_HTTP_IF_NONE_MATCH, "if-none-match"},
      {WSI_TOKEN_HTTP_ACCEPT_ENCODING, "accept-encoding"},
      {WSI_TOKEN_HTTP_CONTENT_TYPE, "content-type"},
      {WSI_TOKEN_HTTP_CONTENT_LENGTH, "content-length"},
      {WSI_TOKEN_HTTP_TRANSFER_ENCODING, "transfer-encoding"}};
  Request request;
  request.path = path;
  request.id = std::to_string(id);
  for (const auto& [token, name] : methods)
    if (lws_hdr_total_length(wsi, token) > 0) request.method = name;
  for (const auto& [token, name] : kept)
    if (auto value = header(wsi, token); !value.empty()) request.headers.emplace(name, std::move(value));
  const auto length = request.header("content-length");
  if (!length.empty() && length.size() <= 15 && length.find_first_not_of("0123456789") == std::string::npos)
    request.content_length = std::stoll(length);
  // The library has split the query at '&' and decoded it; joined by lws_hdr_copy it would be ambiguous.
  std::vector<char> argument(8192);
  for (int i = 0;; ++i) {
    const int size = lws_hdr_copy_fragment(wsi, argument.data(), static_cast<int>(argument.size()),
                                           WSI_TOKEN_HTTP_URI_ARGS, i);
    if (size < 0) break;
    const std::string text(argument.data(), static_cast<std::size_t>(size));
    const auto equals = text.find('=');
    request.query.emplace_back(text.substr(0, equals),
                               equals == std::string::npos ? "" : text.substr(equals + 1));
  }
  char remote[64] = "";
  lws_get_peer_simple(wsi, remote, sizeof remote);
  // An IPv4 client of a listener for both families (RFC 4291 2.5.5.2).
  constexpr std::string_view mapped = "::ffff:";
  request.remote = remote;
  if (request.remote.starts_with(mapped) && request.remote.find('.') != std::string::npos)
    request.remote.erase(0, mapped.size());
  return request;
}

}  // namespace

struct Listener::Parts {
  Parts(Listener& listener, Options given, server::Loop& main_loop, server::Log& main_log,
        const Router& all_routes, SocketListener& on_sockets)
      : self(listener),
        options(std::move(given)),
        loop(main_loop),
        log(main_log),
        router(all_routes),
        sockets(on_sockets) {}

  Listener& self;
  Options options;
  server::Loop& loop;
  server::Log& log;
  const Router& router;
  SocketListener& sockets;

  // What the library keeps pointers to.
  std::string certificate, key;
  std::array<lws_protocols, 3> protocols{};
  lws_retry_bo_t idle{};
  // The library's own timers are exact to the microsecond, but it waits in whole milliseconds, and for the
  // rest it asks over and over whether it is time: a fifth of what a small session cost.
  int timer = -1;  // timerfd; the library closes it

  lws_context* context = nullptr;
  SSL_CTX* tls = nullptr;
  std::uint16_t port = 0;
  ExchangeId last_id = 0;
  std::unordered_map<ExchangeId, Exchange*> exchanges;  // owned by their connections' user data
  std::unordered_map<SocketId, Socket*> open_sockets;
  std::set<std::string> hosts;
  Traffic traffic;

  static int callback(lws* wsi, lws_callback_reasons reason, void* user, void* in, std::size_t size) noexcept;

  void open_timer();
  void set_timer() const;
  void timer_due() const;
  bool own_host(const Request& request) const { return hosts.contains(request.header("host")); }
  bool own_origin(const Request& request) const {
    const auto origin = request.header("origin");
    return origin.empty() || origin == "https://" + request.header("host");
  }
  Exchange* begin(lws* wsi, const char* path);
  void route(Exchange& exchange);
  void body(Exchange& exchange, std::string_view bytes) const;
  void body_done(Exchange& exchange) const;
  void end(Exchange*& exchange);
  int received(Socket& socket, const char* bytes, std::size_t size);
  void closed(Socket*& socket);
  void send(SocketId id, std::shared_ptr<const std::string> message, bool binary, Delivery delivery);
};

Exchange* Listener::Parts::begin(lws* wsi, const char* path) {
  const auto id = ++last_id;
  auto* exchange = new Exchange(wsi, id, read_request(wsi, path, id));
  exchanges.emplace(id, exchange);
  ++traffic.requests;
  route(*exchange);
  return exchange;
}

void Listener::Parts::route(Exchange& exchange) {
  auto& request = exchange.request();
  const auto& method = request.method;
  const bool with_body = method == "POST" || method == "PUT" || method == "PATCH";
  const Reply reply(self, exchange.id(), request.id);
  if (!own_host(request)) return reply.problem(421, "http.wrong_host");
  if (!own_origin(request) && !router.takes_any_origin(request.path))
    return reply.problem(403, "http.wrong_origin");
  // The library hands chunks over with their framing, so a body must say how long it is.
  if (!request.header("transfer-encoding").empty() || (with_body && request.content_length < 0))
    return reply.problem(411, "http.length_required");
  exchange.route = router.find(request, reply);
  if (exchange.route == nullptr || exchange.answered()) return;
  if (exchange.route->receiver) {
    exchange.sink = router.receive(*exchange.route, request, reply);
  } else if (with_body && request.content_length > static_cast<std::int64_t>(options.body_limit)) {
    return reply.problem(413, "message.too_large");
  }
  // The library reports the end of an empty body for POST only, and none for methods without one.
  if (!with_body || (request.content_length == 0 && method != "POST")) body_done(exchange);
}

void Listener::Parts::body(Exchange& exchange, std::string_view bytes) const {
  if (exchange.answered()) return;
  if (exchange.sink) {
    exchange.sink->take(bytes);
  } else if (exchange.request().body.size() + bytes.size() <= options.body_limit) {
    exchange.request().body.append(bytes);
  }
}

void Listener::Parts::body_done(Exchange& exchange) const {
  if (exchange.answered() || exchange.route == nullptr) return;
  if (exchange.sink) {
    exchange.sink->finish();
  } else if (exchange.route->handler) {
    router.handle(*exchange.route, exchange.request(), Reply(self, exchange.id(), exchange.request().id));
  }
}

void Listener::Parts::end(Exchange*& exchange) {
  if (exchange == nullptr) return;
  if (exchange->answered()) ++traffic.by_class.at(static_cast<std::size_t>(exchange->status() / 100));
  exchanges.erase(exchange->id());
  delete exchange;
  exchange = nullptr;
}

int Listener::Parts::received(Socket& socket, const char* bytes, std::size_t size) {
  switch (socket.take(bytes, size)) {
    case Socket::Arrival::more:
      return 0;
    case Socket::Arrival::too_large:
      socket.close(LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE);
      return socket.writable();
    case Socket::Arrival::whole:
      break;
  }
  if (socket.message_is_binary()) {
    sockets.received_bytes(socket.id(), socket.message());
  } else {
    sockets.received_text(socket.id(), socket.message());
  }
  return 0;
}

void Listener::Parts::closed(Socket*& socket) {
  if (socket == nullptr) return;
  const auto id = socket->id();
  open_sockets.erase(id);
  delete socket;
  socket = nullptr;
  --traffic.sockets;
  sockets.closed(id);
}

void Listener::Parts::send(SocketId id, std::shared_ptr<const std::string> message, bool binary,
                           Delivery delivery) {
  const auto found = open_sockets.find(id);
  if (found == open_sockets.end()) return;
  const bool was_slow = found->second->too_slow();
  if (!found->second->send(std::move(message), binary, delivery)) ++traffic.dropped_messages;
  if (!was_slow && found->second->too_slow()) {
    ++traffic.closed_slow;
    log.warn("socket.too_slow", {{"socket", id}});
  }
}

int Listener::Parts::callback(lws* wsi, lws_callback_reasons reason, void* user, void* in,
                              std::size_t size) noexcept {
  auto* context = wsi == nullptr ? nullptr : lws_get_context(wsi);
  auto* parts = context == nullptr ? nullptr : static_cast<Parts*>(lws_context_user(context));
  // The user data of a connection is one pointer; the library allocates it anew (zeroed) for each protocol.
  auto* exchange = static_cast<Exchange**>(user);
  auto* socket = static_cast<Socket**>(user);
  try {
    switch (reason) {
      case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
        parts->loop.run_posted();
        parts->set_timer();
        return 0;
      case LWS_CALLBACK_RAW_RX_FILE:
        parts->timer_due();
        return 0;
      case LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS:
        parts->tls = static_cast<SSL_CTX*>(user);
        return 0;
      case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        // CVE-2025-11677: with an upgrade that is not "websocket" the library goes on to use a header that is
        // gone.
        return header(wsi, WSI_TOKEN_UPGRADE) == "websocket" ? 0 : -1;
      case LWS_CALLBACK_HTTP:
        parts->end(*exchange);
        *exchange = parts->begin(wsi, static_cast<const char*>(in));
        return 0;
      case LWS_CALLBACK_HTTP_BODY:
        if (*exchange != nullptr) {
          lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, 30);
          parts->body(**exchange, {static_cast<const char*>(in), size});
        }
        return 0;
      case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        if (*exchange != nullptr) parts->body_done(**exchange);
        return 0;
      case LWS_CALLBACK_HTTP_WRITEABLE:
        return *exchange == nullptr ? 0 : (*exchange)->writable();
      case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
      case LWS_CALLBACK_CLOSED_HTTP:
        if (exchange != nullptr) parts->end(*exchange);
        return 0;
      case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION: {
        const auto request = read_request(wsi, header(wsi, WSI_TOKEN_GET_URI), 0);
        return request.path == "/signaling" && parts->own_host(request) && parts->own_origin(request) ? 0
                                                                                                      : -1;
      }
      case LWS_CALLBACK_ESTABLISHED: {
        const auto id = ++parts->last_id;
        *socket = new Socket(wsi, id, parts->options.message_limit);
        parts->open_sockets.emplace(id, *socket);
        ++parts->traffic.sockets;
        parts->sockets.opened(id, read_request(wsi, "/signaling", id));
        return 0;
      }
      case LWS_CALLBACK_RECEIVE:
        return *socket == nullptr ? 0 : parts->received(**socket, static_cast<const char*>(in), size);
      case LWS_CALLBACK_SERVER_WRITEABLE:
        return *socket == nullptr ? 0 : (*socket)->writable();
      case LWS_CALLBACK_CLOSED:
        if (socket != nullptr) parts->closed(*socket);
        return 0;
      default:
        return 0;
    }
  } catch (const std::exception& e) {
    // Nothing may fly through the library; this connection ends, the others go on.
    if (parts != nullptr) parts->log.error("listener.fault", {{"why", e.what()}});
    return -1;
  }
}

void Listener::Parts::open_timer() {
  timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (timer < 0) throw std::system_error(errno, std::generic_category(), "timer");
  lws_sock_file_fd_type descriptor{};
  descriptor.filefd = timer;
  if (lws_adopt_descriptor_vhost(lws_get_vhost_by_name(context, "main"), LWS_ADOPT_RAW_FILE_DESC, descriptor,
                                 protocols[0].name, nullptr) == nullptr)
    throw std::runtime_error("the listener's timer could not be started");
}

void Listener::Parts::set_timer() const {
  const auto due = loop.next_due();
  if (!due) return;
  // 0 would disarm it.
  const auto at = std::max(due->time_since_epoch(), server::Loop::Clock::duration(1));
  const auto whole = std::chrono::floor<std::chrono::seconds>(at);
  const itimerspec spec{{}, {whole.count(), std::chrono::nanoseconds(at - whole).count()}};
  timerfd_settime(timer, TFD_TIMER_ABSTIME, &spec, nullptr);
}

void Listener::Parts::timer_due() const {
  std::uint64_t times = 0;
  if (read(timer, &times, sizeof times) != sizeof times) return;
  try {
    loop.run_due(server::Loop::Clock::now());
  } catch (const std::exception& e) {
    log.error("loop.fault", {{"why", e.what()}});
  }
  set_timer();
}

Listener::Listener(Options options, server::Loop& loop, server::Log& log, const Router& router,
                   SocketListener& sockets)
    : parts_(std::make_unique<Parts>(*this, std::move(options), loop, log, router, sockets)) {
  auto& parts = *parts_;
  require_free_port(parts.options.bind, parts.options.port, false);
  library_log = &log;
  lws_set_log_level(LLL_ERR | LLL_WARN, [](int, const char* line) {
    std::string text(line);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    if (library_log != nullptr) library_log->warn("libwebsockets", {{"text", text}});
  });
  parts.certificate = parts.options.certificate.certificate.string();
  parts.key = parts.options.certificate.key.string();
  // A silent client is asked after 5 s and hung up on after 10 s.
  parts.idle.secs_since_valid_ping = 5;
  parts.idle.secs_since_valid_hangup = 10;
  parts.protocols[0] = {"http", Parts::callback, sizeof(Exchange*), 0, 0, nullptr, 0};
  parts.protocols[1] = {
      parts.options.subprotocol.c_str(), Parts::callback, sizeof(Socket*), 65536, 0, nullptr, 0};

  lws_context_creation_info info{};
  info.port = parts.options.port;
  const bool every = parts.options.bind == "0.0.0.0" || parts.options.bind == "::";
  info.iface = every ? nullptr : parts.options.bind.c_str();
  info.protocols = parts.protocols.data();
  info.vhost_name = "main";
  info.user = &parts;
  info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
  if (!is_ipv6(parts.options.bind)) info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
  info.ssl_cert_filepath = parts.certificate.c_str();
  info.ssl_private_key_filepath = parts.key.c_str();
  info.alpn = "http/1.1";
  info.pt_serv_buf_size = 64 * 1024;
  info.max_http_header_data = 8192;
  info.max_http_header_pool = 256;
  info.keepalive_timeout = keep_alive_seconds;
  info.timeout_secs = 15;
  info.timeout_secs_ah_idle = 10;
  info.retry_and_idle_policy = &parts.idle;
  info.server_string = "diemcau";  // an empty one aborts at the first answer
  info.ssl_options_set = SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_CIPHER_SERVER_PREFERENCE;
  info.gid = static_cast<gid_t>(-1);
  info.uid = static_cast<uid_t>(-1);
  parts.context = lws_create_context(&info);
  if (parts.context == nullptr) throw std::runtime_error("the listener could not be started");
  parts.open_timer();
  parts.port =
      static_cast<std::uint16_t>(lws_get_vhost_listen_port(lws_get_vhost_by_name(parts.context, "main")));
  for (const auto& host : parts.options.hosts) {
    const auto name = in_url(host);
    parts.hosts.insert(name + ":" + std::to_string(parts.port));
    if (parts.port == 443) parts.hosts.insert(name);
  }
  loop.on_wake([context = parts.context] { lws_cancel_service(context); });
}

Listener::~Listener() {
  parts_->loop.on_wake(nullptr);
  lws_context_destroy(parts_->context);
  library_log = nullptr;
}

void Listener::run(const volatile std::sig_atomic_t& stop) {
  auto& parts = *parts_;
  parts.loop.run_posted();
  parts.set_timer();
  while (stop == 0 && lws_service(parts.context, 0) >= 0) {
  }
}

void Listener::drain(std::chrono::milliseconds patience) {
  auto& parts = *parts_;
  const auto until = server::Loop::Clock::now() + patience;
  const auto busy = [&parts] {
    for (const auto& [id, socket] : parts.open_sockets)
      if (socket->queued_messages() > 0) return true;
    return std::any_of(parts.exchanges.begin(), parts.exchanges.end(),
                       [](const auto& entry) { return !entry.second->finished(); });
  };
  // A timer, so that the library does not sleep past the end of our patience.
  const auto tick = std::chrono::milliseconds(50);
  const std::function<void()> wake = [&] { parts.loop.after(tick, wake); };
  wake();
  parts.set_timer();
  while (busy() && server::Loop::Clock::now() < until && lws_service(parts.context, 0) >= 0) {
  }
}

void Listener::reload_certificate() {
  auto& parts = *parts_;
  if (SSL_CTX_use_certificate_chain_file(parts.tls, parts.certificate.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(parts.tls, parts.key.c_str(), SSL_FILETYPE_PEM) != 1)
    parts.log.error("certificate.not_loaded");
}

std::uint16_t Listener::port() const { return parts_->port; }
const Traffic& Listener::traffic() const { return parts_->traffic; }

void Listener::answer(ExchangeId id, Response response) {
  const auto found = parts_->exchanges.find(id);
  if (found != parts_->exchanges.end()) found->second->answer(std::move(response));
}

void Listener::hold_back(ExchangeId id, bool held) {
  const auto found = parts_->exchanges.find(id);
  if (found != parts_->exchanges.end() && !found->second->answered()) found->second->hold_back(held);
}

void Listener::send_text(SocketId socket, std::shared_ptr<const std::string> text, Delivery delivery) {
  parts_->send(socket, std::move(text), false, delivery);
}

void Listener::send_bytes(SocketId socket, std::shared_ptr<const std::string> bytes, Delivery delivery) {
  parts_->send(socket, std::move(bytes), true, delivery);
}

void Listener::close(SocketId socket, std::uint16_t code) {
  const auto found = parts_->open_sockets.find(socket);
  if (found != parts_->open_sockets.end()) found->second->close(code);
}

}  // namespace diemcau::http
