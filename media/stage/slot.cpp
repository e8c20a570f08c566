#include "media/stage/slot.h"

#include <algorithm>
#include <cstring>

namespace diemcau::stage {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t fixed_header = 12;
constexpr std::size_t longest = 1500;
constexpr std::uint32_t video_clock = 90000;
constexpr std::uint32_t audio_clock = 48000;
constexpr auto repair_spacing = 30ms;
constexpr auto replay_spacing = 250ms;
constexpr int half_reach = 0x4000;
constexpr std::uint32_t repairs_at_least = 30;  // a second, so that a still picture can be repaired too

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
    : voice(agreed.red_payload_type, agreed.payload_type),
      peer_(peer),
      kind_(agreed.kind == rtp::MediaKind::video ? Kind::video : Kind::audio),
      payload_type_(static_cast<std::uint8_t>(agreed.payload_type)),
      ssrc_(agreed.slot_ssrc),
      clock_rate_(kind_ == Kind::video ? video_clock : audio_clock),
      highest_(first_sequence) {
  if (agreed.mid_extension == 0 || agreed.mid.size() > 16) return;
  // RFC 8285 4.2: profile 0xBEDE, length in words, then id and length-1 in one byte.
  const auto words = (1 + agreed.mid.size() + 3) / 4;
  put16(extension_, 0, 0xBEDE);
  put16(extension_, 2, static_cast<std::uint32_t>(words));
  extension_[4] =
      static_cast<std::byte>(static_cast<std::size_t>(agreed.mid_extension) << 4 | (agreed.mid.size() - 1));
  std::memcpy(extension_.data() + 5, agreed.mid.data(), agreed.mid.size());
  extension_size_ = 4 + 4 * words;
}

void Slot::bind(const rtp::PacketView& first, const std::optional<rtp::Vp8Descriptor>& picture,
                Clock::time_point now) {
  bound_ = true;
  replaying_ = replayed_ = false;
  voice.begin();
  first_in_ = first_repair_ = first.sequence;
  sequence_offset_ = highest_ + 1 - first.sequence;
  // The clock goes on by the time that passed, at least by 10 ms, so that no two frames share a timestamp.
  const auto passed = last_sent_ == Clock::time_point{} ? 0 : ticks(now - last_sent_, clock_rate_);
  timestamp_offset_ = last_timestamp_ + std::max(passed, clock_rate_ / 100) - first.timestamp;
  if (picture) {
    picture_offset_ = static_cast<std::uint16_t>(last_picture_ + 1 - picture->picture_id.value_or(0));
    tl0_offset_ = static_cast<std::uint8_t>(last_tl0_ + 1 - picture->tl0_index.value_or(0));
  }
}

std::optional<Slot::Written> Slot::write(const rtp::PacketView& packet,
                                         const std::optional<rtp::Vp8Descriptor>& picture,
                                         std::span<std::byte> out) const {
  if (!bound_ || rtp::sequence_distance(packet.sequence, first_in_) < 0) return std::nullopt;
  const auto header = fixed_header + extension_size_;
  const auto size = header + packet.payload.size();
  if (size > longest) return std::nullopt;
  const auto sequence = static_cast<std::uint16_t>(packet.sequence + sequence_offset_);
  out[0] = extension_size_ > 0 ? std::byte{0x90} : std::byte{0x80};
  out[1] = static_cast<std::byte>((packet.marker ? 0x80 : 0) | payload_type_);
  put16(out, 2, sequence);
  put32(out, 4, packet.timestamp + timestamp_offset_);
  put32(out, 8, ssrc_);
  std::copy_n(extension_.begin(), extension_size_, out.begin() + fixed_header);
  std::memcpy(out.data() + header, packet.payload.data(), packet.payload.size());
  if (picture)
    rtp::patch_vp8(out.subspan(header, packet.payload.size()), *picture,
                   static_cast<std::uint16_t>(picture->picture_id.value_or(0) + picture_offset_),
                   static_cast<std::uint8_t>(picture->tl0_index.value_or(0) + tl0_offset_));
  const auto extended = highest_ + static_cast<std::uint32_t>(rtp::sequence_distance(
                                       sequence, static_cast<std::uint16_t>(highest_)));
  return Written{size, header, extended >> 16};
}

void Slot::sent(const rtp::PacketView& packet, const std::optional<rtp::Vp8Descriptor>& picture,
                std::size_t size, Clock::time_point now) {
  ++packets_;
  bytes_ += static_cast<std::uint32_t>(size);
  const int ahead = rtp::sequence_distance(static_cast<std::uint16_t>(packet.sequence + sequence_offset_),
                                           static_cast<std::uint16_t>(highest_));
  if (ahead <= 0) return;
  highest_ += static_cast<std::uint32_t>(ahead);
  last_timestamp_ = packet.timestamp + timestamp_offset_;
  last_sent_ = now;
  // A 16-bit distance holds for half a round: the beginning of the binding is drawn along.
  for (auto* from : {&first_in_, &first_repair_})
    if (rtp::sequence_distance(packet.sequence, *from) > half_reach)
      *from = static_cast<std::uint16_t>(packet.sequence - half_reach);
  if (picture) {
    last_picture_ = static_cast<std::uint16_t>((picture->picture_id.value_or(0) + picture_offset_) & 0x7fff);
    last_tl0_ = static_cast<std::uint8_t>(picture->tl0_index.value_or(0) + tl0_offset_);
  }
}

std::optional<std::uint16_t> Slot::repair(std::uint16_t out_sequence, Clock::time_point now) {
  const auto in = static_cast<std::uint16_t>(out_sequence - sequence_offset_);
  if (!bound_ || rtp::sequence_distance(in, first_repair_) < 0) return std::nullopt;
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
  first_repair_ = static_cast<std::uint16_t>(highest_ + 1 - sequence_offset_);
}

void Slot::live_step(const rtp::PacketView& packet, Clock::time_point now) {
  if (!replayed_ || rtp::sequence_distance(packet.sequence, first_repair_) < 0) return;
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
