#include "media/caller/caller.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/rand.h>
#include <poll.h>
#include <sys/socket.h>

#include "media/rtp/packet.h"

namespace diemcau::caller {
namespace {

using namespace std::chrono_literals;
constexpr auto first_checks = 50ms;    // until the server has answered
constexpr auto later_checks = 2500ms;  // consent freshness (RFC 7675) as Chromium keeps it
constexpr std::size_t longest_packet = 1600;
constexpr std::size_t batch = 32;  // datagrams taken with one call

std::string random_text(std::size_t length) {
  std::string text(length, '\0');
  RAND_bytes(reinterpret_cast<unsigned char*>(text.data()), static_cast<int>(length));
  for (auto& c : text) c = static_cast<char>('a' + static_cast<unsigned char>(c) % 26);
  return text;
}

}  // namespace

Caller::Caller(const Shape& shape)
    : shape_(shape),
      local_ufrag_(random_text(4)),
      dtls_([this](std::span<const std::byte> datagram) { send_raw(datagram); }) {}

Caller::~Caller() = default;

std::string Caller::offer() const {
  std::ostringstream lines;
  std::string group;
  int mid = 0;
  const auto add = [&](bool video, const char* direction) {
    const auto pictures = direction == std::string_view("sendonly") ? shape_.camera : shape_.slots;
    const bool knows_vp8 = video && pictures != Pictures::h264;
    const bool knows_h264 = video && pictures != Pictures::vp8;
    const int type = !video ? opus : knows_vp8 ? vp8 : h264;
    lines << "m=" << (video ? "video" : "audio") << " 9 UDP/TLS/RTP/SAVPF " << type;
    const bool protects = !video && shape_.protects_voice;
    if (knows_vp8) lines << ' ' << int{repair};
    if (knows_vp8 && knows_h264) lines << ' ' << int{h264};
    if (protects) lines << ' ' << int{red};
    lines << "\r\nc=IN IP4 0.0.0.0\r\na=mid:" << mid << "\r\na=ice-ufrag:" << local_ufrag_
          << "\r\na=ice-pwd:" << local_password << "\r\na=fingerprint:sha-256 " << dtls_.fingerprint()
          << "\r\na=setup:" << shape_.setup << "\r\na=rtcp-mux\r\na=" << direction
          << "\r\na=extmap:" << level_extension
          << " urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\na=extmap:" << transport_sequence_extension
          << " http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\na=extmap:"
          << mid_extension << " urn:ietf:params:rtp-hdrext:sdes:mid\r\na=rtpmap:" << type
          << (!video      ? " opus/48000/2"
              : knows_vp8 ? " VP8/90000"
                          : " H264/90000")
          << "\r\n";
    if (knows_vp8 && knows_h264) lines << "a=rtpmap:" << int{h264} << " H264/90000\r\n";
    if (knows_h264) lines << "a=fmtp:" << int{h264} << " packetization-mode=1;profile-level-id=42e01f\r\n";
    if (shape_.reports_arrivals) lines << "a=rtcp-fb:" << type << " transport-cc\r\n";
    if (video && shape_.simulcast && direction == std::string_view("sendonly"))
      lines << "a=extmap:" << rid_extension
            << " urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\na=rid:q send\r\n"
            << "a=rid:h send\r\na=rid:f send\r\na=simulcast:send q;h;f\r\n";
    if (video && shape_.delays_playout)
      lines << "a=extmap:" << playout_extension
            << " http://www.webrtc.org/experiments/rtp-hdrext/playout-delay\r\n";
    if (knows_vp8)
      lines << "a=rtpmap:" << int{repair} << " rtx/90000\r\na=fmtp:" << int{repair} << " apt=" << type
            << "\r\n";
    if (protects)
      lines << "a=rtcp-fb:" << type << " nack\r\na=rtpmap:" << int{red}
            << " red/48000/2\r\na=fmtp:" << int{red} << ' ' << type << '/' << type << "\r\n";
    group += " " + std::to_string(mid++);
  };
  if (shape_.sends) {
    add(false, "sendonly");
    add(true, "sendonly");
    if (shape_.has_screen) add(true, "sendonly");
  }
  for (int i = 0; i < shape_.video_slots; ++i) add(true, "recvonly");
  for (int i = 0; i < shape_.audio_slots; ++i) add(false, "recvonly");
  return "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE" + group + "\r\n" + lines.str();
}

void Caller::start(const std::string& answer) {
  read(answer);
  start();
}

void Caller::move(const std::string& restarted) {
  std::istringstream lines(restarted);
  std::string line;
  while (std::getline(lines, line)) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    read_credentials(line);
  }
  frames_ = {};
  start();
}

void Caller::read_credentials(const std::string& line) {
  if (line.starts_with("a=ice-ufrag:")) remote_ufrag_ = line.substr(12);
  if (line.starts_with("a=ice-pwd:")) remote_password_ = line.substr(10);
}

void Caller::start() {
  open_path(candidate_);
  check();
}

std::string Caller::answer(const std::string& offer) {
  read(offer);
  controlling_ = false;
  // Each m-line again with its first payload type, and what was agreed about it (RFC 3264 6).
  std::istringstream lines(offer);
  std::string line, group, kind, type;
  std::ostringstream media;
  while (std::getline(lines, line)) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.starts_with("a=group:BUNDLE")) group = line;
    if (line.starts_with("m=")) {
      std::string port, protocol;
      std::istringstream(line) >> kind >> port >> protocol >> type;
      media << kind << " 9 " << protocol << ' ' << type
            << "\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:" << local_ufrag_ << "\r\na=ice-pwd:" << local_password
            << "\r\na=fingerprint:sha-256 " << dtls_.fingerprint()
            << "\r\na=setup:active\r\na=rtcp-mux\r\na=recvonly\r\n";
    }
    if (!kind.empty() &&
        (line.starts_with("a=mid:") || line.starts_with("a=extmap:") ||
         line.starts_with("a=rtpmap:" + type + ' ') || line.starts_with("a=rtcp-fb:" + type + ' ')))
      media << line << "\r\n";
  }
  return "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n" + group + "\r\n" + media.str();
}

void Caller::read(const std::string& description) {
  std::istringstream lines(description);
  std::string line;
  Slot media;
  bool sends = false;
  while (std::getline(lines, line)) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    const auto after = [&](std::string_view head) {
      return line.starts_with(head) ? line.substr(head.size()) : std::string();
    };
    if (line.starts_with("m=")) {
      media = {line.starts_with("m=video"), {}, 0};
      sends = false;
    }
    if (auto mid = after("a=mid:"); !mid.empty()) media.mid = mid;
    if (line == "a=sendonly") sends = true;
    read_credentials(line);
    if (auto fingerprint = after("a=fingerprint:sha-256 "); !fingerprint.empty())
      remote_fingerprint_ = fingerprint;
    if (auto found = after("a=candidate:");
        candidate_.empty() && found.find(shape_.over_tcp ? " tcp " : " udp ") != std::string::npos)
      candidate_ = found;
    if (auto ssrc = after("a=ssrc:"); sends && !ssrc.empty()) {
      media.ssrc = static_cast<std::uint32_t>(std::stoul(ssrc));
      (media.video ? video_slots_ : audio_slots_).push_back(media);
    }
  }
}

void Caller::open_path(const std::string& candidate) {
  // "foundation 1 udp priority ip port typ host"
  std::istringstream words(candidate);
  std::string foundation, component, protocol, priority, ip;
  std::uint16_t port = 0;
  words >> foundation >> component >> protocol >> priority >> ip >> port;
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(port);
  if (inet_pton(AF_INET, ip.c_str(), &server.sin_addr) != 1)
    throw std::runtime_error("no candidate: " + candidate);
  sockaddr_storage storage{};
  std::memcpy(&storage, &server, sizeof server);
  server_ = transport::endpoint_from(storage);
  socket_ = transport::FileDescriptor(
      ::socket(AF_INET, (shape_.over_tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0));
  if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0)
    throw std::system_error(errno, std::generic_category(), "connect");
  const int size = 4 << 20;
  setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  const int yes = 1;
  setsockopt(socket_.get(), SOL_SOCKET, SO_TIMESTAMPNS, &yes, sizeof yes);
  if (shape_.over_tcp) setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  fcntl(socket_.get(), F_SETFL, O_NONBLOCK);
}

void Caller::check() {
  transport::Check check{{local_ufrag_, local_password},
                         {remote_ufrag_, remote_password_},
                         {},
                         controlling_,
                         controlling_ && answered_};
  const auto number = ++checks_;
  std::memcpy(check.transaction.data(), &number, sizeof number);
  checked_ = Clock::now();
  send_raw(transport::binding_request(check));
}

void Caller::send_raw(std::span<const std::byte> bytes) {
  ++sent_;
  std::array<std::byte, longest_packet + 2> framed;
  std::size_t head = 0;
  if (shape_.over_tcp) {
    framed[0] = static_cast<std::byte>(bytes.size() >> 8);
    framed[1] = static_cast<std::byte>(bytes.size());
    head = 2;
  }
  std::memcpy(framed.data() + head, bytes.data(), bytes.size());
  for (std::size_t sent = 0; sent < head + bytes.size();) {
    const auto count = ::send(socket_.get(), framed.data() + sent, head + bytes.size() - sent, MSG_NOSIGNAL);
    if (count < 0) {
      if (!shape_.over_tcp || errno != EAGAIN) return;  // a network that loses it
      pollfd wait{socket_.get(), POLLOUT, 0};
      ::poll(&wait, 1, 100);
      continue;
    }
    sent += static_cast<std::size_t>(count);
  }
}

void Caller::send_rtp(std::span<const std::byte> plain, std::uint32_t rollover) {
  if (!sender_) throw std::logic_error("send_rtp before the handshake is done");
  std::array<std::byte, longest_packet> buffer;
  std::copy(plain.begin(), plain.end(), buffer.begin());
  const auto view = rtp::parse_packet(plain);
  if (!view) throw std::logic_error("no RTP packet");
  // Padding is encrypted too: the header ends where the payload begins.
  const auto header = static_cast<std::size_t>(view->payload.data() - plain.data());
  send_raw(std::span(buffer).first(sender_->protect_rtp(buffer, plain.size(), header, rollover)));
}

void Caller::send_rtcp(std::span<const std::byte> plain) {
  if (!sender_) throw std::logic_error("send_rtcp before the handshake is done");
  std::array<std::byte, longest_packet> buffer;
  std::copy(plain.begin(), plain.end(), buffer.begin());
  send_raw(std::span(buffer).first(sender_->protect_rtcp(buffer, plain.size())));
}

void Caller::poll(std::chrono::milliseconds wait) {
  pollfd ready{socket_.get(), POLLIN, 0};
  if (::poll(&ready, 1, static_cast<int>(wait.count())) > 0) receive();
  tend();
}

void Caller::tend() {
  const auto now = Clock::now();
  if (now - checked_ > (answered_ ? later_checks : first_checks)) check();
  if (nominated_ && !connected()) dtls_.on_timer();
}

void Caller::receive() {
  if (shape_.over_tcp) {
    receive_stream();
  } else {
    receive_datagrams();
  }
}

void Caller::receive_stream() {
  std::array<std::byte, 65536> bytes;
  for (;;) {
    const auto count = recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (count <= 0) break;
    const auto got = std::span(bytes).first(static_cast<std::size_t>(count));
    arrived_ = Clock::now();
    if (!frames_.feed(got, [this](std::span<std::byte> packet) { on_packet(packet); }))
      throw std::runtime_error("the server's TCP framing is broken");
  }
}

void Caller::receive_datagrams() {
  struct Datagram {
    std::array<std::byte, longest_packet> bytes;
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(timespec))> control;
    iovec part;
  };
  static thread_local std::array<Datagram, batch> datagrams;
  std::array<mmsghdr, batch> messages{};
  for (;;) {
    for (std::size_t i = 0; i < batch; ++i) {
      auto& header = messages[i].msg_hdr;
      datagrams[i].part = {datagrams[i].bytes.data(), datagrams[i].bytes.size()};
      header.msg_iov = &datagrams[i].part;
      header.msg_iovlen = 1;
      header.msg_control = datagrams[i].control.data();
      header.msg_controllen = datagrams[i].control.size();
    }
    const int count = recvmmsg(socket_.get(), messages.data(), batch, MSG_DONTWAIT, nullptr);
    // The kernel stamps with the wall clock.
    const auto steady = Clock::now();
    const auto wall = std::chrono::system_clock::now();
    for (int i = 0; i < count; ++i) {
      const auto at = static_cast<std::size_t>(i);
      arrived_ = steady;
      if (const auto* control = CMSG_FIRSTHDR(&messages[at].msg_hdr);
          control != nullptr && control->cmsg_type == SCM_TIMESTAMPNS) {
        timespec stamp{};
        std::memcpy(&stamp, CMSG_DATA(control), sizeof stamp);
        const auto since = wall.time_since_epoch() - std::chrono::seconds(stamp.tv_sec) -
                           std::chrono::nanoseconds(stamp.tv_nsec);
        arrived_ -= std::chrono::duration_cast<Clock::duration>(since);
      }
      on_packet(std::span(datagrams[at].bytes).first(messages[at].msg_len));
    }
    if (count < static_cast<int>(batch)) return;
  }
}

void Caller::on_packet(std::span<std::byte> packet) {
  if (transport::looks_like_stun(packet)) {
    on_stun(packet);
  } else if (transport::looks_like_dtls(packet)) {
    dtls_.receive(packet);
    if (connected() || !dtls_.connected()) return;
    if (dtls_.peer_fingerprint() != remote_fingerprint_)
      throw std::runtime_error("the server shows another certificate");
    const auto keys = dtls_.keys();
    if (!keys) throw std::runtime_error("no SRTP keys");
    sender_.emplace(keys->to_peer);
    receiver_.emplace(keys->from_peer);
  } else if (receiver_) {
    if (rtp::is_rtcp(packet)) {
      const auto plain = receiver_->unprotect_rtcp(packet);
      if (!plain) throw std::runtime_error("the server's SRTCP does not decrypt");
      if (const auto report = rtp::parse_rtcp(*plain); report && on_rtcp) on_rtcp(*report, *plain);
      return;
    }
    if (loses && loses(packet)) return;
    if (const auto plain = receiver_->unprotect_rtp(packet); plain && on_rtp) on_rtp(*plain);
  }
}

void Caller::on_stun(std::span<const std::byte> packet) {
  const bool ready = answered_ && nominated_;
  if (packet[0] == std::byte{1} && packet[1] == std::byte{1}) {  // a success response
    if (answered_) return;
    answered_ = true;
    if (controlling_) {
      check();
      nominated_ = true;
    }
  } else if (const auto request = transport::parse_binding_request(packet);
             request && transport::is_authentic(packet, local_password)) {
    // Of a full ICE agent, or of one that sees our packets come from another address.
    if (on_check) return on_check(*request);
    send_raw(transport::binding_response(*request, server_, local_password));
    nominated_ = nominated_ || (!controlling_ && request->use_candidate);
  }
  if (!ready && answered_ && nominated_) dtls_.start();
}

}  // namespace diemcau::caller
