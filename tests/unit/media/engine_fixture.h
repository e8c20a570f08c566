#pragma once
#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "media/media.h"
#include "media/rtp/packet.h"
#include "media/rtp/vp8.h"
#include "media/transport/stun.h"
#include "tests/free_port.h"
#include "tests/load/test_peer.h"
#include "tests/unit/media/rtp_packets.h"

/// The engine as browsers see it, over real sockets of the loopback.
namespace diemcau::media {

using namespace std::chrono_literals;
using load::TestPeer;

inline const std::uint16_t port = free_port();
constexpr StageId stage{1};
constexpr SourceId an_binh{10};
constexpr SourceId ban_mai{20};

/// A packet as a viewer got it.
struct Got {
  std::uint16_t sequence{};
  std::uint32_t timestamp{};
  bool keyframe = false;
  std::string text;
  unsigned wait = 0;  ///< before it is shown, hundredths of a second
};

/// A hall: what it sends it makes up, what it gets it keeps by slot.
class Hall {
 public:
  Hall(Engine& engine, PeerId id, std::optional<SourceId> source, TestPeer::Shape shape,
       Entry entry = Entry::at_once)
      : id_(id), peer(shape) {
    shape.sends = source.has_value();
    peer.on_rtp = [this](std::span<const std::byte> rtp) { take(rtp); };
    peer.on_rtcp = [this](const rtp::RtcpReport& report, std::span<const std::byte> plain) {
      keyframes_wanted += report.keyframes_wanted.size();
      for (const auto& part : report.lost)
        lost.insert(lost.end(), part.sequences.begin(), part.sequences.end());
      if (std::to_integer<unsigned>(plain[1]) == 205 && (std::to_integer<unsigned>(plain[0]) & 31) == 15)
        ++feedbacks;
      sender_reports += report.sender_reports.size();
    };
    const auto answer = engine.connect(id, stage, source, peer.offer(), Way::both, entry);
    if (const auto* refused = std::get_if<OfferRefused>(&answer)) throw std::runtime_error(refused->text_key);
    peer.start(std::get<std::string>(answer));
  }

  PeerId id() const { return id_; }
  const std::vector<Got>& video(std::size_t slot = 0) { return got_[peer.video_slots().at(slot).ssrc]; }
  const std::vector<Got>& audio(std::size_t slot = 0) { return got_[peer.audio_slots().at(slot).ssrc]; }

  Bytes video_packet(bool keyframe) {
    const auto number = std::to_string(next_picture_);
    auto packet = rtp::write_packet({.payload_type = TestPeer::vp8,
                                     .marker = true,
                                     .sequence = ++video_sequence,
                                     .timestamp = next_picture_ * 3000U,
                                     .ssrc = video_ssrc,
                                     .extension = extension('1')},
                                    rtp::vp8_payload(keyframe, next_picture_ & 0x7fff, 0, name + number));
    ++next_picture_;
    return packet;
  }
  void show(bool keyframe = false) { peer.send_rtp(video_packet(keyframe)); }
  void speak(int below = 20) {
    ++audio_sequence_;
    auto elements = extension('0');
    elements = joined(elements, Bytes{std::byte{0x10}, static_cast<std::byte>(below)});
    peer.send_rtp(rtp::write_packet({.payload_type = TestPeer::opus,
                                     .sequence = audio_sequence_,
                                     .timestamp = audio_sequence_ * 960U,
                                     .ssrc = 0xa0d10,
                                     .extension = elements},
                                    text_bytes(name + " says " + std::to_string(audio_sequence_))));
  }
  /// As browsers repair: the lost packet on the repair stream (RFC 4588).
  void repair(const Bytes& packet) {
    const auto view = *rtp::parse_packet(packet);
    peer.send_rtp(rtp::write_packet(
        {.payload_type = TestPeer::repair,
         .marker = view.marker,
         .sequence = ++repair_sequence_,
         .timestamp = view.timestamp,
         .ssrc = 0x7e9a12,
         .extension = extension('1')},
        joined(Bytes{static_cast<std::byte>(view.sequence >> 8), static_cast<std::byte>(view.sequence)},
               view.payload)));
  }
  void ask_keyframe(std::size_t slot = 0, int times = 1) {
    std::array<std::byte, 1200> buffer;
    rtp::RtcpWriter out(buffer);
    for (int i = 0; i < times; ++i) out.picture_loss(1, peer.video_slots().at(slot).ssrc);
    peer.send_rtcp(std::span(buffer).first(out.size()));
  }
  void ask_again(std::vector<std::uint16_t> sequences, std::size_t slot = 0) {
    std::array<std::byte, 200> buffer;
    rtp::RtcpWriter out(buffer);
    out.nack(1, peer.video_slots().at(slot).ssrc, sequences);
    peer.send_rtcp(std::span(buffer).first(out.size()));
  }

 private:
  Bytes extension(char mid) {
    ++transport_sequence_;
    return {std::byte{0x40}, static_cast<std::byte>(mid), std::byte{0x31},
            static_cast<std::byte>(transport_sequence_ >> 8), static_cast<std::byte>(transport_sequence_)};
  }
  void take(std::span<const std::byte> bytes) {
    const auto view = rtp::parse_packet(bytes);
    ASSERT_TRUE(view);
    Got got{view->sequence, view->timestamp, false, {}, 0};
    // The least, then the longest: 12 bits each.
    if (const auto delays = rtp::find_extension(*view, TestPeer::playout_extension); delays.size() == 3)
      got.wait = std::to_integer<unsigned>(delays[0]) << 4 | std::to_integer<unsigned>(delays[1]) >> 4;
    auto text = view->payload;
    if (view->payload_type == TestPeer::vp8) {
      const auto picture = rtp::parse_vp8(view->payload);
      ASSERT_TRUE(picture);
      got.keyframe = picture->keyframe;
      text = text.subspan(6);
    }
    for (const auto byte : text) got.text += static_cast<char>(byte);
    got_[view->ssrc].push_back(std::move(got));
  }

  PeerId id_;
  std::map<std::uint32_t, std::vector<Got>> got_;
  std::uint16_t audio_sequence_ = 500, repair_sequence_ = 0, transport_sequence_ = 65000;
  std::uint32_t next_picture_ = 1;

 public:
  TestPeer peer;
  std::string name;
  std::uint16_t video_sequence = 7000;
  std::uint32_t video_ssrc = 0xca3e7a;
  std::size_t keyframes_wanted = 0, feedbacks = 0, sender_reports = 0;
  std::vector<std::uint16_t> lost;
};

/// How halls come, and on how many workers they are; on several, each hall is on another than the one before.
struct Arrangement {
  bool tcp = false;
  std::size_t workers = 1;
};

class EngineTest : public testing::TestWithParam<Arrangement> {
 protected:
  void SetUp() override { engine_.open_stage(stage); }
  static bool over_tcp() { return GetParam().tcp; }

  Hall& join(std::optional<SourceId> source, int video_slots, int audio_slots = 0,
             const std::string& name = "", Entry entry = Entry::at_once) {
    const PeerId id{++last_peer_};
    TestPeer::Shape shape{source.has_value(), video_slots, audio_slots, over_tcp()};
    shape.delays_playout = true;
    auto& hall = *halls_.emplace_back(std::make_unique<Hall>(engine_, id, source, shape, entry));
    hall.name = name;
    EXPECT_TRUE(run_until([&] { return hall.peer.connected() && connected_.contains(id); }))
        << "no connection";
    return hall;
  }
  /// Moves all halls on until the condition holds; false when it does not within five seconds.
  template <class Condition>
  bool run_until(Condition condition, std::chrono::milliseconds limit = 5s) {
    const auto until = std::chrono::steady_clock::now() + limit;
    for (;;) {
      for (auto& hall : halls_) hall->peer.poll(0ms);
      for (auto& event : engine_.take_events()) note(event);
      if (condition()) return true;
      if (std::chrono::steady_clock::now() > until) return false;
      if (!halls_.empty()) halls_.front()->peer.poll(1ms);
    }
  }
  /// All that was sent before has been handled: the counters tell.
  bool handled(std::uint64_t packets) {
    return run_until([&] { return engine_.counters().packets_in >= packets; });
  }
  void note(const Event& event) {
    if (const auto* connected = std::get_if<PeerConnected>(&event)) connected_.insert(connected->peer);
    if (const auto* lost = std::get_if<PeerLost>(&event)) lost_[lost->peer] = lost->why;
    if (const auto* late = std::get_if<PicturesLate>(&event)) late_[late->peer] = late->cells;
    if (const auto* measured = std::get_if<LinesMeasured>(&event)) lines_ = measured->lines;
    if (const auto* levels = std::get_if<Levels>(&event))
      for (const auto& [source, level] : levels->levels) loudest_[source] = std::max(loudest_[source], level);
  }
  void put_on_stage(std::vector<std::optional<SourceId>> sources) {
    Scene scene{Layout::grid_3x3, {}};
    for (const auto source : sources) scene.cells.push_back({source, ""});
    engine_.set_scene(stage, scene);
  }
  /// The publisher is put on stage, and the viewer gets its picture.
  bool show_first(Hall& publisher, Hall& viewer) {
    put_on_stage({an_binh});
    publisher.show();
    if (!run_until([&] { return publisher.keyframes_wanted > 0; })) return false;
    publisher.show(true);
    return run_until([&] { return viewer.video().size() == 1; });
  }
  static bool consecutive(const std::vector<Got>& packets) {
    for (std::size_t i = 1; i < packets.size(); ++i)
      if (packets[i].sequence != static_cast<std::uint16_t>(packets[i - 1].sequence + 1)) return false;
    return true;
  }

  /// One stream, of which a few packets got lost on their way.
  static bool goes_on(const std::vector<Got>& packets) {
    for (std::size_t i = 1; i < packets.size(); ++i)
      if (static_cast<std::uint16_t>(packets[i].sequence - packets[i - 1].sequence - 1) > 100) return false;
    return true;
  }

  Config config_{"127.0.0.1",
                 port,
                 {{"127.0.0.1", port}},
                 GetParam().workers,
                 /*peers_per_worker=*/1,
                 /*core_per_worker=*/1000};
  std::atomic<int> woken_{0};
  Engine engine_{config_, [this] { ++woken_; }};
  std::uint64_t last_peer_ = 0;
  std::vector<std::unique_ptr<Hall>> halls_;
  std::set<PeerId> connected_;
  std::map<PeerId, std::string> lost_;
  std::map<PeerId, std::vector<std::size_t>> late_;
  std::map<SourceId, int> loudest_;
  std::map<SourceId, LineTotals> lines_;
};

}  // namespace diemcau::media
