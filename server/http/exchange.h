#pragma once
#include <memory>
#include <optional>

#include <libwebsockets.h>

#include "server/http/message.h"
#include "server/http/router.h"

namespace diemcau::http {

/// A connection may wait so long for its next request. Every answer says that it is less: a client that sends
/// one in the very moment in which we close would lose it, and closes before us therefore.
inline constexpr int keep_alive_seconds = 75;
inline constexpr int promised_keep_alive_seconds = 60;

/// One HTTP transaction on its connection. Lives from the request's headers to the end of the answer, or of
/// the connection. Only the listener knows it; main thread.
class Exchange {
 public:
  Exchange(lws* wsi, ExchangeId id, Request request) : wsi_(wsi), id_(id), request_(std::move(request)) {}

  ExchangeId id() const { return id_; }
  Request& request() { return request_; }
  bool answered() const { return response_.has_value(); }
  /// The answer has gone out; the connection may wait for its next request.
  bool finished() const { return finished_; }
  int status() const { return response_ ? response_->status : 0; }

  /// The first answer counts.
  void answer(Response response);
  void hold_back(bool held) { lws_rx_flow_control(wsi_, held ? 0 : 1); }
  /// Sends what the connection takes now. -1: close it.
  int writable();

  const Router::Route* route = nullptr;
  std::unique_ptr<BodySink> sink;  ///< of an upload

 private:
  int write_headers();
  int complete();

  lws* wsi_;
  ExchangeId id_;
  Request request_;
  std::optional<Response> response_;
  bool headers_sent_ = false;
  bool finished_ = false;
};

/// Headers of every answer; a handler's own header of the same name wins.
const std::vector<std::pair<std::string, std::string>>& security_headers();

}  // namespace diemcau::http
