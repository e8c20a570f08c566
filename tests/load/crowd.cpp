#include "tests/load/crowd.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

#include <sys/epoll.h>

#include "media/rtp/rtcp.h"

namespace diemcau::load {
namespace {

using namespace std::chrono_literals;
constexpr auto tend_interval = 50ms;
constexpr auto report_interval = 1s;

}  // namespace

Crowd::Crowd() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_) throw std::system_error(errno, std::generic_category(), "epoll");
}

void Crowd::watch(TestPeer& peer) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &peer;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, peer.fd(), &event) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll");
  peers_.push_back(&peer);
}

void Crowd::forget(TestPeer& peer) {
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, peer.fd(), nullptr);
  std::erase(peers_, &peer);
}

Publication& Crowd::publish(TestPeer& peer, const Publication::Shape& shape,
                            std::chrono::milliseconds phase) {
  const auto number = static_cast<std::uint16_t>(publications_.size());
  return *publications_.emplace_back(
      std::make_unique<Publication>(peer, number, shape, Clock::now() + phase));
}

void Crowd::turn(std::chrono::milliseconds wait) {
  auto now = Clock::now();
  auto latest = now + wait;
  for (const auto& publication : publications_) latest = std::min(latest, publication->due());
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(std::max(latest - now, Clock::duration::zero()));
  std::array<epoll_event, 64> events{};
  const int count = epoll_wait(epoll_.get(), events.data(), events.size(), static_cast<int>(left.count()));
  for (int i = 0; i < count; ++i)
    static_cast<TestPeer*>(events.at(static_cast<std::size_t>(i)).data.ptr)->receive();
  now = Clock::now();
  for (const auto& publication : publications_) publication->send(now);
  if (now >= next_tend_) {
    next_tend_ = now + tend_interval;
    for (auto* peer : peers_) peer->tend();
  }
  if (now >= next_report_) {
    next_report_ = now + report_interval;
    report();
  }
}

void Crowd::report() {
  for (auto* peer : peers_) {
    if (!peer->connected()) continue;
    std::vector<rtp::ReportBlock> blocks;
    for (const auto* slots : {&peer->video_slots(), &peer->audio_slots()})
      for (const auto& slot : *slots) blocks.push_back({.ssrc = slot.ssrc});
    if (blocks.empty()) continue;
    std::array<std::byte, 1200> buffer;
    rtp::RtcpWriter out(buffer);
    out.receiver_report(1, blocks);
    peer->send_rtcp(std::span(buffer).first(out.size()));
  }
}

void Crowd::until(const std::function<bool()>& done, const char* what, std::chrono::milliseconds limit) {
  const auto end = Clock::now() + limit;
  while (!done()) {
    if (Clock::now() > end) throw std::runtime_error(std::string("waited in vain for ") + what);
    turn(10ms);
  }
}

void Crowd::run(std::chrono::milliseconds time) {
  for (const auto end = Clock::now() + time; Clock::now() < end;)
    turn(std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()));
}

}  // namespace diemcau::load
