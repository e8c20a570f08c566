#pragma once
#include <chrono>
#include <cstdint>

#include "tests/load/test_peer.h"

namespace diemcau::load {

/// What one publisher sends: pictures that are VP8 by their descriptors, and a voice that is Opus by its
/// payload type; the contents are a Stamp and filling. Stream 2n is the picture of publisher n, 2n+1 its
/// voice.
class Publication {
 public:
  using Clock = std::chrono::steady_clock;
  struct Shape {
    int video_bits_per_second = 0;  ///< 0: no picture
    bool voice = false;
    int voice_below = 20;  ///< loudness, dB below the loudest there is (RFC 6464)
  };

  /// Listens to what the server asks its publisher for. `peer` must outlive it.
  Publication(TestPeer& peer, std::uint16_t number, const Shape& shape, Clock::time_point begins);

  /// Sends what is due: a frame every 40 ms in one burst, as Chromium does, a voice packet every 20 ms.
  void send(Clock::time_point now);
  Clock::time_point due() const;

  std::uint16_t video_stream() const { return static_cast<std::uint16_t>(2 * number_); }
  std::uint16_t voice_stream() const { return static_cast<std::uint16_t>(2 * number_ + 1); }
  /// The counter that the next packet gets.
  std::uint32_t next_video() const { return video_.counter; }
  std::uint32_t next_voice() const { return voice_.counter; }

 private:
  struct Stream {
    std::uint32_t ssrc{}, counter{}, timestamp{}, rollover{};
    std::uint16_t sequence{};
    Clock::time_point due{};
  };
  void send_frame();
  void send_voice();
  void send_packet(Stream& stream, std::uint16_t id, bool marker, std::span<const std::byte> head,
                   std::size_t payload_size);

  TestPeer& peer_;
  std::uint16_t number_;
  Shape shape_;
  Stream video_, voice_;
  std::uint16_t picture_ = 0, transport_sequence_ = 0;
  bool keyframe_wanted_ = true;
};

}  // namespace diemcau::load
