#pragma once
#include <deque>
#include <map>
#include <optional>
#include <set>

#include <gtest/gtest.h>

#include "media/media.h"
#include "media/rtp/packet.h"
#include "media/rtp/transport_feedback.h"
#include "media/rtp/vp8.h"
#include "tests/free_port.h"
#include "tests/load/test_peer.h"
#include "tests/unit/media/rtp_packets.h"
#include "tests/unit/media/thin_line.h"

/// A viewer behind a thin line, over real sockets: the line is simulated where its packets arrive, and its
/// feedback tells of the line's times.
namespace diemcau::media {

using namespace std::chrono_literals;
using load::TestPeer;
using Clock = std::chrono::steady_clock;

constexpr StageId room{1};
constexpr std::size_t overhead = 20 + 8 + 16;

/// A camera in three sizes with three temporal layers, as a page sends it, and a microphone. Or in the
/// largest size only, as a room system does.
class Publisher {
 public:
  Publisher(Engine& engine, SourceId source, bool simulcast = true)
      : peer({.sends = true, .simulcast = simulcast}), simulcast_(simulcast) {
    peer.on_rtcp = [this](const rtp::RtcpReport& report, std::span<const std::byte>) {
      if (!report.keyframes_wanted.empty()) keyframe_ = true;
    };
    const PeerId id{static_cast<std::uint64_t>(source)};
    peer.start(std::get<std::string>(engine.connect(id, room, source, peer.offer())));
  }
  void run(Clock::time_point now) {
    peer.poll(0ms);
    if (!peer.connected()) return;
    for (; next_voice_ <= now; next_voice_ += 20ms) speak();
    for (; next_picture_ <= now; next_picture_ += 33333us) show();
  }

  TestPeer peer;
  std::set<std::string> wanted{"q", "h", "f"};  ///< what it has been told to send
  bool gives_keyframes = true;
  int keyframes = 0;

 private:
  void speak() {
    if (voice_ == 0) next_voice_ = Clock::now();
    ++voice_;
    peer.send_rtp(
        rtp::write_packet({.payload_type = TestPeer::opus,
                           .sequence = voice_,
                           .timestamp = voice_ * 960U,
                           .ssrc = 0xa0,
                           .extension = {std::byte{0x40}, std::byte{'0'}, std::byte{0x10}, std::byte{20}}},
                          text_bytes(std::string(80, 'v'))));
  }
  void show() {
    if (picture_ == 0) next_picture_ = Clock::now();
    const bool keyframe = (std::exchange(keyframe_, false) && gives_keyframes) || picture_ == 0;
    keyframes += keyframe;
    since_keyframe_ = keyframe ? 0 : since_keyframe_ + 1;
    const int layer = since_keyframe_ % 4 == 0 ? 0 : since_keyframe_ % 4 == 2 ? 1 : 2;
    if (layer == 0) ++tl0_;
    ++picture_;
    const char* const names[] = {"q", "h", "f"};
    const std::size_t rates[] = {150'000, 500'000, 1'500'000};
    for (std::size_t size = 0; size < 3; ++size)
      if (simulcast_ ? wanted.contains(names[size]) : size == 2)
        send(size, names[size],
             rates[size] / 8 / 30 *
                 (keyframe     ? 5
                  : layer == 2 ? 12
                  : layer == 1 ? 12
                               : 24) /
                 15,
             keyframe, layer);
  }
  void send(std::size_t size, const char* rid, std::size_t bytes, bool keyframe, int layer) {
    const bool sync = since_keyframe_ % 8 < 3;
    ++pictures_[size];
    for (bool first = true; bytes > 0; first = false) {
      const auto part = std::min<std::size_t>(bytes, 1100);
      bytes -= part;
      auto payload = rtp::vp8_layer_payload(keyframe && first, pictures_[size], tl0_, layer, sync, "");
      if (!first) payload[0] = std::byte{0x80};
      if (keyframe && first) {
        const int lines = 180 << size;
        for (const int byte :
             {0, 0, 0x9d, 0x01, 0x2a, lines * 16 / 9 & 0xff, lines * 16 / 9 >> 8, lines & 0xff, lines >> 8})
          payload.push_back(static_cast<std::byte>(byte));
      }
      payload.resize(std::max(payload.size(), part));
      peer.send_rtp(rtp::write_packet(
          {.payload_type = TestPeer::vp8,
           .marker = bytes == 0,
           .sequence = ++sequences_[size],
           .timestamp = picture_ * 3000U,
           .ssrc = static_cast<std::uint32_t>(0xca0 + size),
           .extension = {std::byte{0x40}, std::byte{'1'}, std::byte{0x50}, static_cast<std::byte>(rid[0])}},
          payload));
    }
  }

  bool simulcast_;
  Clock::time_point next_voice_{}, next_picture_{};
  std::uint16_t voice_ = 0;
  std::uint16_t picture_ = 0;
  int since_keyframe_ = 0;
  std::uint8_t tl0_ = 0;
  bool keyframe_ = false;
  std::array<std::uint16_t, 3> sequences_{}, pictures_{};
};

class Viewer {
 public:
  explicit Viewer(Engine& engine, int slots = 2, std::optional<SourceId> publishes = {})
      : peer({.video_slots = slots, .audio_slots = 1, .reports_arrivals = true}) {
    peer.on_rtp = [this](std::span<const std::byte> packet) { take(packet); };
    peer.start(std::get<std::string>(engine.connect(PeerId{99}, room, publishes, peer.offer())));
  }
  void run(Clock::time_point now) {
    peer.poll(0ms);
    while (!arriving_.empty() && arriving_.front().second <= now) {
      feedback_.on_packet(arriving_.front().first, arriving_.front().second);
      arriving_.pop_front();
    }
    if (!peer.connected() || now < next_) return;
    next_ = now + 60ms;
    if (const auto information = feedback_.take()) {
      std::array<std::byte, 1400> buffer;
      rtp::RtcpWriter out(buffer);
      out.feedback(205, 15, 1, peer.video_slots()[0].ssrc, *information);
      peer.send_rtcp(std::span(buffer).first(out.size()));
    }
  }
  void forget() {
    pictures.clear();
    bytes = lost = voices_lost = voices = 0;
    longest_wait = {};
    broken = keyframes = 0;
  }

  TestPeer peer;
  ThinLine line;
  std::map<std::uint32_t, int> pictures;  ///< whole ones, by slot
  std::map<std::uint32_t, int> lines;     ///< of the last key frame
  std::size_t bytes = 0, lost = 0, voices = 0, voices_lost = 0;
  int broken = 0;  ///< numbers that are no continuation
  int keyframes = 0;
  Clock::duration longest_wait{};

 private:
  void take(std::span<const std::byte> packet) {
    const auto now = Clock::now();
    const auto view = *rtp::parse_packet(packet);
    const auto number = rtp::find_extension(view, TestPeer::transport_sequence_extension);
    ASSERT_EQ(number.size(), 2u);
    bytes += packet.size() + overhead;
    const bool voice = view.payload_type != TestPeer::vp8;
    if (voice) ++voices;
    longest_wait = std::max(longest_wait, line.waiting(now));
    // Whole and in order on the loopback, whatever the line does to it.
    if (const auto before = sequences_.find(view.ssrc); before != sequences_.end())
      if (view.sequence != static_cast<std::uint16_t>(before->second + 1)) ++broken;
    sequences_[view.ssrc] = view.sequence;
    if (const auto picture = rtp::parse_vp8(view.payload); !voice && picture) {
      keyframes += picture->keyframe;
      if (picture->keyframe && picture->height != 0) lines[view.ssrc] = picture->height;
      if (picture->starts_frame) {
        if (const auto before = ids_.find(view.ssrc);
            before != ids_.end() && *picture->picture_id != ((before->second + 1) & 0x7fff))
          ++broken;
        ids_[view.ssrc] = *picture->picture_id;
      }
    }
    const auto arrives = line.send(packet.size() + overhead, now);
    if (!arrives) {
      ++lost;
      if (voice) ++voices_lost;
      return;
    }
    if (!voice && view.marker) ++pictures[view.ssrc];
    arriving_.emplace_back(static_cast<std::uint16_t>(std::to_integer<unsigned>(number[0]) << 8 |
                                                      std::to_integer<unsigned>(number[1])),
                           *arrives);
  }

  rtp::TransportFeedback feedback_;
  std::deque<std::pair<std::uint16_t, Clock::time_point>> arriving_;
  std::map<std::uint32_t, std::uint16_t> sequences_, ids_;
  Clock::time_point next_{};
};

class ThinViewerTest : public testing::Test {
 protected:
  void SetUp() override {
    engine_.open_stage(room);
    publisher_.emplace(engine_, SourceId{10});
    viewer_.emplace(engine_);
    engine_.set_audible(room, {SourceId{10}});
    engine_.set_scene(room, {Layout::single, {{SourceId{10}, ""}}});
  }
  void run(Clock::duration time) {
    const auto until = Clock::now() + time;
    while (Clock::now() < until) {
      publisher_->run(Clock::now());
      for (auto& [id, other] : others_) other.run(Clock::now());
      viewer_->run(Clock::now());
      for (auto& event : engine_.take_events())
        if (const auto* wanted = std::get_if<CameraWanted>(&event))
          of(wanted->source).wanted = {wanted->rids.begin(), wanted->rids.end()};
        else if (const auto* program = std::get_if<ProgramShown>(&event))
          program_shown_ = program->shown, programs_ += program->shown;
        else if (const auto* lines = std::get_if<Downlinks>(&event);
                 lines && lines->peers.contains(PeerId{99}))
          line_ = lines->peers.at(PeerId{99});
      viewer_->peer.poll(2ms);
    }
  }
  template <class Condition>
  bool run_until(Condition holds, Clock::duration limit) {
    const auto until = Clock::now() + limit;
    while (!holds() && Clock::now() < until) run(50ms);
    return holds();
  }
  Publisher& of(SourceId source) {
    const auto other = others_.find(source);
    return other == others_.end() ? *publisher_ : other->second;
  }
  std::uint32_t main() { return viewer_->peer.video_slots()[0].ssrc; }

  const std::uint16_t port_ = free_port();
  Engine engine_{{"127.0.0.1", port_, {{"127.0.0.1", port_}}}, [] {}};
  std::optional<Publisher> publisher_;
  std::optional<Viewer> viewer_;
  std::map<SourceId, Publisher> others_;
  Downlink line_;  ///< as the engine says
  bool program_shown_ = false;
  int programs_ = 0;  ///< how often it was
};

}  // namespace diemcau::media
