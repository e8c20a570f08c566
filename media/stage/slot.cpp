#include "media/stage/slot.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "media/fetch_ahead.h"
#include "media/stage/track.h"

namespace diemcau::stage {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t longest = 1500;
constexpr std::uint32_t video_clock = 90000;
constexpr std::uint32_t audio_clock = 48000;
constexpr auto repair_spacing = 30ms;
constexpr auto replay_spacing = 250ms;
constexpr int half_reach = 0x4000;
constexpr std::uint32_t longest_playout = 1000;  // ten seconds: what browsers have without being told
constexpr std::uint32_t repairs_at_least = 30;   // a second, so that a still picture can be repaired too

void put16(std::span<std::byte> out, std::size_t at, std::uint32_t value) {
  out[at] = static_cast<std::byte>(value >> 8);
  out[at + 1] = static_cast<std::byte>(value);
}
void put32(std::span<std::byte> out, std::size_t at, std::uint32_t value) {
  put16(out, at, value >> 16);
  put16(out, at + 2, value);
}

std::uint32_t ticks(Clock::duration time, std::uint32_t clock_rate) {
  return static_cast<std::uint32_t>(std::chrono::duration<double>(time).count() * clock_rate);
}

}  // namespace

Slot::Slot(Peer& peer, const rtp::AgreedMedia& agreed, std::uint16_t first_sequence)
    : kind_(agreed.kind == rtp::MediaKind::video ? Kind::video : Kind::audio),
      peer_(peer),
      highest_(first_sequence),
      ssrc_(agreed.slot_ssrc),
      codecs_(agreed.codecs),
      red_payload_type_(agreed.red_payload_type),
      clock_rate_(kind_ == Kind::video ? video_clock : audio_clock) {
  // RFC 8285 4.2: profile 0xBEDE, length in words, then elements of id and length-1 in one byte.
  constexpr std::size_t head = 4;
  auto size = head;
  const auto element = [&](int id, std::size_t length) {
    extension_.at(size) = static_cast<std::byte>(static_cast<std::size_t>(id) << 4 | (length - 1));
    return std::exchange(size, size + 1 + length) + 1;
  };
  if (agreed.transport_sequence_extension != 0)
    transport_at_ = static_cast<std::uint8_t>(fixed_header + element(agreed.transport_sequence_extension, 2));
  if (agreed.playout_delay_extension != 0)
    playout_at_ = static_cast<std::uint8_t>(fixed_header + element(agreed.playout_delay_extension, 3));
  if (agreed.mid_extension != 0 && agreed.mid.size() <= 16)
    std::memcpy(extension_.data() + element(agreed.mid_extension, agreed.mid.size()), agreed.mid.data(),
                agreed.mid.size());
  if (size == head) return;
  const auto words = (size - head + 3) / 4;
  put16(extension_, 0, 0xBEDE);
  put16(extension_, 2, static_cast<std::uint32_t>(words));
  extension_size_ = static_cast<std::uint8_t>(head + 4 * words);
}

void Slot::fetch_ahead() const {
  media::fetch_ahead(&peer_, 3 * media::cache_line);
  numbers_.fetch_ahead();
  sent_.fetch_ahead(highest_ + 1);
}

bool Slot::takes(Codec codec) const {
  return std::any_of(codecs_.begin(), codecs_.end(), [=](const auto& one) { return one.codec == codec; });
}

void Slot::bind(Codec codec, const rtp::PacketView& first, const std::optional<rtp::Vp8Descriptor>& picture,
                Clock::time_point now) {
  for (const auto& one : codecs_)
    if (one.codec == codec) payload_type_ = static_cast<std::uint8_t>(one.payload_type);
  sent_.begin();
  replaying_ = replayed_ = false;
  if (voice) voice->begin();
  if (kind_ == Kind::audio && !voice) voice = std::make_unique<RedSender>(red_payload_type_, payload_type_);
  picture_time_ = left_out_time_ = std::nullopt;
  shown_layers_ = temporal_layers;
  first_repair_ = first.sequence;
  const auto next_picture = static_cast<std::uint16_t>(last_picture_ + 1);
  numbers_.begin(first.sequence,
                 {static_cast<std::uint16_t>(highest_ + 1 - first.sequence),
                  static_cast<std::uint16_t>(picture ? next_picture - picture->picture_id.value_or(0) : 0)});
  // The clock goes on by the time that passed, at least by 10 ms, so that no two frames share a timestamp.
  const auto passed = last_sent_ == Clock::time_point{} ? 0 : ticks(now - last_sent_, clock_rate_);
  timestamp_offset_ = last_timestamp_ + std::max(passed, clock_rate_ / 100) - first.timestamp;
  if (picture) tl0_offset_ = static_cast<std::uint8_t>(last_tl0_ + 1 - picture->tl0_index.value_or(0));
}

bool Slot::passes(const rtp::PacketView& packet, const rtp::Vp8Descriptor& picture, bool is_new) {
  const auto layer = picture.temporal_layer;
  if (!is_new) return layer < shown_layers_;
  if (picture_time_ == packet.timestamp) return picture_passes_;
  picture_time_ = packet.timestamp;
  if (picture.keyframe) {
    shown_layers_ = temporal_layers;
  } else if (shown_layers_ < temporal_layers && layer == shown_layers_ && picture.layer_sync) {
    ++shown_layers_;
  } else {
    shown_layers_ = std::min(shown_layers_, temporal_layers);
  }
  return picture_passes_ = layer < shown_layers_;
}

std::uint32_t Slot::extended(std::uint16_t sequence) const {
  return highest_ +
         static_cast<std::uint32_t>(rtp::sequence_distance(sequence, static_cast<std::uint16_t>(highest_)));
}

std::optional<Slot::Written> Slot::write(const rtp::PacketView& packet,
                                         const std::optional<rtp::Vp8Descriptor>& picture,
                                         std::span<std::byte> out, Clock::time_point now) {
  if (!numbers_.begun() || header_size() + packet.payload.size() > longest) return std::nullopt;
  const bool is_new = numbers_.is_new(packet.sequence);
  const bool wanted = !picture || passes(packet, *picture, is_new);
  if (!wanted && is_new) {
    numbers_.leave_out(packet.sequence, std::exchange(left_out_time_, packet.timestamp) != packet.timestamp);
    return std::nullopt;
  }
  const auto offsets = numbers_.at(packet.sequence);
  if (!offsets) return std::nullopt;
  const auto number = extended(static_cast<std::uint16_t>(packet.sequence + offsets->sequence));
  if (kind_ == Kind::video) sent_.make_room(number, now);
  if (sent_.used(number)) return std::nullopt;
  // A late packet of what is left out has a number that the viewer waits for.
  if (!wanted) return fill_padding(number, 1, out);
  const SentPackets::Packet sent{timestamp_offset_, 0, current != nullptr ? current->wait : std::uint8_t{0}};
  sent_.write(number, sent.timestamp_offset, sent.wait, now);
  numbers_.take(packet.sequence);
  const auto written = fill(number, sent, packet, picture, *offsets, out);
  ++packets_;
  bytes_ += static_cast<std::uint32_t>(packet.payload.size());
  if (static_cast<std::int32_t>(number - highest_) <= 0) return written;
  highest_ = number;
  last_timestamp_ = packet.timestamp + timestamp_offset_;
  last_sent_ = now;
  between_pictures_ = packet.marker;
  // A 16-bit distance holds for half a round.
  if (rtp::sequence_distance(packet.sequence, first_repair_) > half_reach)
    first_repair_ = static_cast<std::uint16_t>(packet.sequence - half_reach);
  if (picture) {
    last_picture_ = static_cast<std::uint16_t>((picture->picture_id.value_or(0) + offsets->picture) & 0x7fff);
    last_tl0_ = static_cast<std::uint8_t>(picture->tl0_index.value_or(0) + tl0_offset_);
  }
  return written;
}

std::optional<Slot::Written> Slot::write_again(const rtp::PacketView& packet,
                                               const std::optional<rtp::Vp8Descriptor>& picture,
                                               std::span<std::byte> out) const {
  const auto offsets = numbers_.at(packet.sequence);
  if (!offsets) return std::nullopt;
  const auto number = extended(static_cast<std::uint16_t>(packet.sequence + offsets->sequence));
  const auto sent = sent_.find(number);
  if (!sent) return std::nullopt;
  const auto written = fill(number, *sent, packet, picture, *offsets, out);
  if (transport_at_ != 0) put16(out, transport_at_, sent->transport_sequence);
  return written;
}

void Slot::stamp(std::span<std::byte> packet, const Written& written, std::uint16_t transport_sequence) {
  if (transport_at_ != 0) put16(packet, transport_at_, transport_sequence);
  sent_.leave(written.number, transport_sequence);
}

void Slot::write_header(std::span<std::byte> out, bool marker, std::uint32_t number, std::uint32_t timestamp,
                        std::uint8_t wait) const {
  out[0] = extension_size_ > 0 ? std::byte{0x90} : std::byte{0x80};
  out[1] = static_cast<std::byte>((marker ? 0x80 : 0) | payload_type_);
  put16(out, 2, number);
  put32(out, 4, timestamp);
  put32(out, 8, ssrc_);
  std::copy_n(extension_.begin(), extension_size_, out.begin() + fixed_header);
  // Two numbers of 12 bits: the least and the longest wait, in hundredths of a second.
  if (playout_at_ == 0) return;
  put16(out, playout_at_, std::uint32_t{wait} << 4 | longest_playout >> 8);
  out[playout_at_ + 2] = static_cast<std::byte>(longest_playout & 0xff);
}

Slot::Written Slot::fill(std::uint32_t number, const SentPackets::Packet& sent, const rtp::PacketView& packet,
                         const std::optional<rtp::Vp8Descriptor>& picture, rtp::Renumbering::Offsets offsets,
                         std::span<std::byte> out) const {
  write_header(out, packet.marker, number, packet.timestamp + sent.timestamp_offset, sent.wait);
  const auto body = out.subspan(header_size(), packet.payload.size());
  std::memcpy(body.data(), packet.payload.data(), body.size());
  if (picture)
    rtp::patch_vp8(body, *picture,
                   static_cast<std::uint16_t>(picture->picture_id.value_or(0) + offsets.picture),
                   static_cast<std::uint8_t>(picture->tl0_index.value_or(0) + tl0_offset_));
  return {header_size() + body.size(), header_size(), number};
}

Slot::Written Slot::fill_padding(std::uint32_t number, std::size_t size, std::span<std::byte> out) {
  sent_.write_padding(number, last_sent_);
  ++packets_;
  write_header(out, false, number, last_timestamp_, 0);
  out[0] |= std::byte{0x20};
  const auto body = out.subspan(header_size(), size);
  std::fill(body.begin(), body.end(), std::byte{0});
  body.back() = static_cast<std::byte>(size);
  return {header_size() + size, header_size(), number};
}

std::optional<Slot::Written> Slot::pad(std::size_t size, std::span<std::byte> out) {
  if (!between_pictures_ || !numbers_.begun()) return std::nullopt;
  highest_ = extended(numbers_.insert());
  if (kind_ == Kind::video) sent_.make_room(highest_, last_sent_);
  return fill_padding(highest_, size, out);
}

std::optional<std::uint16_t> Slot::repair(std::uint16_t out_sequence, Clock::time_point now) {
  const auto in = numbers_.find(out_sequence);
  if (!in || rtp::sequence_distance(*in, first_repair_) < 0) return std::nullopt;
  if (repaired_.empty()) repaired_.resize(most_repaired);
  auto& last = repaired_[out_sequence % repaired_.size()];
  if (last.sequence != out_sequence) {
    ++asked_for_;
    last = {out_sequence, {}};
  }
  if (now - budget_since_ > 1s) {
    budget_since_ = now;
    rate_ = packets_ - packets_before_;
    packets_before_ = packets_;
    repairs_ = 0;
  }
  if (repairs_ > std::max(repairs_at_least, rate_ / 4)) return std::nullopt;
  if (now - last.at < repair_spacing) return std::nullopt;
  last.at = now;
  ++repairs_;
  return in;
}

bool Slot::may_replay(Clock::time_point now) {
  if (now - replay_began_ < replay_spacing) return false;
  replay_began_ = now;
  return true;
}

void Slot::replay_step(const rtp::PacketView& packet) {
  if (!replaying_) {
    replaying_ = true;
  } else if (packet.timestamp != replay_timestamp_) {
    timestamp_offset_ = last_timestamp_ + clock_rate_ / 1000 - packet.timestamp;
  }
  replay_timestamp_ = packet.timestamp;
}

void Slot::end_replay() {
  replaying_ = false;
  replayed_ = true;
  replay_end_ = numbers_.next();
}

void Slot::live_step(const rtp::PacketView& packet, Clock::time_point now) {
  if (!replayed_ || rtp::sequence_distance(packet.sequence, replay_end_) < 0) return;
  // The rest of a frame that was replayed in part has that frame's time.
  if (packet.timestamp == replay_timestamp_) return;
  replayed_ = false;
  timestamp_offset_ =
      last_timestamp_ + std::max(ticks(now - last_sent_, clock_rate_), clock_rate_ / 1000) - packet.timestamp;
}

void Slot::on_report(const rtp::ReportBlock& block) {
  reported_lost_ += (packets_ - packets_reported_) * (block.fraction_lost / 256.0);
  packets_reported_ = packets_;
  jitter_ = std::chrono::microseconds(std::int64_t{block.jitter} * 1'000'000 / clock_rate_);
}

std::optional<rtp::SenderReport> Slot::sender_report(Clock::time_point now,
                                                     std::chrono::system_clock::time_point wall) const {
  if (packets_ == 0) return std::nullopt;
  return rtp::SenderReport{ssrc_, rtp::ntp_time(wall),
                           last_timestamp_ + ticks(now - last_sent_, clock_rate_)};
}

}  // namespace diemcau::stage
