#pragma once
#include <deque>
#include <memory>
#include <string>

#include <libwebsockets.h>

#include "server/http/listener.h"

namespace diemcau::http {

/// One WebSocket: puts arriving pieces together and holds what waits to be sent. Only the listener knows it.
class Socket {
 public:
  Socket(lws* wsi, SocketId id, std::size_t message_limit)
      : wsi_(wsi), id_(id), message_limit_(message_limit) {}

  SocketId id() const { return id_; }

  enum class Arrival { more, whole, too_large };
  Arrival take(const char* bytes, std::size_t size);
  /// The message that has arrived whole.
  std::string message() { return std::exchange(incoming_, {}); }
  bool message_is_binary() const { return lws_frame_is_binary(wsi_) != 0; }

  /// False: not sent. A lossy message is dropped when too much waits already; beyond the last limit the
  /// socket is closed, because nobody reads it.
  bool send(std::shared_ptr<const std::string> message, bool binary, Delivery delivery);
  bool too_slow() const { return too_slow_; }
  void close(std::uint16_t code);
  /// Sends one piece. -1: close.
  int writable();
  std::size_t queued_messages() const { return queue_.size(); }

 private:
  struct Outgoing {
    std::shared_ptr<const std::string> text;
    bool binary;
  };
  lws* wsi_;
  SocketId id_;
  std::size_t message_limit_;
  std::string incoming_;
  std::deque<Outgoing> queue_;
  std::size_t queued_ = 0;  ///< bytes
  std::size_t sent_ = 0;    ///< bytes of the first in the queue
  std::uint16_t closing_ = 0;
  bool too_slow_ = false;
};

}  // namespace diemcau::http
