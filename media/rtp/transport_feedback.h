#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace diemcau::rtp {

/// What a transport-wide feedback says of one packet.
struct PacketStatus {
  std::uint16_t transport_sequence{};
  /// On the receiver's clock, in 250 µs since some beginning (the feedback's reference time wraps after 12
  /// days); nullopt: it has not arrived.
  std::optional<std::int64_t> arrived;
};

/// More packets than one feedback can mean: 5 s of a wide line.
inline constexpr std::size_t most_told = 4096;

/// Reads the feedback control information of an RTCP packet of type 205, format 15
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01 3.1): one entry for each packet it tells about, in
/// order. nullopt when it does not add up or tells about more than most_told packets: a chunk of two bytes
/// stands for up to 8,191.
std::optional<std::vector<PacketStatus>> parse_transport_feedback(std::span<const std::byte> information);

/// Notes when each packet of a sender arrived and writes the transport-wide feedback
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01) from which a browser learns how much its uplink
/// carries. Without it Chromium stays at 300 kbit/s.
class TransportFeedback {
 public:
  using Clock = std::chrono::steady_clock;

  void on_packet(std::uint16_t transport_sequence, Clock::time_point at);
  /// The feedback control information of what arrived since the last call, for an RTCP packet of type 205,
  /// format 15; nullopt when nothing did. Call about every 50 ms.
  std::optional<std::vector<std::byte>> take();

 private:
  struct Arrival {
    std::int64_t sequence;  ///< unwrapped
    std::int64_t ticks;     ///< of 250 µs since the first packet ever
  };
  static constexpr std::size_t most_packets = 500;  ///< one feedback must fit a datagram

  std::optional<Clock::time_point> epoch_;
  std::int64_t highest_ = 0;
  std::int64_t next_ = 0;  ///< first sequence that the next feedback tells about
  std::vector<Arrival> arrivals_;
  std::uint8_t count_ = 0;
};

}  // namespace diemcau::rtp
