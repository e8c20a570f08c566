#include "media/media.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <unordered_map>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <openssl/rand.h>

#include "media/mailbox.h"
#include "media/program/codecs.h"
#include "media/program/programs.h"
#include "media/program/snapshots.h"
#include "media/rtp/sdp.h"
#include "media/transport/dtls.h"
#include "media/workers.h"

namespace diemcau::media {
namespace {

constexpr std::size_t longest_offer = 100 * 1024;

/// Letters of ice-char (RFC 8839 5.4); five random bits each. 24 of them are 120 bits where 128 are a must
/// for the password (RFC 8445 5.3), hence 32.
std::string random_text(std::size_t length) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz012345";
  std::string text(length, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(text.data()), static_cast<int>(length)) != 1)
    throw std::runtime_error("no randomness");
  for (auto& c : text) c = letters[static_cast<unsigned char>(c) % letters.size()];
  return text;
}

std::uint32_t random_number() {
  std::uint32_t value = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&value), sizeof value) != 1)
    throw std::runtime_error("no randomness");
  return value;
}

/// Addresses of this machine that a socket bound to `bind` takes, loopback last: a browser on this very
/// machine may have nothing else.
std::vector<Address> own_addresses(const std::string& bind, std::uint16_t port) {
  if (bind != "0.0.0.0" && bind != "::") return {{bind, port}};
  std::vector<Address> found;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return {{"127.0.0.1", port}};
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, freeifaddrs);
  for (const auto* entry = list; entry != nullptr; entry = entry->ifa_next) {
    const int family = entry->ifa_addr != nullptr ? entry->ifa_addr->sa_family : AF_UNSPEC;
    if (family != AF_INET && (family != AF_INET6 || bind != "::")) continue;
    const void* address = &reinterpret_cast<const sockaddr_in*>(entry->ifa_addr)->sin_addr;
    if (family == AF_INET6) {
      const auto& v6 = reinterpret_cast<const sockaddr_in6*>(entry->ifa_addr)->sin6_addr;
      if (IN6_IS_ADDR_LINKLOCAL(&v6)) continue;  // means nothing without the interface
      address = &v6;
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(family, address, text.data(), text.size());
    found.push_back({text.data(), port});
  }
  std::stable_partition(found.begin(), found.end(),
                        [](const Address& a) { return !a.ip.starts_with("127.") && a.ip != "::1"; });
  return found;
}

/// RFC 8839 5.1 and RFC 6544 4.5; priorities as RFC 8445 5.1.2.1 computes them, UDP before TCP.
std::vector<std::string> candidates(const std::vector<Address>& addresses) {
  std::vector<std::string> all;
  std::uint32_t rank = 65535;
  for (const auto& address : addresses) {
    const auto where = " " + address.ip + " " + std::to_string(address.port) + " typ host";
    const auto udp = (126U << 24) + (rank << 8) + 255;
    const auto tcp = (90U << 24) + (rank << 8) + 255;
    const auto foundation = std::to_string(65536 - rank);
    all.push_back(foundation + " 1 udp " + std::to_string(udp) + where);
    all.push_back(foundation + "9 1 tcp " + std::to_string(tcp) + where + " tcptype passive");
    --rank;
  }
  return all;
}

/// Leaves of what was agreed only what may run that way.
void narrow(std::vector<rtp::AgreedMedia>& agreed, Way way) {
  for (auto& media : agreed) {
    if (way == Way::to_us) media.from_us = false;
    if (way == Way::from_us) media.to_us = false;
    media.accepted = media.accepted && (media.to_us || media.from_us);
  }
}

/// The mid of an m-line that an encoder's offer has too much; empty: none. An encoder that sends half of its
/// m-lines to nobody would mislead its operator (RFC 9725 4.4.3).
std::string surplus(const std::vector<rtp::AgreedMedia>& agreed) {
  for (std::size_t i = 0; i < agreed.size(); ++i) {
    if (!agreed[i].accepted) return agreed[i].mid;
    for (std::size_t j = 0; j < i; ++j)
      if (agreed[j].kind == agreed[i].kind) return agreed[i].mid;
  }
  return {};
}

std::vector<std::string> mids_of(const rtp::Offer& offer) {
  std::vector<std::string> mids;
  mids.reserve(offer.media.size());
  for (const auto& media : offer.media) mids.push_back(media.mid);
  return mids;
}

}  // namespace

struct Engine::Parts : program::Outlet {
  Parts(const Config& config, std::function<void()> wake_up)
      : wake(std::move(wake_up)),
        offered(candidates(config.announced.empty() ? own_addresses(config.bind, config.port)
                                                    : config.announced)),
        workers(config, dtls,
                {[this](Event event) { tell(std::move(event)); },
                 [this](StageId stage, SourceId source) { programs.request_keyframe(stage, source); },
                 [this](StageId stage, bool wanted) { programs.set_feed(stage, wanted); },
                 [this](StageId stage, SourceId source, rtp::Codec codec,
                        std::vector<std::vector<std::byte>> packets) {
                   snapshots.put({stage, source, codec, std::move(packets)});
                 }}),
        programs(*this, {config.bind, config.rtsp_port}),
        snapshots([this](Snapshot snapshot) { tell(std::move(snapshot)); }) {}
  // The workers call the pipelines and they call the workers: their threads end first, then the pipelines
  // close their files while the workers' mailboxes still take what they say.
  ~Parts() override { workers.stop(); }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  void packet(StageId stage, SourceId source, stage::Kind kind, std::vector<std::byte> rtp) override {
    workers.put_home(RenderedPacket{stage, source, kind, std::move(rtp)});
  }
  void attach(StageId stage, std::shared_ptr<stage::Sink> sink) override {
    workers.put_home(AttachSink{stage, std::move(sink)});
  }
  void detach(StageId stage, std::shared_ptr<stage::Sink> sink) override {
    workers.put_home(DetachSink{stage, std::move(sink)});
  }
  void request_keyframe(StageId stage, SourceId source) override {
    workers.put_home(WantKeyframe{stage, source});
  }
  void tell(Event event) override {
    if (const auto* ended = std::get_if<ClipEnded>(&event)) workers.put_home(SetClip{ended->stage, false});
    if (events.put(std::move(event))) wake();
  }

  /// What a peer and we agreed on, for an ICE restart. Main thread.
  struct Described {
    StageId stage{};
    std::vector<std::string> mids;
    std::string fingerprint;  ///< theirs
    std::string draft;
    int version = 1;  ///< of the answer
  };
  rtp::AnswerIdentity identity(std::size_t worker) {
    return {{letter_of(worker) + random_text(7), random_text(32)}, dtls.fingerprint(), offered};
  }
  /// Gives a peer new credentials; the answer that names them.
  std::string restart_ice(PeerId peer, Described& peer_described, IceCredentials theirs) {
    const auto fresh = identity(workers.worker_of(peer).value_or(0));
    workers.restart_ice({peer, fresh.ice, std::move(theirs)});
    return rtp::complete_answer(peer_described.draft, ++peer_described.version, fresh);
  }

  std::function<void()> wake;
  transport::DtlsContext dtls;
  std::vector<std::string> offered;
  std::unordered_map<PeerId, Described> described;
  Mailbox<Event> events;
  Workers workers;
  program::Programs programs;
  program::Snapshots snapshots;
};

Counters& Counters::operator+=(const Counters& other) {
  packets_in += other.packets_in;
  bytes_in += other.bytes_in;
  packets_out += other.packets_out;
  bytes_out += other.bytes_out;
  dropped_unknown += other.dropped_unknown;
  dropped_malformed += other.dropped_malformed;
  dropped_forged += other.dropped_forged;
  dropped_flooding += other.dropped_flooding;
  retransmitted += other.retransmitted;
  nacks_sent += other.nacks_sent;
  keyframe_requests += other.keyframe_requests;
  peers += other.peers;
  return *this;
}

Engine::Engine(const Config& config, std::function<void()> wake)
    : parts_(std::make_unique<Parts>(config, std::move(wake))) {}
Engine::~Engine() = default;

void Engine::open_stage(StageId stage) { parts_->workers.open_stage(stage); }

void Engine::close_stage(StageId stage) {
  std::erase_if(parts_->described, [stage](const auto& entry) { return entry.second.stage == stage; });
  parts_->programs.close_stage(stage);
  parts_->workers.close_stage(stage);
}

std::variant<std::string, OfferRefused> Engine::connect(PeerId peer, StageId stage,
                                                        std::optional<SourceId> publishes,
                                                        const std::string& offer, Way way, Entry entry) {
  if (offer.size() > longest_offer)
    return OfferRefused{"media.offer_too_large", std::to_string(offer.size())};
  std::string why;
  const auto parsed = rtp::parse_offer(offer, why);
  if (!parsed) return OfferRefused{"media.offer_broken", why};
  const auto worker = parts_->workers.place(stage);
  const auto identity = parts_->identity(worker);
  AddPeer add{peer,  stage, publishes, rtp::agree(*parsed), identity.ice, parsed->ice, parsed->fingerprint,
              entry, {}};
  narrow(add.agreed, way);
  if (std::none_of(add.agreed.begin(), add.agreed.end(), [](const auto& media) { return media.accepted; }))
    return OfferRefused{"media.no_common_codec", "VP8, H.264 (packetization-mode=1), Opus"};
  if (way == Way::to_us)
    if (const auto mid = surplus(add.agreed); !mid.empty()) return OfferRefused{"media.offer_not_whole", mid};
  auto ssrc = random_number();
  for (auto& media : add.agreed)
    if (media.from_us) media.slot_ssrc = ++ssrc;
  auto& described = parts_->described[peer];
  described = {stage, mids_of(*parsed), parsed->fingerprint, rtp::draft_answer(*parsed, add.agreed)};
  auto answer = rtp::complete_answer(described.draft, described.version, identity);
  parts_->workers.add_peer(worker, std::move(add));
  return answer;
}

std::variant<std::string, OfferRefused> Engine::restart_ice(PeerId peer, const std::string& offer) {
  const auto known = parts_->described.find(peer);
  if (known == parts_->described.end()) return OfferRefused{"media.peer_gone", ""};
  if (offer.size() > longest_offer)
    return OfferRefused{"media.offer_too_large", std::to_string(offer.size())};
  std::string why;
  const auto parsed = rtp::parse_offer(offer, why);
  if (!parsed) return OfferRefused{"media.offer_broken", why};
  auto& described = known->second;
  if (mids_of(*parsed) != described.mids || parsed->fingerprint != described.fingerprint)
    return OfferRefused{"media.offer_broken", "not the offer of this connection"};
  return parts_->restart_ice(peer, described, parsed->ice);
}

std::variant<std::string, OfferRefused> Engine::restart_ice_by_fragment(PeerId peer,
                                                                        const std::string& fragment) {
  const auto known = parts_->described.find(peer);
  if (known == parts_->described.end()) return OfferRefused{"media.peer_gone", ""};
  const auto theirs = rtp::parse_ice_fragment(fragment);
  if (!theirs) return OfferRefused{"media.offer_broken", "a=ice-ufrag, a=ice-pwd"};
  return rtp::ice_fragment(parts_->restart_ice(peer, known->second, *theirs));
}

void Engine::admit(PeerId peer) { parts_->workers.admit(peer); }

void Engine::disconnect(PeerId peer) {
  parts_->described.erase(peer);
  parts_->workers.remove_peer(peer);
}

void Engine::set_scene(StageId stage, const Scene& scene) { parts_->workers.set_scene(stage, scene); }
void Engine::set_next(StageId stage, const Scene& scene) { parts_->workers.set_next(stage, scene); }
void Engine::set_audible(StageId stage, const std::vector<SourceId>& sources) {
  parts_->workers.set_audible(stage, sources);
}

void Engine::set_feeds(StageId stage, const std::map<SourceId, Feed>& feeds) {
  parts_->workers.set_feeds(stage, feeds);
}

void Engine::want_snapshots(StageId stage) { parts_->workers.want_snapshots(stage); }

void Engine::play_clip(StageId stage, const std::filesystem::path& file, ClipStart start) {
  parts_->workers.put_home(SetClip{stage, true});
  parts_->programs.play_clip(stage, file, start);
}
void Engine::show_picture(StageId stage, const std::filesystem::path& file) {
  parts_->workers.put_home(SetClip{stage, true, /*silent=*/true});
  parts_->programs.show_picture(stage, file);
}
void Engine::show_bars(StageId stage) {
  parts_->workers.put_home(SetClip{stage, true});
  parts_->programs.show_bars(stage);
}
void Engine::seek_clip(StageId stage, std::chrono::milliseconds position) {
  parts_->programs.seek_clip(stage, position);
}
void Engine::loop_clip(StageId stage, bool on) { parts_->programs.loop_clip(stage, on); }
void Engine::pause_clip(StageId stage) { parts_->programs.pause_clip(stage); }
void Engine::resume_clip(StageId stage) { parts_->programs.resume_clip(stage); }
void Engine::stop_clip(StageId stage) {
  parts_->programs.stop_clip(stage);
  parts_->workers.put_home(SetClip{stage, false});
}

void Engine::start_recording(StageId stage, const std::filesystem::path& file,
                             const std::filesystem::path& copies) {
  parts_->programs.start_recording(stage, file, copies);
}
void Engine::stop_recording(StageId stage) { parts_->programs.stop_recording(stage); }

void Engine::start_output(StageId stage, OutputId output, const PushTarget& target) {
  parts_->programs.start_output(stage, output, target);
}
void Engine::serve_output(StageId stage, OutputId output, const std::string& path) {
  parts_->programs.serve_output(stage, output, path);
}
void Engine::publish_output(StageId stage, OutputId output, const std::filesystem::path& folder) {
  parts_->programs.publish_output(stage, output, folder);
}
void Engine::stop_output(StageId stage, OutputId output) { parts_->programs.stop_output(stage, output); }

std::vector<Event> Engine::take_events() {
  auto events = parts_->events.take_all();
  for (const auto& event : events)
    if (const auto* lost = std::get_if<PeerLost>(&event)) {
      parts_->described.erase(lost->peer);
      parts_->workers.forget(lost->peer);
    }
  return events;
}
Counters Engine::counters() const {
  auto counters = parts_->workers.counters();
  counters.programs = parts_->programs.running();
  return counters;
}

CodecNames codec_names() {
  const auto& found = program::codecs();
  return {found.h264_encoder.element, found.h264_decoder.element, found.vp8_decoder.element};
}

}  // namespace diemcau::media
