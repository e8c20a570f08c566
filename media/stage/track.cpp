#include "media/stage/track.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "media/rtp/h264.h"

namespace diemcau::stage {
namespace {
// Two seconds of a good camera; 1.3 s of a voice, which nobody asks for any later.
constexpr std::size_t video_history = 512;
constexpr std::size_t audio_history = 64;
constexpr std::size_t longest_payload = 1440;  // with any header of a slot within an Ethernet frame
constexpr double video_clock = 90000;
constexpr double audio_clock = 48000;

// No line that works is silent for so long, unless its sender is. Nor is what comes after it in order at
// once: browsers send some of what was lost again to try the line out.
constexpr auto cut = std::chrono::milliseconds(500);
constexpr int few = 16;  // are repaired sooner than a keyframe is made

double clock_of(Kind kind) { return kind == Kind::video ? video_clock : audio_clock; }
rtp::NackLimits limits(Kind kind) { return kind == Kind::video ? rtp::for_video : rtp::for_voice; }
}  // namespace

Track::Track(SourceId source, Codec codec, Peer* publisher)
    : history(kind_of(codec) == Kind::video ? video_history : audio_history),
      nack(limits(kind_of(codec))),
      source_(source),
      codec_(codec),
      publisher_(publisher) {}

std::optional<Track::Arrived> Track::take(std::span<const std::byte> bytes, Clock::time_point now) {
  const auto seen = rtp::parse_packet(bytes);
  if (!seen || seen->payload.size() > longest_payload) return std::nullopt;
  const auto sequence = seen->sequence;
  const bool restarted = ssrc_ != 0 && seen->ssrc != ssrc_;
  if (restarted) {
    // Another encoder (a clip after a clip): its numbers have nothing to do with those before.
    highest_.reset();
    returned_.reset();
    transit_.reset();
    lost_ += nack.lost();
    nack = rtp::NackGenerator(limits(kind()));
    history.clear();
    keyframe_at_ = {};
    keyframe_time_.reset();
    restarted_ = true;
  }
  ssrc_ = seen->ssrc;
  const bool resumed =
      resumes(highest_ ? rtp::sequence_distance(sequence, static_cast<std::uint16_t>(*highest_)) : 0, now);
  restarted_ |= resumed;
  // Probing packets without payload count as received (their numbers are used up) but are nothing to show.
  if (publisher_ != nullptr) resumed ? nack.resume_at(sequence) : nack.on_packet(sequence, now);
  ++received_;
  if (!highest_) {
    highest_ = sequence;
    expected_before_ = *highest_ - 1;
    received_ = 1;
    received_before_ = 0;
  }
  const int ahead = rtp::sequence_distance(sequence, static_cast<std::uint16_t>(*highest_));
  if (ahead > 0) *highest_ += ahead;
  if (transit_ && ahead > 0) {
    const double clock = clock_of(kind());
    const auto sent = static_cast<double>(static_cast<std::int32_t>(seen->timestamp - transit_->first));
    const auto arrived = std::chrono::duration<double>(now - transit_->second).count() * clock;
    jitter_ += (std::abs(arrived - sent) - jitter_) / 16;
  }
  if (ahead >= 0) transit_ = {seen->timestamp, now};
  return keep(*seen, bytes, now);
}

/// Whether the stream goes on with this packet after its line was cut. Its viewers get no hole then, of which
/// they would ask for all: their numbers go on, with the next keyframe.
bool Track::resumes(int ahead, Clock::time_point now) {
  if (now - std::exchange(heard_, now) > cut && highest_) returned_ = now;
  return returned_ && now - *returned_ <= cut && ahead - 1 > few;
}

std::optional<Track::Arrived> Track::recover(std::span<const std::byte> bytes, Clock::time_point now) {
  const auto lost = rtp::parse_packet(bytes);
  if (!lost || !highest_ || lost->ssrc != ssrc_) return std::nullopt;
  const int ahead = rtp::sequence_distance(lost->sequence, static_cast<std::uint16_t>(*highest_));
  if (now - heard_ > cut && ahead - 1 > few) return std::nullopt;
  // Between its neighbours in time too: senders differ in which packets they bring along.
  for (const int side : {-1, 1}) {
    const auto neighbour = rtp::parse_packet(history.find(static_cast<std::uint16_t>(lost->sequence + side)));
    if (!neighbour) continue;
    const auto later = static_cast<std::int32_t>(neighbour->timestamp - lost->timestamp);
    if (side < 0 ? later >= 0 : later <= 0) return std::nullopt;
  }
  const bool noticed = ahead < 0;
  const auto counted = nack.lost();
  nack.on_packet(lost->sequence, now);
  if (!noticed || nack.lost() < counted) ++lost_;
  return keep(*lost, bytes, now);
}

std::optional<Track::Arrived> Track::keep(const rtp::PacketView& seen, std::span<const std::byte> bytes,
                                          Clock::time_point now) {
  const auto sequence = seen.sequence;
  const int ahead = rtp::sequence_distance(sequence, static_cast<std::uint16_t>(*highest_));
  // What is older than the history may have been passed on already, and a slot must never send two packets
  // with one number (see SrtpSender).
  if (seen.payload.empty() || -ahead >= static_cast<int>(history.capacity()) ||
      !history.find(sequence).empty())
    return std::nullopt;
  Arrived arrived;
  if (!look_at(arrived, seen.payload, seen.timestamp)) return std::nullopt;
  last_packet_ = now;
  history.add(sequence, bytes, arrived.keyframe);
  meter.add(bytes.size() + transport_overhead, arrived.picture ? arrived.picture->temporal_layer : 0, now);
  arrived.packet = *rtp::parse_packet(history.find(sequence));
  arrived.restarted = std::exchange(restarted_, false);
  if (arrived.keyframe) {
    gate.on_keyframe();
    nack.on_keyframe(sequence);
    keyframe_at_ = now;
  }
  return arrived;
}

void Track::see(int height) {
  height_ = height;
  full_height_ = std::max(full_height_, height);
}

bool Track::look_at(Arrived& arrived, std::span<const std::byte> payload, std::uint32_t timestamp) {
  switch (codec_) {
    case Codec::opus:
      return true;
    case Codec::vp8:
      arrived.picture = rtp::parse_vp8(payload);
      if (!arrived.picture) return false;
      arrived.keyframe = arrived.picture->keyframe;
      has_temporal_layers_ |= arrived.picture->temporal_layer > 0;
      if (arrived.keyframe) see(arrived.picture->height);
      return true;
    case Codec::h264: {
      const auto unit = rtp::parse_h264(payload);
      if (!unit) return false;
      if (unit->height != 0) see(unit->height);
      // Its parameters come first, then its slices: who begins there has all.
      if ((unit->sequence_parameters || unit->keyframe) && keyframe_time_ != timestamp) {
        arrived.keyframe = true;
        keyframe_time_ = timestamp;
      }
      return true;
    }
  }
  return false;
}

std::optional<rtp::Vp8Descriptor> Track::picture_of(const rtp::PacketView& packet) const {
  return codec_ == Codec::vp8 ? rtp::parse_vp8(packet.payload) : std::nullopt;
}

void Track::on_sender_report(const rtp::SenderReport& report, Clock::time_point now) {
  last_report_middle_ = static_cast<std::uint32_t>(report.ntp >> 16);
  last_report_at_ = now;
}

std::chrono::microseconds Track::jitter() const {
  return std::chrono::microseconds(static_cast<std::int64_t>(jitter_ / clock_of(kind()) * 1e6));
}

rtp::ReportBlock Track::receiver_block(Clock::time_point now) {
  rtp::ReportBlock block;
  block.ssrc = ssrc_;
  const auto highest = highest_.value_or(0);
  const auto expected = highest - expected_before_;
  const auto received = static_cast<std::int64_t>(received_ - received_before_);
  if (expected > 0 && received < expected)
    block.fraction_lost =
        static_cast<std::uint8_t>(std::min<std::int64_t>(255, 256 * (expected - received) / expected));
  expected_before_ = highest;
  received_before_ = received_;
  block.jitter = static_cast<std::uint32_t>(jitter_);
  if (last_report_middle_ != 0) {
    block.last_sender_report = last_report_middle_;
    block.delay_since =
        static_cast<std::uint32_t>(std::chrono::duration<double>(now - last_report_at_).count() * 65536);
  }
  return block;
}

}  // namespace diemcau::stage
