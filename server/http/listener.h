#pragma once
#include <array>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "server/http/certificate.h"
#include "server/http/message.h"
#include "server/http/router.h"
#include "server/log.h"
#include "server/loop.h"

namespace diemcau::http {

using SocketId = std::uint64_t;

/// Whether a message may be dropped when its receiver is slow.
enum class Delivery { certain, lossy };

/// What happens on WebSockets. Main thread.
class SocketListener {
 public:
  virtual ~SocketListener() = default;
  virtual void opened(SocketId socket, const Request& request) = 0;
  virtual void received_text(SocketId socket, std::string message) = 0;
  virtual void received_bytes(SocketId socket, std::string message) = 0;
  virtual void closed(SocketId socket) = 0;
};

/// How to speak on WebSockets. Ids that are gone are ignored.
class Sockets {
 public:
  virtual ~Sockets() = default;
  /// Shared: the same text goes to many.
  virtual void send_text(SocketId socket, std::shared_ptr<const std::string> text, Delivery delivery) = 0;
  virtual void send_bytes(SocketId socket, std::shared_ptr<const std::string> bytes, Delivery delivery) = 0;
  /// Closes after what waits has been sent.
  virtual void close(SocketId socket, std::uint16_t code) = 0;
};

/// Requests and answers since the start, for /metrics.
struct Traffic {
  std::uint64_t requests{}, connections{};
  std::array<std::uint64_t, 6> by_class{};  ///< index 2: answers 2xx, …
  std::uint64_t sockets{};                  ///< WebSockets now
  std::uint64_t dropped_messages{}, closed_slow{};
};

/// HTTPS and WebSockets on one port by libwebsockets, HTTP/1.1 only (the folder's README says why); turns the
/// loop. Main thread. router and sockets must outlive it.
class Listener : public Answering, public Sockets {
 public:
  struct Options {
    std::string bind = "0.0.0.0";
    std::uint16_t port{};  ///< 0: any free one, see port()
    CertificateFiles certificate;
    std::vector<std::string> hosts;       ///< names under which we answer; others get 421
    std::string subprotocol;              ///< of WebSockets at /signaling
    std::size_t message_limit = 1 << 20;  ///< bytes of one WebSocket message
    std::size_t body_limit = 1 << 20;     ///< bytes of a JSON body
  };
  Listener(Options options, server::Loop& loop, server::Log& log, const Router& router,
           SocketListener& sockets);
  ~Listener() override;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Turns until `stop`, which a signal handler sets. The signal ends the waiting; one that comes just before
  /// the waiting begins is seen with the loop's next timer.
  void run(const volatile std::sig_atomic_t& stop);
  /// Turns on until open answers and messages are sent, at most `patience`.
  void drain(std::chrono::milliseconds patience);
  /// New connections get the certificate that now stands in the files.
  void reload_certificate();
  std::uint16_t port() const;
  const Traffic& traffic() const;

  void answer(ExchangeId id, Response response) override;
  void hold_back(ExchangeId id, bool held) override;
  void send_text(SocketId socket, std::shared_ptr<const std::string> text, Delivery delivery) override;
  void send_bytes(SocketId socket, std::shared_ptr<const std::string> bytes, Delivery delivery) override;
  void close(SocketId socket, std::uint16_t code) override;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace diemcau::http
