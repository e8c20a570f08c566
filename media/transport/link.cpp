#include "media/transport/link.h"

namespace diemcau::transport {

Link::Link(Ports& ports, const DtlsContext& dtls, std::uint32_t number, std::string password,
           std::string fingerprint, Clock::time_point now)
    : ports_(ports),
      number_(number),
      password_(std::move(password)),
      last_heard_(now),
      dtls_(dtls, std::move(fingerprint), [this](std::span<const std::byte> datagram) {
        if (endpoint_) ports_.send_now(*endpoint_, datagram);
      }) {}

bool Link::on_check(const BindingRequest& request, const Endpoint& from, Clock::time_point now) {
  last_heard_ = now;
  const auto response = binding_response(request, from, password_);
  ports_.send_now(from, response);
  if (endpoint_ && (*endpoint_ == from || !request.use_candidate)) return false;
  endpoint_ = from;
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
