#include "media/stage/peer.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "media/transport/silence.h"

namespace diemcau::stage {
namespace {

using namespace std::chrono_literals;
using media::LiveCounters;

constexpr auto feedback_interval = 50ms;
constexpr std::uint8_t transport_feedback_type = 205;
constexpr std::uint8_t transport_wide_format = 15;
constexpr std::size_t most_bindings = 32;
constexpr std::int64_t one_voice = 45'000;  // bit/s on the line, while somebody speaks
constexpr double pace = 1.2;                // of what the line carries: what waits here need not wait there
constexpr std::size_t padding = 255;        // RFC 3550 5.1: at most

/// Which of the m-line's layers a packet of a new SSRC says to be of (RFC 8852); nullopt: it does not say.
std::optional<std::size_t> layer_of(const rtp::PacketView& view, const rtp::AgreedMedia& line, bool repair) {
  if (line.rids.empty()) return 0;
  const int id = repair ? line.repaired_rid_extension : line.rid_extension;
  if (id == 0) return std::nullopt;
  const auto value = rtp::find_extension(view, id);
  const std::string_view rid(reinterpret_cast<const char*>(value.data()), value.size());
  const auto found = std::find(line.rids.begin(), line.rids.end(), rid);
  if (found == line.rids.end()) return std::nullopt;
  return static_cast<std::size_t>(found - line.rids.begin());
}

bool carries(const rtp::AgreedMedia& line, int payload_type) {
  return payload_type == line.codec().payload_type || payload_type == line.codec().repair_payload_type ||
         payload_type == line.red_payload_type;
}

}  // namespace

Peer::Peer(PeerId id, std::optional<SourceId> publishes, const std::vector<rtp::AgreedMedia>& agreed,
           std::unique_ptr<transport::Link> link, media::LiveCounters& counters, std::uint32_t random)
    : link_(std::move(link)), counters_(counters), id_(id), publishes_(publishes), rtcp_ssrc_(random | 1) {
  std::uint32_t salt = random;
  for (const auto& line : agreed) {
    if (!line.accepted) continue;
    if (line.from_us) {
      // First sequence numbers below 2^15 (RFC 3711 3.3.1), so that the receiver's first guess of the
      // rollover is right.
      salt = salt * 1664525 + 1013904223;
      auto& slots = line.kind == rtp::MediaKind::video ? video_slots_ : audio_slots_;
      slots.push_back(std::make_unique<Slot>(*this, line, static_cast<std::uint16_t>(salt >> 17)));
      reports_arrivals_ = reports_arrivals_ || line.transport_sequence_extension != 0;
      if (line.kind == rtp::MediaKind::audio) repeats_voice_ = line.red_payload_type < 0;
    }
    if (!line.to_us) continue;
    auto input = line.kind == rtp::MediaKind::video ? Input::camera : Input::microphone;
    if (input == Input::camera && camera_line() != nullptr) input = Input::screen;
    auto& place = lines_.at(static_cast<std::size_t>(input));
    if (!place) place = line;
  }
  for (const auto input : inputs) {
    const auto* const sends = line(input);
    // Layers declare themselves by their packets, not in the offer.
    if (sends == nullptr || !sends->rids.empty()) continue;
    for (const auto ssrc : sends->ssrcs) bindings_[ssrc] = {input, 0, std::nullopt};
    for (const auto& [stream, repair] : sends->repair_pairs) bindings_[repair] = {input, 0, stream};
  }
}

Track* Peer::track_of(const Binding& binding) const {
  switch (binding.input) {
    case Input::microphone:
      return microphone;
    case Input::camera:
      return camera == nullptr ? nullptr : &camera->layer(binding.layer);
    case Input::screen:
      return screen == nullptr ? nullptr : &screen->layer(binding.layer);
  }
  return nullptr;
}

bool Peer::is_of(const rtp::PacketView& view, Input input) const {
  const auto& line_of_it = *line(input);
  const auto mid = line_of_it.mid_extension != 0 ? rtp::find_extension(view, line_of_it.mid_extension)
                                                 : std::span<const std::byte>();
  if (!mid.empty())
    return mid.size() == line_of_it.mid.size() &&
           std::memcmp(mid.data(), line_of_it.mid.data(), mid.size()) == 0;
  // Without a mid (webrtcbin sends none) a payload type that only this line has tells as much.
  return std::all_of(inputs.begin(), inputs.end(), [&](Input other) {
    return line(other) == nullptr || carries(*line(other), view.payload_type) == (other == input);
  });
}

const Peer::Binding* Peer::bind(const rtp::PacketView& view) {
  if (const auto known = bindings_.find(view.ssrc); known != bindings_.end()) return &known->second;
  if (bindings_.size() >= most_bindings) return nullptr;
  for (const auto input : inputs) {
    if (line(input) == nullptr || !is_of(view, input)) continue;
    const bool repair = view.payload_type == line(input)->codec().repair_payload_type;
    const auto layer = layer_of(view, *line(input), repair);
    if (!layer) return nullptr;
    Binding binding{input, *layer, std::nullopt};
    if (repair) {
      // Bandwidth probes come on the repair SSRC before any picture: wait until we know what it repairs.
      const auto* const track = track_of(binding);
      if (track == nullptr || track->ssrc() == 0) return nullptr;
      binding.repairs = track->ssrc();
    }
    return &(bindings_[view.ssrc] = binding);
  }
  return nullptr;
}

Track* Peer::route(std::span<std::byte>& packet, const rtp::PacketView& view) {
  const auto* binding = bind(view);
  if (binding == nullptr) return nullptr;
  auto* const track = track_of(*binding);
  if (track == nullptr) return nullptr;
  const auto& sends = *line(binding->input);
  const auto& codec = sends.codec();
  const bool known = view.payload_type == codec.payload_type || view.payload_type == sends.red_payload_type;
  if (known && !binding->repairs) return track;
  if (!binding->repairs || view.payload_type != codec.repair_payload_type || view.payload.size() < 2)
    return nullptr;
  // RFC 4588 4: the original sequence number stands in front of the original payload. The packet is put back
  // as it was, without padding.
  const auto header = static_cast<std::size_t>(view.payload.data() - packet.data());
  const auto payload = view.payload.size() - 2;
  packet[0] &= ~std::byte{0x20};
  packet[1] = static_cast<std::byte>((view.marker ? 0x80 : 0) | codec.payload_type);
  packet[2] = packet[header];
  packet[3] = packet[header + 1];
  for (std::size_t i = 0; i < 4; ++i)
    packet[8 + i] = static_cast<std::byte>(*binding->repairs >> (24 - 8 * i));
  std::memmove(packet.data() + header, packet.data() + header + 2, payload);
  packet = packet.first(header + payload);
  return track;
}

void Peer::forward(Slot& slot, const rtp::PacketView& packet,
                   const std::optional<rtp::Vp8Descriptor>& picture, Clock::time_point now, bool first_time) {
  if (slot.kind() == Kind::audio) {
    if (first_time) return forward_voice(slot, packet, now);
    if (slot.voice->note_lost(packet.sequence)) voice_loss_.on_lost(packet.sequence);
    return forward_voice_again(slot, packet);
  }
  const auto buffer = link_->ports().reserve();
  const auto written =
      first_time ? slot.write(packet, picture, buffer, now) : slot.write_again(packet, picture, buffer);
  if (!written) return;
  if (!first_time) return leave_again(buffer, *written);
  const auto size = written->size + transport_overhead;
  if (!pacer_.passes(size, now)) return pacer_.hold(&slot, *written, buffer.first(written->size));
  leave(slot, buffer, *written, now);
}

void Peer::forward_voice(Slot& slot, const rtp::PacketView& packet, Clock::time_point now) {
  std::array<std::byte, RedSender::longest> wrapped;
  const auto& history = slot.current->history;
  const auto payload = slot.voice->wrap(packet, history, generations(), wrapped);
  auto outgoing = packet;
  outgoing.payload = payload.bytes;
  const auto buffer = link_->ports().reserve();
  const auto written = slot.write(outgoing, std::nullopt, buffer, now);
  if (!written) return;
  buffer[1] = (buffer[1] & std::byte{0x80}) | static_cast<std::byte>(payload.type);
  slot.voice->sent(packet.sequence, payload.companions);
  voice_loss_.on_sent();
  // A voice does not wait behind pictures.
  pacer_.spend(written->size + transport_overhead);
  leave(slot, buffer, *written, now);
  for (int back = 1; repeats_voice_ && back <= generations(); ++back) {
    const auto older = rtp::parse_packet(history.find(static_cast<std::uint16_t>(packet.sequence - back)));
    if (older && older->payload.size() > RedSender::comfort_noise) forward_voice_again(slot, *older);
  }
}

void Peer::forward_voice_again(Slot& slot, const rtp::PacketView& packet) {
  std::array<std::byte, RedSender::longest> wrapped;
  const auto payload = slot.voice->wrap_again(packet, slot.current->history, wrapped);
  if (!payload) return;
  auto outgoing = packet;
  outgoing.payload = payload->bytes;
  const auto buffer = link_->ports().reserve();
  const auto written = slot.write_again(outgoing, std::nullopt, buffer);
  if (!written) return;
  buffer[1] = (buffer[1] & std::byte{0x80}) | static_cast<std::byte>(payload->type);
  leave_again(buffer, *written);
}

void Peer::leave(Slot& slot, std::span<std::byte> buffer, const Slot::Written& written,
                 Clock::time_point now) {
  slot.stamp(buffer, written,
             reports_arrivals_ ? bandwidth_.on_sent(written.size + transport_overhead, now) : 0);
  send(buffer, written);
}

void Peer::leave_again(std::span<std::byte> buffer, const Slot::Written& written) {
  LiveCounters::add(counters_.retransmitted);
  pacer_.spend(written.size + transport_overhead);
  send(buffer, written);
}

void Peer::send(std::span<std::byte> buffer, const Slot::Written& written) {
  LiveCounters::add(counters_.packets_out);
  LiveCounters::add(counters_.bytes_out, written.size);
  link_->send_rtp(buffer, written.size, written.header_size, written.number >> 16);
}

std::optional<int> Peer::redundant(const rtp::PacketView& view) const {
  const auto* const sound = sound_line();
  if (sound == nullptr || sound->red_payload_type != view.payload_type) return std::nullopt;
  return sound->codec().payload_type;
}

void Peer::note_arrival(const rtp::PacketView& view, Clock::time_point now) {
  for (const auto& sends : lines_) {
    if (!sends || sends->transport_sequence_extension == 0) continue;
    const auto value = rtp::find_extension(view, sends->transport_sequence_extension);
    if (value.size() < 2) return;
    feedback_.on_packet(static_cast<std::uint16_t>(std::to_integer<unsigned>(value[0]) << 8 |
                                                   std::to_integer<unsigned>(value[1])),
                        now);
    feedback_ssrc_ = view.ssrc;
    return;
  }
}

std::optional<int> Peer::level(const rtp::PacketView& view) const {
  if (sound_line() == nullptr || sound_line()->level_extension == 0) return std::nullopt;
  const auto value = rtp::find_extension(view, sound_line()->level_extension);
  if (value.empty()) return std::nullopt;
  // RFC 6464 3: 0 is the loudest, 127 silence, in -dBov. Speech lives above -60.
  const int below = static_cast<int>(std::to_integer<unsigned>(value[0]) & 0x7f);
  return std::clamp(100 - below * 100 / 60, 0, 100);
}

void Peer::send_rtcp(std::size_t size, std::span<std::byte> buffer) {
  if (size > 0 && link_->connected()) link_->send_rtcp(buffer, size);
}

void Peer::ask_keyframe(const Track& track, Clock::time_point now) {
  if (!link_->connected() || track.ssrc() == 0) return;
  if (now - link_->last_heard() > transport::Silence::interruption) return;
  const auto buffer = link_->ports().reserve();
  rtp::RtcpWriter out(buffer.first(1200));
  out.picture_loss(rtcp_ssrc_, track.ssrc());
  LiveCounters::add(counters_.keyframe_requests);
  send_rtcp(out.size(), buffer);
}

void Peer::ask_for_lost(Track& track, Clock::time_point now) {
  // Who sees nothing of the stage reports no round trip: its repairs tell it. Of sound, redundancy may have
  // been quicker.
  if (const auto answer = track.nack.take_answer_time(); answer && track.kind() == Kind::video)
    note_round_trip(*answer);
  const auto lost = track.nack.due(now, round_trip_);
  if (lost.empty()) return;
  const auto buffer = link_->ports().reserve();
  rtp::RtcpWriter out(buffer.first(1200));
  out.nack(rtcp_ssrc_, track.ssrc(), lost);
  LiveCounters::add(counters_.nacks_sent, lost.size());
  send_rtcp(out.size(), buffer);
}

/// Who knows no RED asks for no sound either: one more, since nobody says which were lost in a row.
int Peer::generations() const {
  const int needed = voice_loss_.generations();
  return std::min(needed > 0 && repeats_voice_ ? needed + 1 : needed, most_generations_);
}

void Peer::on_arrivals(std::span<const rtp::PacketStatus> told, Clock::time_point now) {
  if (reports_arrivals_) bandwidth_.on_feedback(told, now);
}

std::optional<media::Downlink> Peer::downlink() const {
  if (!reports_arrivals_) return std::nullopt;
  media::Downlink line{bandwidth_.rate(),
                       bandwidth_.arriving(),
                       bandwidth_.loss(),
                       std::chrono::duration_cast<std::chrono::milliseconds>(bandwidth_.queue()),
                       {}};
  for (const auto& slot : video_slots_) {
    auto& cell = line.cells.emplace_back();
    if (const auto* const track = slot->current)
      cell = {track->source(), track->height(), slot->temporal_layers};
  }
  return line;
}

std::int64_t Peer::rate_for_pictures(Clock::time_point now) {
  std::int64_t plain = 0;
  for (const auto& slot : audio_slots_) {
    if (slot->current == nullptr) continue;
    const auto measured = slot->current->meter.rates(now);
    plain = std::max(one_voice, plain + (measured ? measured->back() : 0));
  }
  // Voices and their redundancy take a third at most; voices without redundancy what they need.
  const auto rate = bandwidth_.rate();
  most_generations_ = plain == 0 ? rtp::LossGauge::most_generations
                                 : static_cast<int>(std::clamp<std::int64_t>(
                                       rate / 3 / plain - 1, 0, rtp::LossGauge::most_generations));
  sound_ = plain * (1 + generations());
  return std::max<std::int64_t>(0, rate - sound_);
}

void Peer::set_spent(std::int64_t spent, std::int64_t full) {
  spent_ = spent + sound_;
  full_ = full + sound_;
}

bool Peer::on_timer(Clock::time_point now) {
  if (!link_->connected()) return false;
  send_feedback(now);
  if (is_thin() || !pacer_.is_empty()) send_pictures(now);
  bool misses = false;
  for_each_track([&](const Track& track) { misses |= track.nack.is_waiting(); });
  return misses || is_thin() || !pacer_.is_empty();
}

void Peer::send_pictures(Clock::time_point now) {
  // A probe is to find out whether more gets through: nothing waits then.
  auto due = bandwidth_.padding_due(
      full_ > spent_ ? static_cast<std::int64_t>(static_cast<double>(full_) / planned) : 0, now);
  const bool paced = is_thin() && !bandwidth_.is_probing();
  pacer_.set_rate(paced ? static_cast<std::int64_t>(pace * static_cast<double>(bandwidth_.rate())) : 0);
  pacer_.release(now, [&](const Pacer::Held& held) {
    const auto buffer = link_->ports().reserve();
    std::copy(held.bytes.begin(), held.bytes.end(), buffer.begin());
    leave(*held.slot, buffer, held.written, now);
  });
  if (!pacer_.is_empty()) return;
  for (const auto& slot : video_slots_) {
    while (due > 0) {
      const auto buffer = link_->ports().reserve();
      const auto written = slot->pad(padding, buffer);
      if (!written) break;
      leave(*slot, buffer, *written, now);
      due -= std::min(due, written->size + transport_overhead);
    }
  }
}

void Peer::send_feedback(Clock::time_point now) {
  for_each_track([&](Track& track) {
    if (track.kind() == Kind::video || sound_line()->repeats_audio) ask_for_lost(track, now);
  });
  if (now - feedback_sent_ < feedback_interval) return;
  feedback_sent_ = now;
  if (const auto information = feedback_.take()) {
    const auto buffer = link_->ports().reserve();
    rtp::RtcpWriter out(buffer.first(1400));
    out.feedback(transport_feedback_type, transport_wide_format, rtcp_ssrc_, feedback_ssrc_, *information);
    send_rtcp(out.size(), buffer);
  }
}

void Peer::send_reports(Clock::time_point now, std::chrono::system_clock::time_point wall, const Slot* only) {
  if (!link_->connected()) return;
  const auto buffer = link_->ports().reserve();
  rtp::RtcpWriter out(buffer.first(1200));
  for (const auto* slots : {&video_slots_, &audio_slots_})
    for (const auto& slot : *slots) {
      if (only != nullptr ? slot.get() != only : slot->current == nullptr) continue;
      if (const auto report = slot->sender_report(now, wall)) {
        out.sender_report(*report, slot->packets(), slot->bytes());
        out.source_description(slot->ssrc(), "stage");
      }
    }
  if (only == nullptr) {
    std::vector<rtp::ReportBlock> blocks;
    for_each_track([&](Track& track) {
      blocks.push_back(track.receiver_block(now));
      track.look_at_repairs(now);
    });
    // Without blocks too: by it the page knows that its way is open.
    out.receiver_report(rtcp_ssrc_, blocks);
  }
  send_rtcp(out.size(), buffer);
}

void Peer::on_report(const rtp::RtcpReport& report, std::chrono::system_clock::time_point wall) {
  for (const auto& block : report.blocks) {
    if (auto* const slot = find_slot(block.ssrc); slot != nullptr) {
      slot->on_report(block);
      if (slot->kind() == Kind::audio) voice_loss_.on_report(voice_loss_of(block));
    }
    if (block.last_sender_report == 0) continue;
    // RFC 3550 6.4.1: A - LSR - DLSR, in 1/65536 s.
    const auto arrived = static_cast<std::uint32_t>(rtp::ntp_time(wall) >> 16);
    const auto trip = static_cast<std::int32_t>(arrived - block.last_sender_report - block.delay_since);
    if (trip < 0 || trip > 10 * 65536) continue;
    note_round_trip(std::chrono::microseconds(static_cast<std::int64_t>(trip) * 1000000 / 65536));
  }
}

/// Of 256. What comes twice counts twice in a report (RFC 3550 A.3), and hides what did not come.
std::uint8_t Peer::voice_loss_of(const rtp::ReportBlock& block) const {
  if (!repeats_voice_ || !reports_arrivals_) return block.fraction_lost;
  return std::max(block.fraction_lost, static_cast<std::uint8_t>(std::min(255.0, 256 * bandwidth_.loss())));
}

void Peer::note_round_trip(Clock::duration measured) {
  const auto trip = std::chrono::duration_cast<std::chrono::microseconds>(measured);
  round_trip_ = round_trip_known_ ? (round_trip_ * 7 + trip) / 8 : trip;
  round_trip_known_ = true;
}

media::LineTotals Peer::line(Clock::time_point now) const {
  media::LineTotals line;
  line.peer = id_;
  line.tcp = link_->endpoint() && link_->endpoint()->is_tcp();
  line.program = sees_program;
  if (round_trip_known_) line.round_trip = round_trip_;
  line.up.bytes = link_->received().bytes;
  line.up.packets = link_->received().packets;
  for_each_track([&](const Track& track) {
    line.up.lost += track.lost();
    if (!track.is_alive(now)) return;
    line.up.jitter = std::max(line.up.jitter, track.jitter());
    // Of its camera: a screen's size is what it happens to be.
    const bool is_camera = track.kind() == Kind::video && !media::is_screen(track.source());
    if (is_camera) line.up.height = std::max(line.up.height, track.height());
  });
  line.down.bytes = link_->sent().bytes;
  line.down.packets = link_->sent().packets;
  for (const auto* slots : {&video_slots_, &audio_slots_})
    for (const auto& slot : *slots) {
      line.down.lost += slot->lost();
      if (slot->current != nullptr) line.down.jitter = std::max(line.down.jitter, slot->jitter());
    }
  if (!video_slots_.empty() && video_slots_.front()->current != nullptr)
    line.down.height = video_slots_.front()->current->height();
  return line;
}

Slot* Peer::find_slot(std::uint32_t ssrc) {
  for (auto* slots : {&video_slots_, &audio_slots_})
    for (const auto& slot : *slots)
      if (slot->ssrc() == ssrc) return slot.get();
  return nullptr;
}

}  // namespace diemcau::stage
