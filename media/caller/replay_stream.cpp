#include "media/caller/replay_stream.h"

#include <algorithm>
#include <array>

#include "media/rtp/packet.h"
#include "media/rtp/vp8.h"

namespace diemcau::caller {
namespace {

constexpr std::size_t longest_packet = 1500;
constexpr auto pause = std::chrono::milliseconds(40);  // between the last packet of a round and the first

void put(std::span<std::byte> out, std::size_t at, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i)
    out[at + static_cast<std::size_t>(i)] = static_cast<std::byte>(value >> (8 * (bytes - 1 - i)));
}

std::optional<rtp::Vp8Descriptor> picture_of(std::span<const std::byte> packet) {
  const auto view = rtp::parse_packet(packet);
  return view ? rtp::parse_vp8(view->payload) : std::nullopt;
}

}  // namespace

ReplayStream::ReplayStream(std::vector<rtp::DumpedPacket> packets, std::uint32_t ssrc,
                           std::uint32_t clock_rate)
    : packets_(std::move(packets)), ssrc_(ssrc), clock_rate_(clock_rate) {}

void ReplayStream::start(Clock::time_point now) {
  began_ = base_ = now;
  at_ = 0;
}

std::uint32_t ReplayStream::timestamp_at(Clock::time_point at) const {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at - began_).count();
  return static_cast<std::uint32_t>(ms * (clock_rate_ / 1000));
}

void ReplayStream::next() {
  if (++at_ < packets_.size()) return;
  base_ += packets_.back().at + pause;
  at_ = 0;
}

void ReplayStream::advance(Clock::time_point now, const Send& send) {
  for (; base_ + packets_[at_].at <= now; next()) {
    const auto& bytes = packets_[at_].bytes;
    const auto view = rtp::parse_packet(bytes);
    if (!view || bytes.size() > longest_packet) continue;
    std::array<std::byte, longest_packet> buffer;
    const auto out = std::span(buffer).first(bytes.size());
    std::copy(bytes.begin(), bytes.end(), out.begin());
    put(out, 2, sequence_ & 0xffff, 2);
    put(out, 4, timestamp_at(base_ + packets_[at_].at), 4);
    put(out, 8, ssrc_, 4);
    if (clock_rate_ == 90000)
      if (const auto picture = rtp::parse_vp8(view->payload)) {
        if (picture->starts_frame) ++picture_;
        // Ids that run backwards would be taken for old pictures.
        const auto payload = static_cast<std::size_t>(view->payload.data() - bytes.data());
        rtp::patch_vp8(out.subspan(payload, view->payload.size()), *picture, picture_ & 0x7fff,
                       picture->tl0_index.value_or(0));
      }
    send(out, sequence_ >> 16);
    ++sequence_;
    ++packets_sent_;
    bytes_sent_ += static_cast<std::uint32_t>(view->payload.size());
  }
}

void ReplayStream::jump_to_keyframe(Clock::time_point now) {
  for (std::size_t i = 0; i < packets_.size(); ++i) {
    const auto candidate = (at_ + i) % packets_.size();
    const auto picture = picture_of(packets_[candidate].bytes);
    if (!picture || !picture->keyframe || !picture->starts_frame) continue;
    at_ = candidate;
    base_ = now - packets_[candidate].at;
    return;
  }
}

rtp::SenderReport ReplayStream::report(Clock::time_point now,
                                       std::chrono::system_clock::time_point wall) const {
  return {ssrc_, rtp::ntp_time(wall), timestamp_at(now)};
}

}  // namespace diemcau::caller
