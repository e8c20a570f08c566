#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace diemcau::rtp {

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
