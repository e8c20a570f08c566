#include "server/http/exchange.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace diemcau::http {
namespace {

constexpr std::size_t piece = 64 * 1024;
constexpr int progress_timeout_seconds = 30;

/// The library writes its framing into the LWS_PRE bytes before what we give it. One buffer: one thread
/// sends.
std::array<unsigned char, LWS_PRE + piece>& send_buffer() {
  static std::array<unsigned char, LWS_PRE + piece> buffer;
  return buffer;
}

int add_header(lws* wsi, const std::string& name, const std::string& value, unsigned char** at,
               unsigned char* end) {
  const std::string with_colon = name + ":";
  return lws_add_http_header_by_name(wsi, reinterpret_cast<const unsigned char*>(with_colon.c_str()),
                                     reinterpret_cast<const unsigned char*>(value.data()),
                                     static_cast<int>(value.size()), at, end);
}

}  // namespace

const std::vector<std::pair<std::string, std::string>>& security_headers() {
  static const std::vector<std::pair<std::string, std::string>> headers{
      {"content-security-policy",
       "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
       "media-src 'self' blob: mediastream:; connect-src 'self' wss:; worker-src 'self' blob:; object-src "
       "'none'; "
       "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"},
      {"permissions-policy", "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()"},
      {"x-content-type-options", "nosniff"},
      // A hall link is a key: it must not travel in a Referer.
      {"referrer-policy", "no-referrer"},
      {"cross-origin-opener-policy", "same-origin"},
      {"cross-origin-resource-policy", "same-origin"},
  };
  return headers;
}

void Exchange::answer(Response response) {
  if (response_) return;
  if (response.body) response.length = static_cast<std::int64_t>(response.body->size());
  response_ = std::move(response);
  // A held body would keep the connection from ever coming to our answer.
  lws_rx_flow_control(wsi_, 1);
  lws_callback_on_writable(wsi_);
}

int Exchange::write_headers() {
  auto* start = send_buffer().data() + LWS_PRE;
  auto* at = start;
  auto* end = start + 16000;
  auto& response = *response_;
  const bool no_length = response.status == 304 || response.status == 204;
  if (lws_add_http_header_status(wsi_, static_cast<unsigned>(response.status), &at, end) != 0) return -1;
  for (const auto& [name, value] : response.headers)
    if (add_header(wsi_, name, value, &at, end) != 0) return -1;
  for (const auto& [name, value] : security_headers()) {
    const bool own = std::any_of(response.headers.begin(), response.headers.end(),
                                 [&](const auto& header) { return header.first == name; });
    if (!own && add_header(wsi_, name, value, &at, end) != 0) return -1;
  }
  if (add_header(wsi_, "keep-alive", "timeout=" + std::to_string(promised_keep_alive_seconds), &at, end) != 0)
    return -1;
  if (!no_length &&
      lws_add_http_header_content_length(wsi_, static_cast<lws_filepos_t>(response.length), &at, end) != 0)
    return -1;
  if (lws_finalize_write_http_header(wsi_, start, &at, end) != 0) return -1;
  headers_sent_ = true;
  if (no_length || request_.method == "HEAD") response.length = 0;
  return 0;
}

int Exchange::complete() {
  finished_ = true;
  return lws_http_transaction_completed(wsi_) != 0 ? -1 : 0;
}

int Exchange::writable() {
  if (!response_ || finished_) return 0;
  auto& response = *response_;
  if (!headers_sent_) {
    if (write_headers() != 0) return -1;
    if (response.length == 0) return complete();
    lws_callback_on_writable(wsi_);
    return 0;
  }
  auto* start = send_buffer().data() + LWS_PRE;
  do {
    auto size = static_cast<std::size_t>(std::min<std::int64_t>(response.length, piece));
    if (response.body) {
      std::memcpy(start, response.body->data() + response.offset, size);
    } else {
      const auto got = pread(response.file.descriptor(), start, size, response.offset);
      if (got <= 0) return -1;
      size = static_cast<std::size_t>(got);
    }
    const bool last = static_cast<std::int64_t>(size) == response.length;
    if (lws_write(wsi_, start, size, last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < static_cast<int>(size))
      return -1;
    response.offset += static_cast<std::int64_t>(size);
    response.length -= static_cast<std::int64_t>(size);
    lws_set_timeout(wsi_, PENDING_TIMEOUT_HTTP_CONTENT, progress_timeout_seconds);
    if (last) return complete();
  } while (lws_send_pipe_choked(wsi_) == 0);
  lws_callback_on_writable(wsi_);
  return 0;
}

}  // namespace diemcau::http
