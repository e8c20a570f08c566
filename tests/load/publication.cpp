#include "tests/load/publication.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "tests/load/stamp.h"

namespace diemcau::load {
namespace {

using namespace std::chrono_literals;

constexpr auto frame_interval = 40ms;  // 25 a second
constexpr auto voice_interval = 20ms;
constexpr std::uint32_t frame_ticks = 3600;  // of 90 kHz
constexpr std::uint32_t voice_ticks = 960;   // of 48 kHz
constexpr std::size_t longest_payload = 1100;
constexpr std::size_t voice_payload = 80;   // 32 kbit/s
constexpr std::size_t keyframe_frames = 4;  // a keyframe is as large as so many others
constexpr std::size_t header_size = 12 + 4 + 8;

void put(std::byte* at, std::uint32_t value, int size) {
  for (int i = 0; i < size; ++i) at[i] = static_cast<std::byte>(value >> (8 * (size - 1 - i)));
}

}  // namespace

Publication::Publication(TestPeer& peer, std::uint16_t number, const Shape& shape, Clock::time_point begins)
    : peer_(peer), number_(number), shape_(shape) {
  video_.ssrc = 0x11000000U + number;
  voice_.ssrc = 0x22000000U + number;
  video_.due = voice_.due = begins;
  peer_.on_rtcp = [this](const rtp::RtcpReport& report, std::span<const std::byte>) {
    if (std::find(report.keyframes_wanted.begin(), report.keyframes_wanted.end(), video_.ssrc) !=
        report.keyframes_wanted.end())
      keyframe_wanted_ = true;
  };
}

Publication::Clock::time_point Publication::due() const {
  auto next = Clock::time_point::max();
  if (shape_.video_bits_per_second > 0) next = video_.due;
  if (shape_.voice) next = std::min(next, voice_.due);
  return next;
}

void Publication::send(Clock::time_point now) {
  for (; shape_.video_bits_per_second > 0 && video_.due <= now; video_.due += frame_interval) send_frame();
  for (; shape_.voice && voice_.due <= now; voice_.due += voice_interval) send_voice();
}

void Publication::send_frame() {
  const bool keyframe = std::exchange(keyframe_wanted_, false);
  picture_ = (picture_ + 1) & 0x7fff;
  video_.timestamp += frame_ticks;
  const auto frame =
      static_cast<std::size_t>(shape_.video_bits_per_second / 8 / 25) * (keyframe ? keyframe_frames : 1);
  const auto packets = (frame + longest_payload - 1) / longest_payload;
  // RFC 7741 4.2: X, S in the first packet; I; a picture id of 15 bits. Then the frame's tag, whose lowest
  // bit tells a keyframe, and its start code and size, 640x360 (RFC 6386 9.1).
  std::array<std::byte, 14> head{};
  for (std::size_t i = 0; i < packets; ++i) {
    head[0] = i == 0 ? std::byte{0x90} : std::byte{0x80};
    head[1] = std::byte{0x80};
    put(&head[2], 0x8000U | picture_, 2);
    std::size_t size = 4;
    if (i == 0) {
      put(&head[4], keyframe ? 0x100200 : 0x110200, 3);
      size = 7;
    }
    if (i == 0 && keyframe) {
      put(&head[7], 0x9d012a, 3);
      put(&head[10], 0x80026801, 4);
      size = 14;
    }
    send_packet(video_, video_stream(), i + 1 == packets, std::span(head).first(size), frame / packets);
  }
}

void Publication::send_voice() {
  voice_.timestamp += voice_ticks;
  // A table of contents of 20 ms of CELT, full band (RFC 6716 3.1).
  constexpr std::array<std::byte, 1> head{std::byte{0xf8}};
  send_packet(voice_, voice_stream(), false, head, voice_payload);
}

void Publication::send_packet(Stream& stream, std::uint16_t id, bool marker, std::span<const std::byte> head,
                              std::size_t payload_size) {
  const bool video = &stream == &video_;
  std::array<std::byte, header_size + longest_payload> packet{};
  packet[0] = std::byte{0x90};
  packet[1] = static_cast<std::byte>((marker ? 0x80U : 0U) | (video ? TestPeer::vp8 : TestPeer::opus));
  if (++stream.sequence == 0) ++stream.rollover;
  put(&packet[2], stream.sequence, 2);
  put(&packet[4], stream.timestamp, 4);
  put(&packet[8], stream.ssrc, 4);
  // The extensions that a browser sends (RFC 8285 4.2): mid, transport-wide number, level of a voice.
  put(&packet[12], 0xBEDE0002, 4);
  put(&packet[16], TestPeer::mid_extension << 4, 1);
  put(&packet[17], video ? '1' : '0', 1);
  put(&packet[18], TestPeer::transport_sequence_extension << 4 | 1, 1);
  put(&packet[19], ++transport_sequence_, 2);
  if (!video) {
    put(&packet[21], TestPeer::level_extension << 4, 1);
    put(&packet[22], 0x80U | static_cast<unsigned>(shape_.voice_below), 1);
  }
  const auto payload = std::span(packet).subspan(header_size, payload_size);
  std::copy(head.begin(), head.end(), payload.begin());
  write_stamp({id, stream.counter++, Clock::now()}, payload.last(stamp_size));
  peer_.send_rtp(std::span(packet).first(header_size + payload_size), stream.rollover);
}

}  // namespace diemcau::load
