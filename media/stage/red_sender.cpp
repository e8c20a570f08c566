#include "media/stage/red_sender.h"

#include "media/rtp/loss_gauge.h"
#include "media/rtp/red.h"

namespace diemcau::stage {
namespace {

constexpr std::size_t block_header = 4;

std::uint16_t before(std::uint16_t sequence, int distance) {
  return static_cast<std::uint16_t>(sequence - distance);
}

}  // namespace

const RedSender::Sent* RedSender::find(std::uint16_t sequence) const {
  const auto& entry = sent_[sequence % sent_.size()];
  return entry.known && entry.sequence == sequence ? &entry : nullptr;
}

RedSender::Payload RedSender::wrap(const rtp::PacketView& packet, const rtp::PacketHistory& history,
                                   int generations, std::span<std::byte, longest> out) const {
  std::uint8_t companions = 0;
  std::size_t size = 1 + packet.payload.size();
  for (int n = 1; red_type_ >= 0 && n <= generations; ++n) {
    if (find(before(packet.sequence, n)) == nullptr) continue;
    const auto older = rtp::parse_packet(history.find(before(packet.sequence, n)));
    if (!older || older->payload.size() <= comfort_noise || older->payload.size() > rtp::longest_red_block)
      continue;
    const auto age = packet.timestamp - older->timestamp;
    if (age == 0 || age > rtp::oldest_red || size + block_header + older->payload.size() > longest) continue;
    size += block_header + older->payload.size();
    companions |= static_cast<std::uint8_t>(1 << (n - 1));
  }
  return write(packet, history, companions, out).value_or(Payload{packet.payload, plain_type_, 0});
}

void RedSender::sent(std::uint16_t sequence, std::uint8_t companions) {
  sent_[sequence % sent_.size()] = {sequence, true, false, companions};
}

std::optional<RedSender::Payload> RedSender::wrap_again(const rtp::PacketView& packet,
                                                        const rtp::PacketHistory& history,
                                                        std::span<std::byte, longest> out) const {
  const auto* sent = find(packet.sequence);
  return sent != nullptr ? write(packet, history, sent->companions, out) : std::nullopt;
}

std::optional<RedSender::Payload> RedSender::write(const rtp::PacketView& packet,
                                                   const rtp::PacketHistory& history, std::uint8_t companions,
                                                   std::span<std::byte, longest> out) const {
  if (companions == 0) return Payload{packet.payload, plain_type_, 0};
  const auto type = static_cast<std::uint8_t>(plain_type_);
  std::array<rtp::RedBlock, rtp::LossGauge::most_generations + 1> blocks;
  std::size_t count = 0;
  for (int n = rtp::LossGauge::most_generations; n >= 1; --n) {
    if ((companions >> (n - 1) & 1) == 0) continue;
    const auto older = rtp::parse_packet(history.find(before(packet.sequence, n)));
    if (!older) return std::nullopt;
    blocks[count++] = {type, packet.timestamp - older->timestamp, older->payload};
  }
  blocks[count++] = {type, 0, packet.payload};
  const auto size = rtp::write_red(std::span(blocks).first(count), out);
  if (size == 0) return std::nullopt;
  return Payload{out.first(size), red_type_, companions};
}

bool RedSender::note_lost(std::uint16_t sequence) {
  auto& sent = sent_[sequence % sent_.size()];
  if (!sent.known || sent.sequence != sequence || sent.lost) return false;
  return sent.lost = true;
}

}  // namespace diemcau::stage
