#include "media/worker.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <random>
#include <system_error>
#include <utility>

#include <sys/epoll.h>

namespace diemcau::media {
namespace {

using namespace std::chrono_literals;

constexpr auto fast = 10ms;       // NACKs, keyframe wishes, lines that are paced
constexpr auto calm = 50ms;       // none of these: to wake up costs more than to forward a picture
constexpr auto handshake = 50ms;  // DTLS retransmission
constexpr auto level_interval = 200ms;
constexpr auto second = 1s;  // reports
constexpr auto handshake_limit = 15s;
constexpr int flooding_limit = 3;  // seconds
/// Interfaces and ports that a browser tries at once, and the last few of one that wanders.
constexpr std::size_t most_addresses = 16;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

/// Letters that may wait at another worker before it is given no more packets: a second of a busy one.
constexpr std::size_t most_waiting = 1024;

std::chrono::nanoseconds processor_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::uint32_t random_number() {
  static thread_local std::random_device device;
  return device();
}

}  // namespace

Worker::Worker(const Config& config, std::size_t index, std::size_t count, const transport::DtlsContext& dtls,
               const Calls& calls)
    : dtls_(dtls),
      host_{index,
            count,
            [this](std::size_t worker, Letter letter) { workers_.at(worker)->put(std::move(letter)); },
            [this](const RelayHead& head, std::span<const std::byte> packet) {
              outgoing_.add_relayed(head, packet);
            },
            calls.tell,
            calls.ask_keyframe,
            calls.program_wanted,
            calls.keyframe_seen},
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      outgoing_(count) {
  if (!epoll_) throw std::system_error(errno, std::generic_category(), "media loop");
  using transport::Sharing;
  ports_ = std::make_unique<transport::Ports>(
      config.bind, config.port, [this](const transport::TcpPort::Watch& watch) { on_watch(watch); },
      [this](const transport::Endpoint& from, std::span<std::byte> packet) { on_packet(from, packet); },
      count == 1   ? Sharing::alone
      : index == 0 ? Sharing::first
                   : Sharing::further);
  for (const int fd : {bell_.fd(), ports_->udp().fd(), ports_->tcp().fd()}) {
    if (fd < 0) continue;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
  }
}

Worker::~Worker() { join(); }

void Worker::start(std::vector<Worker*> all) {
  workers_ = std::move(all);
  thread_ = std::thread([this] { run(); });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::put(Letter letter) {
  if (!mailbox_.put(std::move(letter))) return;
  bell_.ring();
}

void Worker::run() {
  std::array<epoll_event, 64> events{};
  next_fast_ = next_handshake_ = next_levels_ = next_second_ = Clock::now();
  Clock::duration patience = fast;
  while (!stopping_) {
    const int count =
        epoll_wait(epoll_.get(), events.data(), events.size(), static_cast<int>(patience / 1ms));
    now_ = Clock::now();
    for (int i = 0; i < count; ++i) {
      const auto& event = events.at(static_cast<std::size_t>(i));
      const int fd = event.data.fd;
      if (fd == bell_.fd()) {
        bell_.quiet();
        take_letters();
      } else if (fd == ports_->udp().fd()) {
        ports_->udp().receive([this](const transport::Endpoint& from, std::span<std::byte> packet) {
          on_packet(from, packet);
        });
      } else if (fd == ports_->tcp().fd()) {
        ports_->tcp().accept_all(now_);
      } else {
        if ((event.events & EPOLLOUT) != 0) ports_->tcp().on_writable(fd);
        if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) ports_->tcp().on_readable(fd);
      }
    }
    patience = on_timers() ? fast : calm;
    send_outgoing();
    ports_->flush();
  }
  for (auto& [id, connected] : peers_) {
    connected.peer->link().close();
    if (auto* const stage = find_stage(connected.stage)) stage->remove(*connected.peer);
  }
  ports_->flush();
  peers_.clear();
  stages_.clear();
}

void Worker::handle(Letter& letter) {
  std::visit(Overloaded{
                 [&](AddPeer& add) { add_peer(add); },
                 [&](AdmitPeer& admit) { admit_peer(admit); },
                 [&](RestartIce& restart) { restart_ice(restart); },
                 [&](RemovePeer& remove) { remove_peer(remove.peer); },
                 [&](OpenStage& open) {
                   auto& stage = stages_[open.stage];
                   if (!stage) stage = std::make_unique<HostedStage>(open.stage, open.home, counters_, host_);
                 },
                 [&](CloseStage& close) { close_stage(close.stage); },
                 [&](SetScene& set) {
                   if (auto* stage = find_stage(set.stage)) stage->set_scene(set.scene, now_);
                 },
                 [&](SetNext& set) {
                   if (auto* stage = find_stage(set.stage)) stage->set_next(set.scene, now_);
                 },
                 [&](SetAudible& set) {
                   if (auto* stage = find_stage(set.stage)) stage->set_audible(std::move(set.sources), now_);
                 },
                 [&](SetFeeds& set) {
                   if (auto* stage = find_stage(set.stage)) stage->set_feeds(std::move(set.feeds), now_);
                 },
                 [&](WantSnapshots& want) {
                   if (auto* stage = find_stage(want.stage)) stage->want_snapshots(now_);
                 },
                 [&](SetClip& set) {
                   if (auto* stage = find_stage(set.stage)) stage->set_clip(set.running, set.silent, now_);
                 },
                 [&](RenderedPacket& packet) {
                   if (auto* stage = find_stage(packet.stage))
                     stage->on_rendered(packet.source, packet.kind, packet.rtp, now_);
                 },
                 [&](AttachSink& attach) {
                   if (auto* stage = find_stage(attach.stage)) stage->add_sink(std::move(attach.sink), now_);
                 },
                 [&](DetachSink& detach) {
                   if (auto* stage = find_stage(detach.stage)) stage->remove_sink(detach.sink);
                 },
                 [&](WantKeyframe& want) {
                   if (auto* stage = find_stage(want.stage)) stage->want_keyframe(want.source, now_);
                 },
                 [&](Stop&) { stopping_ = true; },
                 [&](StageHere& here) {
                   if (auto* stage = find_hosted(here.stage)) stage->on_stage_here(here);
                 },
                 [&](SourceHere& here) {
                   if (auto* stage = find_stage(here.stage))
                     stage->add_remote(here.from, here.published, now_);
                 },
                 [&](SourceGone& gone) {
                   if (auto* stage = find_stage(gone.stage))
                     stage->remove_remote(gone.source, gone.publication);
                 },
                 [&](Wished& wished) {
                   if (auto* stage = find_stage(wished.stage)) stage->on_wish(wished.from, wished.wish, now_);
                 },
                 [&](KeyframeWished& wished) {
                   if (auto* stage = find_stage(wished.stage))
                     stage->on_keyframe_wish(wished.from, wished.wish, now_);
                 },
                 [&](RelayedPackets& packets) { on_relayed(packets); },
                 [&](LevelsThere& there) {
                   if (auto* stage = find_hosted(there.stage)) stage->on_levels(there);
                 },
                 [&](LinesThere& there) {
                   if (auto* stage = find_hosted(there.stage)) stage->on_lines(there);
                 },
                 [&](StrayPackets& strays) {
                   strays.parcel.for_each([&](const transport::Endpoint& from, std::span<std::byte> packet) {
                     on_packet(from, packet, strays.from);
                   });
                 },
                 [&](StrayConnection& stray) { ports_->tcp().adopt(std::move(stray.transfer), now_); },
                 [&](RouteFound& found) {
                   routes_.learn(found.endpoint, found.from, now_);
                   by_endpoint_.erase(found.endpoint);
                 },
             },
             letter);
}

HostedStage* Worker::find_hosted(StageId id) {
  const auto found = stages_.find(id);
  return found == stages_.end() ? nullptr : found->second.get();
}

stage::Stage* Worker::find_stage(StageId id) {
  auto* const hosted = find_hosted(id);
  return hosted == nullptr ? nullptr : &hosted->stage();
}

void Worker::take_letters() {
  for (auto& letter : mailbox_.take_all()) handle(letter);
}

void Worker::on_relayed(const RelayedPackets& packets) {
  packets.parcel->for_each([&](const RelayHead& head, std::span<const std::byte> packet) {
    if ((head.to >> host_.index & 1) == 0) return;
    if (auto* const stage = find_stage(head.stage)) stage->on_relayed(head.relayed, packet, now_);
  });
}

void Worker::send_outgoing() {
  outgoing_.send(host_.index, [&](std::size_t worker, Letter letter) {
    auto& other = *workers_[worker];
    // Who cannot keep up loses packets, as from a network; a queue without end would be worse.
    if (other.mailbox_.waiting() > most_waiting) return LiveCounters::add(counters_.dropped_flooding);
    other.put(std::move(letter));
  });
}

void Worker::add_peer(AddPeer& add) {
  auto* const stage = find_stage(add.stage);
  if (stage == nullptr || peers_.contains(add.peer)) return host_.tell(PeerLost{add.peer, "no such stage"});
  by_ufrag_[add.ours.ufrag] = add.peer;
  auto link = std::make_unique<transport::Link>(
      *ports_, dtls_, ++last_number_, transport::Link::Ice{std::move(add.ours), std::move(add.theirs)},
      std::move(add.fingerprint), now_);
  auto& connected = peers_[add.peer];
  connected.stage = add.stage;
  connected.since = now_;
  connected.peer = std::make_unique<stage::Peer>(add.peer, add.publishes, add.agreed, std::move(link),
                                                 counters_, random_number());
  LiveCounters::add(counters_.peers);
  if (add.entry == Entry::at_once) admit_peer({add.peer, add.publication});
}

void Worker::admit_peer(const AdmitPeer& admit) {
  const auto found = peers_.find(admit.peer);
  if (found == peers_.end() || found->second.takes_part) return;
  auto& connected = found->second;
  connected.takes_part = true;
  auto& stage = *find_stage(connected.stage);
  stage.add(*connected.peer, admit.publication);
  if (connected.peer->link().connected()) stage.start(*connected.peer, now_);
}

void Worker::restart_ice(RestartIce& restart) {
  const auto found = peers_.find(restart.peer);
  if (found == peers_.end()) return;
  auto& link = found->second.peer->link();
  by_ufrag_.erase(link.ice().ours.ufrag);
  by_ufrag_[restart.ours.ufrag] = restart.peer;
  link.restart({std::move(restart.ours), std::move(restart.theirs)});
}

void Worker::remove_peer(PeerId id) {
  const auto found = peers_.find(id);
  if (found == peers_.end()) return;
  auto& connected = found->second;
  connected.peer->link().close();
  // What is queued for it must leave before its number can be forgotten.
  ports_->flush();
  if (auto* stage = find_stage(connected.stage)) stage->remove(*connected.peer);
  by_ufrag_.erase(connected.peer->link().ice().ours.ufrag);
  for (const auto& address : connected.addresses)
    if (const auto entry = by_endpoint_.find(address); entry != by_endpoint_.end() && entry->second == id)
      by_endpoint_.erase(entry);
  if (const auto& endpoint = connected.peer->link().endpoint(); endpoint && endpoint->is_tcp())
    ports_->tcp().close(endpoint->connection);
  peers_.erase(found);
  LiveCounters::add(counters_.peers, static_cast<std::uint64_t>(-1));
}

void Worker::close_stage(StageId id) {
  std::vector<PeerId> gone;
  for (const auto& [peer, connected] : peers_)
    if (connected.stage == id) gone.push_back(peer);
  for (const auto peer : gone) remove_peer(peer);
  stages_.erase(id);
}

void Worker::on_packet(const transport::Endpoint& from, std::span<std::byte> packet, Via via) {
  if (!via && host_.count > 1 && give_away(from, packet)) return;
  LiveCounters::add(counters_.packets_in);
  LiveCounters::add(counters_.bytes_in, packet.size());
  // RFC 7983: the first byte tells STUN, DTLS and (S)RTP apart.
  if (transport::looks_like_stun(packet)) return on_stun(from, packet, via);
  const auto known = by_endpoint_.find(from);
  if (known == by_endpoint_.end()) return on_stranger(from, packet, via);
  auto& connected = peers_.at(known->second);
  if (!connected.packets.take(now_)) {
    ++connected.flooded;
    return LiveCounters::add(counters_.dropped_flooding);
  }
  if (transport::looks_like_dtls(packet)) return on_dtls(connected, packet);
  if (!on_srtp(connected, packet)) return LiveCounters::add(counters_.dropped_forged);
  connected.peer->link().on_media(from, now_);
}

/// A browser whose machine got another address, or another port of its NAT, sends on, and checks the new way
/// when its next check is due, up to 2.5 s later. What is authentic and new is taken from wherever it comes;
/// where we send to is moved by an answered check only (RFC 7675): such an address may be made up.
void Worker::on_stranger(const transport::Endpoint& from, std::span<const std::byte> packet, Via via) {
  const auto ssrc = from.is_tcp() ? std::nullopt : rtp::ssrc_of(packet);
  if (!ssrc || !strangers_.take(now_)) return LiveCounters::add(counters_.dropped_unknown);
  std::array<std::byte, transport::packet_limit> copy;
  bool is_somebodys = false;
  for (auto& [id, connected] : peers_) {
    if (!connected.peer->sends(*ssrc)) continue;
    is_somebodys = true;
    std::copy(packet.begin(), packet.end(), copy.begin());
    if (!on_srtp(connected, std::span(copy).first(packet.size()))) continue;
    // Before a check leaves: its answer may come to that worker too.
    if (via) host_.put(*via, RouteFound{host_.index, from});
    remember(from, id, connected);
    return connected.peer->link().on_media(from, now_);
  }
  if (is_somebodys) LiveCounters::add(counters_.dropped_forged);
  if (via || host_.count == 1) {
    if (!is_somebodys) LiveCounters::add(counters_.dropped_unknown);
    return;
  }
  for (std::size_t worker = 0; worker < host_.count; ++worker)
    if (worker != host_.index) outgoing_.add_stray(worker, from, packet);
}

bool Worker::give_away(const transport::Endpoint& from, std::span<const std::byte> packet) {
  const auto request = transport::parse_binding_request(packet);
  if (!request) {
    if (from.is_tcp() || by_endpoint_.contains(from)) return false;
    auto owner = routes_.find(from, now_);
    if (!owner) {
      // Its worker tells the route before it answers the check that opened it: the news is here before any
      // packet that follows the answer.
      take_letters();
      owner = routes_.find(from, now_);
    }
    if (owner) outgoing_.add_stray(*owner, from, packet);
    return owner.has_value();
  }
  if (request->local_ufrag.starts_with(letter_of(host_.index))) return false;
  for (std::size_t worker = 0; worker < host_.count; ++worker) {
    if (!request->local_ufrag.starts_with(letter_of(worker))) continue;
    if (!checks_.allow(from, now_)) return false;  // nor will on_stun
    if (!from.is_tcp()) {
      outgoing_.add_stray(worker, from, packet);
    } else if (auto transfer = ports_->tcp().release(from.connection)) {
      host_.put(worker, StrayConnection{std::move(*transfer)});
    }
    return true;
  }
  return false;
}

void Worker::on_stun(const transport::Endpoint& from, std::span<const std::byte> packet, Via via) {
  if (!via && !checks_.allow(from, now_)) return LiveCounters::add(counters_.dropped_flooding);
  const auto request = transport::parse_binding_request(packet);
  if (!request) return on_stun_response(from, packet);
  const auto known = by_ufrag_.find(std::string(request->local_ufrag));
  if (known == by_ufrag_.end()) return LiveCounters::add(counters_.dropped_unknown);
  auto& connected = peers_.at(known->second);
  auto& link = connected.peer->link();
  if (!transport::is_authentic(packet, link.ice().ours.password))
    return LiveCounters::add(counters_.dropped_forged);
  if (via) host_.put(*via, RouteFound{host_.index, from});
  const auto heard = link.last_heard();
  link.on_check(*request, from, now_);
  if (from.is_tcp()) ports_->tcp().keep(from.connection);
  remember(from, known->second, connected);
  note_return(connected, heard);
}

/// Or what is no STUN at all.
void Worker::on_stun_response(const transport::Endpoint& from, std::span<const std::byte> packet) {
  const auto known = by_endpoint_.find(from);
  if (known == by_endpoint_.end() || !peers_.at(known->second).peer->link().on_response(packet, from, now_))
    LiveCounters::add(counters_.dropped_malformed);
}

void Worker::remember(const transport::Endpoint& from, PeerId id, Connected& connected) {
  routes_.forget(from);
  // Checked addresses may send media before they are nominated.
  const bool new_here = std::exchange(by_endpoint_[from], id) != id;
  auto& addresses = connected.addresses;
  if (!new_here && std::find(addresses.begin(), addresses.end(), from) != addresses.end()) return;
  addresses.push_back(from);
  if (addresses.size() <= most_addresses) return;
  const auto oldest = std::find_if(addresses.begin(), addresses.end(), [&](const auto& address) {
    return address != connected.peer->link().endpoint();
  });
  if (const auto entry = by_endpoint_.find(*oldest); entry != by_endpoint_.end() && entry->second == id)
    by_endpoint_.erase(entry);
  addresses.erase(oldest);
}

void Worker::on_dtls(Connected& connected, std::span<const std::byte> packet) {
  const auto id = connected.peer->id();
  switch (connected.peer->link().on_dtls(packet, now_)) {
    case transport::Link::Dtls::pending:
    case transport::Link::Dtls::running:
      break;
    case transport::Link::Dtls::just_connected:
      if (connected.takes_part) find_stage(connected.stage)->start(*connected.peer, now_);
      host_.tell(PeerConnected{id});
      break;
    case transport::Link::Dtls::over:
      remove_peer(id);
      host_.tell(PeerLost{id, "DTLS closed or failed"});
      break;
  }
}

bool Worker::on_srtp(Connected& connected, std::span<std::byte> packet) {
  auto& peer = *connected.peer;
  auto& stage = *find_stage(connected.stage);
  const auto heard = peer.link().last_heard();
  if (rtp::is_rtcp(packet)) {
    const auto plain = peer.link().unprotect_rtcp(packet, now_);
    if (!plain) return false;
    if (const auto ssrc = rtp::ssrc_of(*plain)) peer.note_reporter(*ssrc);
    note_return(connected, heard);
    if (!connected.takes_part) return true;
    if (const auto report = rtp::parse_rtcp(*plain)) {
      stage.on_rtcp(peer, *report, now_);
    } else {
      LiveCounters::add(counters_.dropped_malformed);
    }
    return true;
  }
  const auto plain = peer.link().unprotect_rtp(packet, now_);
  if (!plain) return false;
  note_return(connected, heard);
  if (connected.takes_part) stage.on_packet(peer, *plain, now_);
  return true;
}

void Worker::note_return(Connected& connected, Clock::time_point heard) {
  const auto ended = connected.silence.end(heard, now_);
  if (ended.interruption && connected.takes_part && connected.peer->link().connected())
    find_stage(connected.stage)->resume(*connected.peer, now_);
  if (ended.silence) host_.tell(PeerBack{connected.peer->id()});
}

void Worker::on_watch(const transport::TcpPort::Watch& watch) {
  epoll_event event{};
  event.events = EPOLLIN | (watch.writable ? EPOLLOUT : 0U);
  event.data.fd = watch.fd;
  if (watch.closed) {
    epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, watch.fd, nullptr);
  } else if (epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, watch.fd, &event) != 0) {
    epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, watch.fd, &event);
  }
}

/// True: something waits for the next turn, or a packet that has come since the last one may have begun to.
bool Worker::on_timers() {
  bool waits = now_ < next_fast_;
  if (!waits) {
    next_fast_ = now_ + fast;
    for (auto& [id, hosted] : stages_) waits |= hosted->stage().on_timer(now_);
  }
  if (now_ >= next_handshake_) {
    next_handshake_ = now_ + handshake;
    for (auto& [id, connected] : peers_)
      if (!connected.peer->link().connected()) connected.peer->link().on_timer();
  }
  if (now_ >= next_levels_) {
    next_levels_ = now_ + level_interval;
    for (auto& [id, stage] : stages_) stage->send_levels();
  }
  if (now_ >= next_second_) {
    next_second_ = now_ + second;
    for (auto& [id, stage] : stages_) stage->send_reports(now_);
    find_lost_peers();
    ports_->tcp().close_silent(now_);
    routes_.forget_silent(now_);
    const auto ran = processor_time();
    // By the time that passed: where nothing else lets this thread run, a second is long.
    busy_.store(std::chrono::duration<double>(ran - std::exchange(ran_, ran)) /
                    (now_ - std::exchange(measured_, now_)),
                std::memory_order_relaxed);
  }
  return waits;
}

void Worker::find_lost_peers() {
  std::vector<std::pair<PeerId, const char*>> lost;
  for (auto& [id, connected] : peers_) {
    connected.flooding = std::exchange(connected.flooded, 0) > 0 ? connected.flooding + 1 : 0;
    if (connected.flooding >= flooding_limit) {
      lost.emplace_back(id, "floods");
      continue;
    }
    const auto& link = connected.peer->link();
    if (!link.connected()) {
      if (now_ - connected.since > handshake_limit) lost.emplace_back(id, "no DTLS within 15 s");
      continue;
    }
    switch (connected.silence.look(link.last_heard(), now_)) {
      case transport::Silence::Turn::gone:
        lost.emplace_back(id, "no packet for 30 s");
        break;
      case transport::Silence::Turn::silent:
        host_.tell(PeerSilent{id});
        break;
      case transport::Silence::Turn::none:
        break;
    }
  }
  for (const auto& [id, why] : lost) {
    remove_peer(id);
    host_.tell(PeerLost{id, why});
  }
}

}  // namespace diemcau::media
