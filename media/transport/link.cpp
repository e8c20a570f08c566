#include "media/transport/link.h"

#include <algorithm>

#include <openssl/rand.h>

namespace diemcau::transport {
namespace {

using namespace std::chrono_literals;

/// What overtakes on the way comes no later; a voice or feedback comes more often from who is still there.
constexpr auto still_there = 60ms;
constexpr auto ask_again = 50ms;  // of the answers to one transaction any is good

}  // namespace

Link::Link(Ports& ports, const DtlsContext& dtls, std::uint32_t number, Ice ice, std::string fingerprint,
           Clock::time_point now)
    : ports_(ports),
      number_(number),
      last_heard_(now),
      heard_there_(now),
      ice_(std::move(ice)),
      dtls_(dtls, std::move(fingerprint), [this](std::span<const std::byte> datagram) {
        if (endpoint_) ports_.send_now(*endpoint_, datagram);
      }) {}

bool Link::on_check(const BindingRequest& request, const Endpoint& from, Clock::time_point now) {
  last_heard_ = now;
  const auto response = binding_response(request, from, ice_.ours.password);
  ports_.send_now(from, response);
  if (endpoint_ && (*endpoint_ == from || !request.use_candidate)) return false;
  send_to(from, now);
  return true;
}

void Link::send_to(const Endpoint& endpoint, Clock::time_point now) {
  endpoint_ = endpoint;
  heard_there_ = now;
  asked_.reset();
}

void Link::on_media(const Endpoint& from, Clock::time_point now) {
  if (*endpoint_ == from) {
    heard_there_ = now;
    return;
  }
  if (now - heard_there_ < still_there) return;
  if (!asked_ || asked_->whom != from) {
    asked_.emplace(Asked{from, {}, {}});
    RAND_bytes(reinterpret_cast<unsigned char*>(asked_->transaction.data()),
               static_cast<int>(asked_->transaction.size()));
  } else if (now - asked_->when < ask_again) {
    return;
  }
  asked_->when = now;
  ports_.send_now(from, binding_request({ice_.ours, ice_.theirs, asked_->transaction}));
}

bool Link::on_response(std::span<const std::byte> message, const Endpoint& from, Clock::time_point now) {
  const auto transaction = parse_binding_response(message);
  if (!transaction || !asked_ || asked_->whom != from ||
      !std::ranges::equal(*transaction, asked_->transaction) || !is_authentic(message, ice_.theirs.password))
    return false;
  last_heard_ = now;
  send_to(from, now);
  return true;
}

Link::Dtls Link::on_dtls(std::span<const std::byte> datagram, Clock::time_point now) {
  last_heard_ = now;
  const bool was_connected = connected();
  switch (dtls_.receive(datagram)) {
    case DtlsSession::State::handshaking:
      return Dtls::pending;
    case DtlsSession::State::failed:
    case DtlsSession::State::closed:
      return Dtls::over;
    case DtlsSession::State::connected:
      break;
  }
  if (was_connected) return Dtls::running;
  const auto keys = dtls_.keys();
  if (!keys) return Dtls::over;
  receiver_.emplace(keys->from_peer, keys->profile);
  sender_.emplace(keys->to_peer, keys->profile);
  return Dtls::just_connected;
}

void Link::on_timer() { dtls_.on_timer(); }
void Link::close() { dtls_.close(); }

std::optional<std::span<std::byte>> Link::count(std::size_t size, std::optional<std::span<std::byte>> plain,
                                                Clock::time_point now) {
  if (!plain) return plain;
  last_heard_ = now;
  ++received_.packets;
  received_.bytes += size;
  return plain;
}

std::optional<std::span<std::byte>> Link::unprotect_rtp(std::span<std::byte> packet, Clock::time_point now) {
  if (!receiver_) return std::nullopt;
  return count(packet.size(), receiver_->unprotect_rtp(packet), now);
}

std::optional<std::span<std::byte>> Link::unprotect_rtcp(std::span<std::byte> packet, Clock::time_point now) {
  if (!receiver_) return std::nullopt;
  return count(packet.size(), receiver_->unprotect_rtcp(packet), now);
}

void Link::send(std::size_t size) {
  ++sent_.packets;
  sent_.bytes += size;
  ports_.commit(*endpoint_, number_, size);
}

void Link::send_rtp(std::span<std::byte> buffer, std::size_t size, std::size_t header_size,
                    std::uint32_t rollover) {
  send(sender_->protect_rtp(buffer, size, header_size, rollover));
}

void Link::send_rtcp(std::span<std::byte> buffer, std::size_t size) {
  send(sender_->protect_rtcp(buffer, size));
}

}  // namespace diemcau::transport
