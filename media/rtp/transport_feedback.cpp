#include "media/rtp/transport_feedback.h"

#include <algorithm>

#include "media/byte_reader.h"
#include "media/rtp/packet.h"

namespace diemcau::rtp {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t ticks_per_reference = 256;  // the reference time counts 64 ms, a delta 250 µs

enum Symbol : unsigned { not_received = 0, small_delta = 1, large_delta = 2 };

void put16(std::vector<std::byte>& out, std::int64_t value) {
  out.push_back(static_cast<std::byte>(value >> 8));
  out.push_back(static_cast<std::byte>(value));
}

/// The symbols of the packet status chunks; nullopt when they are not as many as announced.
std::optional<std::vector<unsigned>> read_symbols(media::ByteReader& in, std::size_t count) {
  std::vector<unsigned> symbols;
  while (symbols.size() < count) {
    const auto chunk = in.read<std::uint16_t>();
    if (!in.ok()) return std::nullopt;
    if ((chunk & 0x8000) == 0) {  // a run of one symbol
      const std::size_t length = chunk & 0x1fff;
      if (length == 0) return std::nullopt;
      symbols.insert(symbols.end(), std::min(length, count - symbols.size()), chunk >> 13 & 3U);
      continue;
    }
    const bool two_bits = (chunk & 0x4000) != 0;
    const int width = two_bits ? 2 : 1;
    for (int shift = 14 - width; shift >= 0 && symbols.size() < count; shift -= width)
      symbols.push_back(chunk >> shift & (two_bits ? 3U : 1U));
  }
  return symbols;
}

}  // namespace

std::optional<std::vector<PacketStatus>> parse_transport_feedback(std::span<const std::byte> information) {
  media::ByteReader in(information);
  const auto base = in.read<std::uint16_t>();
  const std::size_t count = in.read<std::uint16_t>();
  const auto reference = in.read<std::uint32_t>() >> 8;  // the last byte counts feedbacks
  if (!in.ok() || count > most_told) return std::nullopt;
  const auto symbols = read_symbols(in, count);
  if (!symbols) return std::nullopt;
  std::vector<PacketStatus> told;
  told.reserve(count);
  auto ticks = static_cast<std::int64_t>(reference) * ticks_per_reference;
  for (const auto symbol : *symbols) {
    const auto sequence = static_cast<std::uint16_t>(base + told.size());
    if (symbol == not_received) {
      told.push_back({sequence, std::nullopt});
      continue;
    }
    if (symbol > large_delta) return std::nullopt;  // reserved
    ticks += symbol == small_delta ? in.read<std::uint8_t>() : in.read<std::int16_t>();
    told.push_back({sequence, ticks});
  }
  if (!in.ok()) return std::nullopt;
  return told;
}

void TransportFeedback::on_packet(std::uint16_t transport_sequence, Clock::time_point at) {
  if (!epoch_) {
    epoch_ = at;
    highest_ = next_ = transport_sequence;
  }
  const auto sequence =
      highest_ + sequence_distance(transport_sequence, static_cast<std::uint16_t>(highest_));
  highest_ = std::max(highest_, sequence);
  if (sequence < next_ || arrivals_.size() >= most_packets) return;  // told already, or a flood
  arrivals_.push_back({sequence, (at - *epoch_) / 250us});
}

std::optional<std::vector<std::byte>> TransportFeedback::take() {
  if (arrivals_.empty()) return std::nullopt;
  std::sort(arrivals_.begin(), arrivals_.end(),
            [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  arrivals_.erase(std::unique(arrivals_.begin(), arrivals_.end(),
                              [](const auto& a, const auto& b) { return a.sequence == b.sequence; }),
                  arrivals_.end());
  // After a long gap only what is near the end is worth telling.
  const auto last = arrivals_.back().sequence;
  const auto base = std::max(next_, last - static_cast<std::int64_t>(most_packets) + 1);
  const auto first =
      std::find_if(arrivals_.begin(), arrivals_.end(), [&](const auto& a) { return a.sequence >= base; });

  const auto reference = first->ticks / ticks_per_reference;
  auto previous = reference * ticks_per_reference;
  std::vector<unsigned> symbols;
  std::vector<std::byte> deltas;
  auto arrival = first;
  for (auto sequence = base; sequence <= last; ++sequence) {
    if (arrival->sequence != sequence) {
      symbols.push_back(not_received);
      continue;
    }
    // A delta that does not fit 16 bits would be 8 s: the next feedback is 50 ms away, so this is a clamp,
    // not a loss.
    const auto delta = std::clamp<std::int64_t>(arrival->ticks - previous, INT16_MIN, INT16_MAX);
    previous += delta;
    if (delta >= 0 && delta <= 255) {
      symbols.push_back(small_delta);
      deltas.push_back(static_cast<std::byte>(delta));
    } else {
      symbols.push_back(large_delta);
      put16(deltas, delta);
    }
    ++arrival;
  }

  std::vector<std::byte> out;
  put16(out, base);
  put16(out, static_cast<std::int64_t>(symbols.size()));
  for (int shift = 16; shift >= 0; shift -= 8) out.push_back(static_cast<std::byte>(reference >> shift));
  out.push_back(static_cast<std::byte>(count_++));
  // Status vector chunks of seven two-bit symbols: not the shortest form, but one form.
  for (std::size_t i = 0; i < symbols.size(); i += 7) {
    std::int64_t chunk = 0xC000;
    for (std::size_t j = 0; j < 7 && i + j < symbols.size(); ++j)
      chunk |= static_cast<std::int64_t>(symbols[i + j]) << (12 - 2 * j);
    put16(out, chunk);
  }
  out.insert(out.end(), deltas.begin(), deltas.end());
  while (out.size() % 4 != 0) out.push_back(std::byte{0});
  next_ = last + 1;
  arrivals_.clear();
  return out;
}

}  // namespace diemcau::rtp
