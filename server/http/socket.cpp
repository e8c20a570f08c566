#include "server/http/socket.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace diemcau::http {
namespace {
constexpr std::size_t lossy_limit = 256 * 1024;  // above it a picture is late anyway
constexpr std::size_t last_limit = 4 * 1024 * 1024;
constexpr std::size_t piece = 32 * 1024;
}  // namespace

Socket::Arrival Socket::take(const char* bytes, std::size_t size) {
  if (incoming_.size() + size > message_limit_) return Arrival::too_large;
  incoming_.append(bytes, size);
  return lws_is_final_fragment(wsi_) != 0 && lws_remaining_packet_payload(wsi_) == 0 ? Arrival::whole
                                                                                     : Arrival::more;
}

bool Socket::send(std::shared_ptr<const std::string> message, bool binary, Delivery delivery) {
  if (closing_ != 0) return false;
  if (delivery == Delivery::lossy && queued_ + message->size() > lossy_limit) return false;
  if (queued_ + message->size() > last_limit) {
    too_slow_ = true;
    queue_.resize(sent_ > 0 ? 1 : 0);  // a message that is begun cannot be taken back
    close(LWS_CLOSE_STATUS_POLICY_VIOLATION);
    return false;
  }
  queued_ += message->size();
  queue_.push_back({std::move(message), binary});
  lws_callback_on_writable(wsi_);
  return true;
}

void Socket::close(std::uint16_t code) {
  if (closing_ != 0) return;
  closing_ = code;
  lws_callback_on_writable(wsi_);
}

int Socket::writable() {
  if (queue_.empty() || too_slow_) {
    if (closing_ == 0) return 0;
    lws_close_reason(wsi_, static_cast<lws_close_status>(closing_), nullptr, 0);
    return -1;
  }
  static std::array<unsigned char, LWS_PRE + piece> buffer;  // one: one thread sends
  const auto& first = queue_.front();
  const auto size = std::min(first.text->size() - sent_, piece);
  std::memcpy(buffer.data() + LWS_PRE, first.text->data() + sent_, size);
  const bool last = sent_ + size == first.text->size();
  const auto flags =
      lws_write_ws_flags(first.binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT, sent_ == 0 ? 1 : 0, last ? 1 : 0);
  if (lws_write(wsi_, buffer.data() + LWS_PRE, size, static_cast<lws_write_protocol>(flags)) <
      static_cast<int>(size))
    return -1;
  sent_ += size;
  if (last) {
    queued_ -= first.text->size();
    sent_ = 0;
    queue_.pop_front();
  }
  if (!queue_.empty() || closing_ != 0) lws_callback_on_writable(wsi_);
  return 0;
}

}  // namespace diemcau::http
