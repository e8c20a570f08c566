#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "media/caller/stun_request.h"
#include "media/media.h"
#include "media/rtp/packet.h"
#include "media/rtp/vp8.h"
#include "tests/free_port.h"
#include "tests/load/test_peer.h"
#include "tests/unit/media/rtp_packets.h"

/// The engine as browsers see it, over real sockets of the loopback.
namespace diemcau::media {
namespace {

using namespace std::chrono_literals;
using load::TestPeer;

const std::uint16_t port = free_port();
constexpr StageId stage{1};
constexpr SourceId an_binh{10};
constexpr SourceId ban_mai{20};

/// A packet as a viewer got it.
struct Got {
  std::uint16_t sequence{};
  std::uint32_t timestamp{};
  bool keyframe = false;
  std::string text;
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
    Got got{view->sequence, view->timestamp, false, {}};
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

INSTANTIATE_TEST_SUITE_P(Over, EngineTest,
                         testing::Values(Arrangement{false, 1}, Arrangement{true, 1}, Arrangement{false, 2},
                                         Arrangement{true, 3}),
                         [](const auto& test) {
                           return std::string(test.param.tcp ? "Tcp" : "Udp") + "On" +
                                  std::to_string(test.param.workers);
                         });

TEST_P(EngineTest, AViewerGetsThePictureFromItsNextKeyframeOn) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  for (int i = 0; i < 6; ++i) publisher.show();
  put_on_stage({an_binh});
  ASSERT_TRUE(run_until([&] { return publisher.keyframes_wanted > 0; })) << "the engine asks for one";
  for (int i = 0; i < 5; ++i) publisher.show();
  publisher.show(true);
  publisher.show();
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 2; }));
  EXPECT_TRUE(viewer.video()[0].keyframe);
  EXPECT_EQ(viewer.video()[0].text, "A12");
  EXPECT_EQ(viewer.video()[1].text, "A13");
  EXPECT_EQ(viewer.video()[1].timestamp, viewer.video()[0].timestamp + 3000);
  EXPECT_TRUE(consecutive(viewer.video()));
  EXPECT_GT(woken_, 0);
  EXPECT_EQ(engine_.counters().peers, 2u);
}

TEST_P(EngineTest, AFreshKeyframeAndAllSinceAreSentAtOnce) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  const auto before = engine_.counters().packets_in;
  publisher.show(true);
  for (int i = 0; i < 5; ++i) publisher.show();
  ASSERT_TRUE(run_until([&] { return engine_.counters().packets_in >= before + 6; }));
  put_on_stage({an_binh});
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 6; })) << "without waiting for the next one";
  EXPECT_TRUE(viewer.video()[0].keyframe);
  publisher.show();
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 7; }));
  EXPECT_TRUE(consecutive(viewer.video()));
  for (std::size_t i = 1; i < 7; ++i)
    EXPECT_GT(viewer.video()[i].timestamp, viewer.video()[i - 1].timestamp) << i;
}

TEST_P(EngineTest, AnotherPictureReplacesTheOldOnlyWithItsKeyframe) {
  auto& first = join(an_binh, 0, 0, "A");
  auto& second = join(ban_mai, 0, 0, "B");
  auto& viewer = join(std::nullopt, 1);
  put_on_stage({an_binh});
  first.show();
  ASSERT_TRUE(run_until([&] { return first.keyframes_wanted > 0; }));
  first.show(true);
  second.show();
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 1; }));

  put_on_stage({ban_mai});
  ASSERT_TRUE(run_until([&] { return second.keyframes_wanted > 0; }));
  second.show();
  first.show();
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 2; })) << "the old picture runs on";
  EXPECT_EQ(viewer.video()[1].text, "A3");
  second.show(true);
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 3; }));
  first.show();
  second.show();
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 4; }));
  EXPECT_EQ(viewer.video()[2].text, "B3");
  EXPECT_EQ(viewer.video()[3].text, "B4") << "nothing of the old one any more";
  EXPECT_TRUE(consecutive(viewer.video()));
  ASSERT_TRUE(run_until([&] { return viewer.sender_reports > 0; })) << "for lip sync, right after the switch";
}

// Its camera is off, say: the picture of who was there before must not stay under its name.
TEST_P(EngineTest, AViewerIsToldWhichPicturesHaveNotCome) {
  auto& first = join(an_binh, 1, 0, "A");
  auto& second = join(ban_mai, 0, 0, "B");
  auto& viewer = join(std::nullopt, 2);
  put_on_stage({an_binh, std::nullopt});
  first.show(true);
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 1; }));
  put_on_stage({ban_mai, an_binh});
  const std::vector<std::size_t> main_cell{0};
  ASSERT_TRUE(run_until([&] {
    first.show(true);
    return late_[viewer.id()] == main_cell && late_[first.id()] == main_cell;
  }));
  EXPECT_FALSE(viewer.video(1).empty()) << "the other cell's is there";
  second.show(true);
  ASSERT_TRUE(run_until([&] { return late_[viewer.id()].empty() && late_[first.id()].empty(); }));
  put_on_stage({an_binh, ban_mai});
  first.show(true);
  second.show(true);
  EXPECT_FALSE(run_until([&] { return !late_[viewer.id()].empty(); }, 2s))
      << "a cut that takes its time is none";
}

TEST_P(EngineTest, AStillPictureIsShownToWhoComesLate) {
  auto& publisher = join(an_binh, 0, 0, "slide ");
  publisher.show(true);
  publisher.show();
  ASSERT_TRUE(run_until([&] { return publisher.feedbacks > 0; }));
  std::this_thread::sleep_for(300ms);  // what makes it a still one is that nothing comes
  auto& viewer = join(std::nullopt, 1);
  put_on_stage({an_binh});
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 2; }));
  EXPECT_TRUE(viewer.video()[0].keyframe);
  publisher.show();
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 3; }));
  EXPECT_EQ(viewer.video()[2].text, "slide 3");
  EXPECT_TRUE(consecutive(viewer.video()));
}

TEST_P(EngineTest, AViewerThatAsksInALoopGetsAStillPictureOnce) {
  auto& publisher = join(an_binh, 0, 0, "slide ");
  auto& viewer = join(std::nullopt, 1);
  put_on_stage({an_binh});
  publisher.show();
  ASSERT_TRUE(run_until([&] { return publisher.keyframes_wanted > 0; }));
  publisher.show(true);
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 1; }));
  std::this_thread::sleep_for(300ms);
  const auto before = engine_.counters().packets_in;
  viewer.ask_keyframe(0, 50);
  ASSERT_TRUE(handled(before + 1));
  publisher.show();
  ASSERT_TRUE(run_until([&] { return viewer.video().size() >= 3; }));
  EXPECT_EQ(viewer.video().size(), 3u) << "the picture, its replay, the next";
}

TEST_P(EngineTest, AViewerWhoseLineWasAwayGetsAKeyframeAsSoonAsItIsHeardAgain) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  put_on_stage({an_binh});
  publisher.show();
  ASSERT_TRUE(run_until([&] { return publisher.keyframes_wanted > 0; }));
  publisher.show(true);
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 1; }));
  // The publisher answers every wish, as an encoder does; the viewer is not polled and so sends nothing, not
  // even a check of its own. When the last wish is that long ago, the silence has brought about none.
  const auto until = std::chrono::steady_clock::now() + 10s;
  auto shown = std::chrono::steady_clock::now();
  auto settled = shown;
  publisher.keyframes_wanted = 0;
  while (std::chrono::steady_clock::now() - settled < 2200ms) {
    const auto now = std::chrono::steady_clock::now();
    ASSERT_LT(now, until) << "keyframes are asked for that nobody needs";
    if (publisher.keyframes_wanted > 0) settled = now, publisher.show(true);
    publisher.keyframes_wanted = 0;
    if (now - shown > 50ms) publisher.show(), shown = now;
    publisher.peer.poll(1ms);
  }
  std::array<std::byte, 100> buffer;
  rtp::RtcpWriter report(buffer);
  report.receiver_report(1, {});
  viewer.peer.send_rtcp(std::span(buffer).first(report.size()));
  EXPECT_TRUE(run_until([&] { return publisher.keyframes_wanted > 0; }));
}

TEST_P(EngineTest, APublisherWhoseLineIsAwayIsAskedForAKeyframeAsSoonAsItIsHeardAgain) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  put_on_stage({an_binh});
  publisher.show();
  ASSERT_TRUE(run_until([&] { return publisher.keyframes_wanted > 0; }));
  publisher.show(true);
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 1; }));
  std::array<std::byte, 100> buffer;
  rtp::RtcpWriter report(buffer);
  report.receiver_report(1, {});
  // It is not polled and so sends nothing, not even a check. Its viewer goes on.
  const auto silent = std::chrono::steady_clock::now();
  std::uint64_t asked = 0;
  while (std::chrono::steady_clock::now() < silent + 2500ms) {
    viewer.peer.poll(50ms);
    viewer.peer.send_rtcp(std::span(buffer).first(report.size()));
    if (std::chrono::steady_clock::now() < silent + 2200ms) {
      asked = engine_.counters().keyframe_requests;
    } else {
      viewer.ask_keyframe();
    }
  }
  EXPECT_EQ(engine_.counters().keyframe_requests, asked) << "what it gives now would be lost";
  publisher.peer.send_rtcp(std::span(buffer).first(report.size()));
  EXPECT_TRUE(run_until([&] { return engine_.counters().keyframe_requests > asked; }, 1s));
}

TEST_P(EngineTest, AViewerGetsNoHoleForWhatAPublisherLostWhileItsLineWasCut) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  put_on_stage({an_binh});
  publisher.show();
  ASSERT_TRUE(run_until([&] { return publisher.keyframes_wanted > 0; }));
  publisher.show(true);
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 1; }));
  publisher.keyframes_wanted = 0;
  const auto until = std::chrono::steady_clock::now() + 600ms;
  run_until([&] { return std::chrono::steady_clock::now() > until; });
  publisher.video_sequence += 100;
  publisher.show();
  ASSERT_TRUE(run_until([&] { return publisher.keyframes_wanted > 0; }));
  EXPECT_TRUE(publisher.lost.empty()) << "nobody needs what is old";
  publisher.show(true);
  publisher.show();
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 3; }));
  EXPECT_TRUE(viewer.video()[1].keyframe);
  EXPECT_TRUE(consecutive(viewer.video()));
}

TEST_P(EngineTest, WhoIsConnectedAheadGetsAndGivesNothingUntilItIsAdmitted) {
  auto& first = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  put_on_stage({an_binh});
  first.show();
  ASSERT_TRUE(run_until([&] { return first.keyframes_wanted > 0; }));
  first.show(true);
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 1; }));
  auto& ahead = join(an_binh, 1, 0, "B", Entry::when_admitted);
  const auto before = engine_.counters().packets_in;
  first.keyframes_wanted = 0;
  ahead.show(true);
  ASSERT_TRUE(handled(before + 1));
  first.show();
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 2; })) << "the source is still whose it was";
  EXPECT_EQ(viewer.video()[1].text, "A3");
  EXPECT_TRUE(ahead.video().empty());
  EXPECT_EQ(first.keyframes_wanted, 0u) << "nobody new watches";

  engine_.admit(ahead.id());
  ASSERT_TRUE(run_until([&] { return ahead.keyframes_wanted > 0 || (ahead.show(), false); }));
  ahead.show(true);
  ASSERT_TRUE(run_until([&] { return viewer.video().back().text.starts_with("B"); })) << "replaced";
  auto& other = join(ban_mai, 0, 0, "C");
  put_on_stage({ban_mai});
  other.show();
  ASSERT_TRUE(run_until([&] { return other.keyframes_wanted > 0; }));
  other.show(true);
  EXPECT_TRUE(run_until([&] { return ahead.video().size() == 1; }));
  engine_.admit(ahead.id());
  engine_.admit(PeerId{4711});
  other.show();
  EXPECT_TRUE(run_until([&] { return ahead.video().size() == 2; })) << "again, or of nobody: nothing happens";
}

TEST_P(EngineTest, WhoIsConnectedAheadMayGoWithoutHavingBeenAdmitted) {
  auto& first = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  put_on_stage({an_binh});
  auto& ahead = join(an_binh, 1, 0, "B", Entry::when_admitted);
  engine_.disconnect(ahead.id());
  ASSERT_TRUE(run_until([&] { return ahead.peer.closed(); }));
  first.show();
  ASSERT_TRUE(run_until([&] { return first.keyframes_wanted > 0; }));
  first.show(true);
  EXPECT_TRUE(run_until([&] { return viewer.video().size() == 1; }));
}

// The switch waits for B's keyframe while the viewer has lost A's picture; then the viewer is gone.
TEST_P(EngineTest, AViewerMayAskAndLeaveWhileASwitchWaits) {
  auto& first = join(an_binh, 0, 0, "A");
  auto& second = join(ban_mai, 0, 0, "B");
  auto& viewer = join(std::nullopt, 1);
  auto& other = join(std::nullopt, 1);
  put_on_stage({an_binh});
  first.show();
  ASSERT_TRUE(run_until([&] { return first.keyframes_wanted > 0; }));
  first.show(true);
  second.show();
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 1 && other.video().size() == 1; }));
  put_on_stage({ban_mai});
  ASSERT_TRUE(run_until([&] { return second.keyframes_wanted > 0; }));
  std::this_thread::sleep_for(300ms);
  viewer.ask_keyframe();
  other.ask_keyframe();
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 2 && other.video().size() == 2; }))
      << "A's picture again";
  engine_.disconnect(viewer.id());
  ASSERT_TRUE(run_until([&] { return viewer.peer.closed(); }));
  second.show(true);
  ASSERT_TRUE(run_until([&] { return other.video().size() == 3; })) << "and the switch still happens";
  EXPECT_EQ(other.video()[2].text, "B2");
}

TEST_P(EngineTest, AnEncoderThatBeginsAnewGoesOnInTheSameStream) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  put_on_stage({an_binh});
  publisher.show();
  ASSERT_TRUE(run_until([&] { return publisher.keyframes_wanted > 0; }));
  publisher.show(true);
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 1; }));
  publisher.video_ssrc = 0x999;
  publisher.video_sequence = 61000;
  publisher.keyframes_wanted = 0;
  publisher.show();
  ASSERT_TRUE(run_until([&] { return publisher.keyframes_wanted > 0; }));
  publisher.show(true);
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 2; }));
  EXPECT_TRUE(viewer.video()[1].keyframe);
  EXPECT_TRUE(consecutive(viewer.video()));
}

TEST_P(EngineTest, AClosedMicrophoneIsNotPassedOn) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1, 1);
  put_on_stage({an_binh});
  publisher.show();
  ASSERT_TRUE(run_until([&] { return publisher.keyframes_wanted > 0; }));
  // The picture that is sent behind each word shows that the word has been handled.
  publisher.speak();
  publisher.show(true);
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 1; }));
  EXPECT_TRUE(viewer.audio().empty());

  engine_.set_audible(stage, {an_binh});
  ASSERT_TRUE(run_until([&] {
    publisher.speak();
    return viewer.audio().size() >= 3;
  }));
  EXPECT_TRUE(consecutive(viewer.audio()));
  engine_.set_audible(stage, {});
  ASSERT_TRUE(run_until([&] {
    const auto before = viewer.audio().size();
    publisher.speak();
    publisher.show();
    const auto pictures = viewer.video().size();
    return run_until([&] { return viewer.video().size() > pictures; }) && viewer.audio().size() == before;
  }));
  const auto heard = viewer.audio().size();
  for (int i = 0; i < 20; ++i) publisher.speak();
  publisher.show();
  const auto pictures = viewer.video().size();
  ASSERT_TRUE(run_until([&] { return viewer.video().size() > pictures; }));
  EXPECT_EQ(viewer.audio().size(), heard);
}

TEST_P(EngineTest, NobodyGetsTheirOwnPictureOrVoice) {
  auto& first = join(an_binh, 2, 2, "A");
  auto& second = join(ban_mai, 2, 2, "B");
  put_on_stage({an_binh, ban_mai});
  engine_.set_audible(stage, {an_binh, ban_mai});
  first.show();
  second.show();
  ASSERT_TRUE(run_until([&] { return first.keyframes_wanted > 0 && second.keyframes_wanted > 0; }));
  for (int i = 0; i < 3; ++i) {
    first.show(true);
    second.show(true);
    first.speak();
    second.speak();
  }
  ASSERT_TRUE(run_until([&] {
    return first.video(1).size() == 3 && second.video(0).size() == 3 && !first.audio(0).empty() &&
           !second.audio(0).empty();
  }));
  EXPECT_TRUE(first.video(0).empty());
  EXPECT_TRUE(second.video(1).empty());
  EXPECT_TRUE(first.audio(1).empty() && second.audio(1).empty());
  EXPECT_EQ(first.audio(0)[0].text.substr(0, 1), "B");
}

TEST_P(EngineTest, AHallWithAnEchoGetsItselfThreeSecondsLaterAndNobodyElse) {
  auto& hall = join(an_binh, 2, 1, "A");
  auto& other = join(ban_mai, 1, 1, "B");
  put_on_stage({ban_mai, an_binh});
  engine_.set_audible(stage, {ban_mai});
  engine_.set_feeds(stage, {{an_binh, Feed::echo}});
  const auto begun = std::chrono::steady_clock::now();
  hall.show();  // nobody sees what has no keyframe before it
  ASSERT_TRUE(run_until([&] { return hall.keyframes_wanted > 0; }));
  hall.show(true);
  hall.show();
  hall.speak();
  hall.speak();
  other.show(true);
  other.speak();
  ASSERT_TRUE(run_until([&] { return hall.video().size() == 2 && hall.audio().size() == 2; }, 10s));
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 3s);
  EXPECT_TRUE(hall.video()[0].keyframe);
  EXPECT_EQ(hall.video()[0].text.front(), 'A');
  EXPECT_EQ(hall.audio()[0].text, "A says 501");
  EXPECT_TRUE(hall.video(1).empty()) << "nothing of the stage";
  EXPECT_TRUE(other.audio().empty()) << "its microphone is closed for others";
  EXPECT_FALSE(loudest_.contains(echo_of(an_binh)));

  engine_.set_feeds(stage, {});
  ASSERT_TRUE(run_until([&] {
    other.show(true);
    other.speak();
    return hall.video().size() > 2 && hall.audio().size() > 2;
  }));
  EXPECT_EQ(hall.video()[2].text.front(), 'B') << "the stage again";
  EXPECT_TRUE(consecutive(hall.video()));
}

TEST_P(EngineTest, AHallWithAnEchoMayReturnAndGo) {
  auto& hall = join(an_binh, 1, 1, "A");
  engine_.set_feeds(stage, {{an_binh, Feed::echo}});
  hall.show();
  ASSERT_TRUE(run_until([&] { return hall.keyframes_wanted > 0; }));
  hall.show(true);
  auto& again = join(an_binh, 1, 1, "C");
  again.show();
  ASSERT_TRUE(run_until([&] { return again.keyframes_wanted > 0; })) << "its echo begins anew";
  again.show(true);
  ASSERT_TRUE(run_until([&] { return !again.video().empty(); }, 10s));
  EXPECT_EQ(again.video()[0].text.front(), 'C');
  engine_.disconnect(again.id());
  auto& last = join(ban_mai, 1, 1, "B");
  put_on_stage({an_binh});
  last.show(true);
  EXPECT_TRUE(handled(engine_.counters().packets_in));
}

TEST_P(EngineTest, ALostPacketIsSentAgainWithTheSameBytes) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  put_on_stage({an_binh});
  publisher.show();
  ASSERT_TRUE(run_until([&] { return publisher.keyframes_wanted > 0; }));
  publisher.show(true);
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 1; }));
  std::vector<std::string> wire;
  int lose = 1;
  viewer.peer.loses = [&](std::span<const std::byte> srtp) {
    wire.push_back(to_hex(srtp));
    return lose-- > 0;
  };
  publisher.show();
  publisher.show();
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 2; }));
  viewer.ask_again({static_cast<std::uint16_t>(viewer.video()[0].sequence + 1)});
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 3; }));
  ASSERT_EQ(wire.size(), 3u);
  EXPECT_EQ(wire[2], wire[0]) << "one packet number, one packet: else AES-GCM gives its key away";
  EXPECT_EQ(viewer.video()[2].text, "A3");
  EXPECT_EQ(engine_.counters().retransmitted, 1u);
}

TEST_P(EngineTest, WhatAPublisherLosesIsAskedForAndPassedOn) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  put_on_stage({an_binh});
  publisher.show();
  ASSERT_TRUE(run_until([&] { return publisher.keyframes_wanted > 0; }));
  publisher.show(true);
  const auto lost = publisher.video_packet(false);
  publisher.show();
  ASSERT_TRUE(run_until([&] { return !publisher.lost.empty(); })) << "a NACK";
  EXPECT_EQ(publisher.lost[0], rtp::parse_packet(lost)->sequence);
  publisher.repair(lost);
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 3; }));
  EXPECT_EQ(viewer.video()[2].text, "A3");
  EXPECT_EQ(viewer.video()[2].sequence, static_cast<std::uint16_t>(viewer.video()[0].sequence + 1));
  EXPECT_GT(engine_.counters().nacks_sent, 0u);
}

TEST_P(EngineTest, LevelsAreTold) {
  auto& publisher = join(an_binh, 0, 0, "A");
  ASSERT_TRUE(run_until([&] {
    publisher.speak(30);
    return loudest_[an_binh] > 0;
  }));
  EXPECT_EQ(loudest_[an_binh], 50) << "-30 dBov, whether the microphone is open or not";
}

TEST_P(EngineTest, TellsHowTheLinesOfThoseWhoPublishDo) {
  // The rest of a key frame's header: start code, 640x360 (RFC 6386 9.1).
  auto& publisher = join(an_binh, 0, 0, "..\x9d\x01\x2a\x80\x02\x68\x01");
  auto& viewer = join(ban_mai, 1, 0, "B");
  join(std::nullopt, 1);
  put_on_stage({an_binh});
  publisher.show(true);
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 1; }));
  publisher.video_packet(false);  // lost
  publisher.show();
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 2; }));
  viewer.ask_again({static_cast<std::uint16_t>(viewer.video()[0].sequence + 1)});
  viewer.ask_again({static_cast<std::uint16_t>(viewer.video()[0].sequence + 1)});
  ASSERT_TRUE(run_until([&] {
    publisher.show();  // what runs has a height
    return lines_.size() == 2 && lines_[an_binh].up.lost > 0 && lines_[ban_mai].down.lost > 0 &&
           lines_[ban_mai].down.packets > 5;
  })) << "without the console";
  EXPECT_EQ(lines_[an_binh].peer, publisher.id());
  EXPECT_EQ(lines_[an_binh].up.lost, 1u);
  EXPECT_EQ(lines_[an_binh].up.height, 360);
  EXPECT_EQ(lines_[ban_mai].down.height, 360);
  EXPECT_EQ(lines_[an_binh].tcp, over_tcp());
  EXPECT_EQ(lines_[ban_mai].down.lost, 1u) << "asked for twice";
  EXPECT_EQ(lines_[ban_mai].up.height, 0) << "its camera is not seen";
  EXPECT_GT(lines_[ban_mai].down.bytes, lines_[ban_mai].down.packets);
  EXPECT_FALSE(lines_[an_binh].round_trip) << "it has never reported";
}

TEST_P(EngineTest, TakesRoundTripAndJitterFromAViewersReport) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(ban_mai, 1);
  std::uint64_t report_of = 0;
  viewer.peer.on_rtcp = [&](const rtp::RtcpReport& report, std::span<const std::byte>) {
    if (!report.sender_reports.empty()) report_of = report.sender_reports.front().ntp;
  };
  put_on_stage({an_binh});
  publisher.show(true);
  ASSERT_TRUE(run_until([&] { return report_of != 0; }));
  std::array<std::byte, 200> buffer;
  rtp::RtcpWriter out(buffer);
  const rtp::ReportBlock block{.ssrc = viewer.peer.video_slots().at(0).ssrc,
                               .fraction_lost = 0,
                               .jitter = 900,  // of 90000 a second
                               .last_sender_report = static_cast<std::uint32_t>(report_of >> 16),
                               .delay_since = 0};
  out.receiver_report(1, std::span(&block, 1));
  viewer.peer.send_rtcp(std::span(buffer).first(out.size()));
  ASSERT_TRUE(run_until([&] { return lines_[ban_mai].round_trip.has_value(); }));
  EXPECT_EQ(lines_[ban_mai].down.jitter, 10ms);
  EXPECT_LT(*lines_[ban_mai].round_trip, 1s);
}

TEST_P(EngineTest, AHallThatReturnsReplacesItself) {
  auto& before = join(an_binh, 0, 0, "old ");
  auto& viewer = join(std::nullopt, 1);
  put_on_stage({an_binh});
  before.show();
  ASSERT_TRUE(run_until([&] { return before.keyframes_wanted > 0; }));
  before.show(true);
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 1; }));
  auto& after = join(an_binh, 0, 0, "new ");
  before.show(true);
  after.show();
  ASSERT_TRUE(run_until([&] { return after.keyframes_wanted > 0; }));
  after.show(true);
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 2; }));
  EXPECT_EQ(viewer.video()[1].text, "new 2");
  EXPECT_TRUE(consecutive(viewer.video()));
  engine_.disconnect(before.id());
  ASSERT_TRUE(run_until([&] { return before.peer.closed(); }));
  after.show();
  EXPECT_TRUE(run_until([&] { return viewer.video().size() == 3; })) << "the old one took nothing with it";
}

TEST_P(EngineTest, AGoodbyeEndsAPeer) {
  auto& hall = join(an_binh, 1, 1);
  hall.peer.say_goodbye();
  ASSERT_TRUE(run_until([&] { return lost_.contains(hall.id()); }));
  EXPECT_TRUE(run_until([&] { return engine_.counters().peers == 0; }));
}

TEST_P(EngineTest, NonsenseDoesNothing) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  Noise noise(8445);
  const auto before = engine_.counters();
  constexpr int count = 500;
  for (int i = 0; i < count; ++i) viewer.peer.send_raw(noise.bytes(1 + noise.below(1400)));
  ASSERT_TRUE(handled(before.packets_in + count));
  const auto after = engine_.counters();
  EXPECT_GT(after.dropped_forged + after.dropped_malformed + after.dropped_unknown,
            before.dropped_forged + before.dropped_malformed + before.dropped_unknown + 300);
  put_on_stage({an_binh});
  publisher.show();
  ASSERT_TRUE(run_until([&] { return publisher.keyframes_wanted > 0; }));
  publisher.show(true);
  EXPECT_TRUE(run_until([&] { return viewer.video().size() == 1; })) << "the viewer itself is none the worse";
}

TEST_P(EngineTest, AWrongPasswordOpensNothing) {
  const TestPeer::Shape shape{false, 1, 0, over_tcp()};
  TestPeer stranger(shape);
  auto answer = std::get<std::string>(engine_.connect(PeerId{77}, stage, std::nullopt, stranger.offer()));
  const auto at = answer.find("a=ice-pwd:") + 10;
  answer[at] = answer[at] == 'a' ? 'b' : 'a';
  stranger.start(answer);
  const auto limit = std::chrono::steady_clock::now() + 5s;
  while (engine_.counters().dropped_forged < 3 && std::chrono::steady_clock::now() < limit)
    stranger.poll(5ms);
  EXPECT_GE(engine_.counters().dropped_forged, 3u);
  EXPECT_FALSE(stranger.connected());
}

TEST_P(EngineTest, APeerGoesOnFromAnotherAddress) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  put_on_stage({an_binh});
  publisher.show(true);
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 1; }));
  viewer.peer.move();
  publisher.peer.move();
  ASSERT_TRUE(run_until([&] {
    publisher.show();
    return viewer.video().size() >= 3;
  })) << "without a new handshake";
  EXPECT_TRUE(goes_on(viewer.video()));
  EXPECT_EQ(connected_.size(), 2u);
}

TEST_P(EngineTest, AnIceRestartChangesTheWayAndNothingElse) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  put_on_stage({an_binh});
  publisher.show(true);
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 1; }));
  const auto before = viewer.peer.remote_ufrag();
  const auto answer = engine_.restart_ice(viewer.id(), viewer.peer.offer());
  ASSERT_TRUE(std::holds_alternative<std::string>(answer));
  const auto seen = viewer.video().size();
  publisher.show();
  ASSERT_TRUE(run_until([&] { return viewer.video().size() > seen; }))
      << "the old way, until the new one is there";
  viewer.peer.move(std::get<std::string>(answer));
  EXPECT_NE(viewer.peer.remote_ufrag(), before);
  const auto moved = viewer.video().size();
  ASSERT_TRUE(run_until([&] {
    publisher.show();
    return viewer.video().size() >= moved + 3;
  }));
  EXPECT_TRUE(goes_on(viewer.video()));
  EXPECT_EQ(connected_.size(), 2u) << "no new handshake";
}

TEST_P(EngineTest, AnIceRestartIsOfTheSameConnection) {
  auto& viewer = join(std::nullopt, 1);
  const auto key = [&](PeerId peer, const std::string& offer) {
    const auto answer = engine_.restart_ice(peer, offer);
    const auto* refused = std::get_if<OfferRefused>(&answer);
    return refused != nullptr ? refused->text_key : "taken";
  };
  EXPECT_EQ(key(viewer.id(), "hello"), "media.offer_broken");
  EXPECT_EQ(key(viewer.id(), std::string(200000, 'a')), "media.offer_too_large");
  EXPECT_EQ(key(viewer.id(), TestPeer({false, 1, 0, over_tcp()}).offer()), "media.offer_broken")
      << "another certificate";
  EXPECT_EQ(key(PeerId{999}, viewer.peer.offer()), "media.peer_gone");
  EXPECT_EQ(key(viewer.id(), viewer.peer.offer()), "taken");
  engine_.disconnect(viewer.id());
  EXPECT_EQ(key(viewer.id(), viewer.peer.offer()), "media.peer_gone");
}

TEST_P(EngineTest, AnIceRestartByFragmentNamesWhatABrowserNeeds) {
  auto& viewer = join(std::nullopt, 2);
  const auto fragment = engine_.restart_ice(viewer.id());
  ASSERT_TRUE(fragment);
  for (const auto* line : {"a=ice-lite\r\n", "a=group:BUNDLE 0 1\r\n", "a=mid:0\r\n",
                           "a=ice-ufrag:", "a=ice-pwd:", "a=candidate:", "a=end-of-candidates\r\n"})
    EXPECT_NE(fragment->find(line), std::string::npos) << line;
  EXPECT_EQ(fragment->find("a=mid:1"), std::string::npos);
  EXPECT_EQ(fragment->find("fingerprint"), std::string::npos);
  viewer.peer.move(*fragment);
  auto& publisher = join(an_binh, 0, 0, "A");
  put_on_stage({an_binh});
  publisher.show(true);
  EXPECT_TRUE(run_until([&] { return !viewer.video().empty(); })) << "its checks are known on the new way";
}

// Three seconds, once.
TEST_P(EngineTest, APeerThatFloodsIsDroppedAndOthersGoOn) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  auto& flooder = join(ban_mai, 0, 0, "B");
  put_on_stage({an_binh});
  publisher.show(true);
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 1; }));
  // The same bytes over and over: they need not be sealed to be too many.
  const auto packet = flooder.video_packet(false);
  ASSERT_TRUE(run_until(
      [&] {
        for (int i = 0; i < 500; ++i) flooder.peer.send_raw(packet);
        publisher.show();
        return lost_.contains(flooder.id());
      },
      30s));
  EXPECT_EQ(lost_[flooder.id()], "floods");
  EXPECT_GT(engine_.counters().dropped_flooding, 0u);
  const auto seen = viewer.video().size();
  EXPECT_TRUE(run_until([&] {
    publisher.show();
    return viewer.video().size() > seen + 3;
  }));
}

TEST_P(EngineTest, ChecksWithoutEndFromOneAddressAreNotLookedAt) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  put_on_stage({an_binh});
  publisher.show(true);
  ASSERT_TRUE(run_until([&] { return viewer.video().size() == 1; }));
  TestPeer stranger({false, 1, 0, over_tcp()});
  stranger.start(std::get<std::string>(engine_.connect(PeerId{77}, stage, std::nullopt, stranger.offer())));
  const auto request =
      caller::write_request({stranger.remote_ufrag() + ":x", "a wrong password", false, {}, true});
  const auto before = engine_.counters();
  ASSERT_TRUE(run_until(
      [&] {
        for (int i = 0; i < 500; ++i) stranger.send_raw(request);
        return engine_.counters().packets_in > before.packets_in + 20000;
      },
      30s));
  const auto after = engine_.counters();
  EXPECT_GT(after.dropped_flooding - before.dropped_flooding, 5000u);
  EXPECT_LT(after.dropped_forged - before.dropped_forged, 15000u);
  const auto seen = viewer.video().size();
  publisher.show();
  EXPECT_TRUE(run_until([&] { return viewer.video().size() > seen; })) << "halls of the same address go on";
}

TEST_P(EngineTest, AnAnswerNeedsAnOpenStage) {
  TestPeer late({false, 1, 0, over_tcp()});
  ASSERT_TRUE(std::holds_alternative<std::string>(
      engine_.connect(PeerId{5}, StageId{99}, std::nullopt, late.offer())));
  EXPECT_TRUE(run_until([&] { return lost_.contains(PeerId{5}); }));
}

TEST_P(EngineTest, BrokenOffersAreRefusedAtOnce) {
  const auto key = [&](const std::string& offer) {
    const auto answer = engine_.connect(PeerId{6}, stage, std::nullopt, offer);
    const auto* refused = std::get_if<OfferRefused>(&answer);
    return refused != nullptr ? refused->text_key : "taken";
  };
  EXPECT_EQ(key("hello"), "media.offer_broken");
  EXPECT_EQ(key(std::string(200000, 'a')), "media.offer_too_large");
  auto offer = TestPeer({false, 1, 0, false}).offer();
  for (std::size_t at = 0; (at = offer.find("VP8", at)) != std::string::npos;) offer.replace(at, 3, "AV1");
  EXPECT_EQ(key(offer), "media.no_common_codec");
}

// Eight seconds, once: over UDP, where nothing else tells that somebody is gone.
TEST(Engine, APeerThatIsSilentGoesOnWhenItIsHeardAgain) {
  Engine engine({"127.0.0.1", port, {{"127.0.0.1", port}}}, [] {});
  engine.open_stage(stage);
  TestPeer peer({true, 1, 1, false});
  peer.start(std::get<std::string>(engine.connect(PeerId{1}, stage, an_binh, peer.offer())));
  bool silent = false, back = false;
  const auto look = [&] {
    for (const auto& event : engine.take_events()) {
      EXPECT_FALSE(std::holds_alternative<PeerLost>(event));
      silent |= std::holds_alternative<PeerSilent>(event);
      back |= std::holds_alternative<PeerBack>(event);
    }
  };
  const auto until = [](auto limit, auto is) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!is() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(5ms);
    return is();
  };
  ASSERT_TRUE(until(5s, [&] { return peer.poll(5ms), peer.connected(); }));
  const auto silent_since = std::chrono::steady_clock::now();
  ASSERT_TRUE(until(12s, [&] { return look(), silent; }));
  EXPECT_GE(std::chrono::steady_clock::now() - silent_since, 7s);
  EXPECT_FALSE(back);
  peer.send_rtp(rtp::write_packet({.payload_type = TestPeer::opus}, text_bytes("word")));
  EXPECT_TRUE(until(5s, [&] { return look(), back; }));
  EXPECT_EQ(engine.counters().peers, 1u);
}

// Fifteen seconds, once: it answers checks and never begins its DTLS.
TEST(Engine, APeerThatNeverFinishesItsHandshakeIsClosed) {
  Engine engine({"127.0.0.1", port, {{"127.0.0.1", port}}}, [] {});
  engine.open_stage(stage);
  TestPeer peer({true, 1, 1, false});
  const auto began = std::chrono::steady_clock::now();
  ASSERT_TRUE(std::holds_alternative<std::string>(engine.connect(PeerId{1}, stage, an_binh, peer.offer())));
  std::optional<PeerLost> lost;
  while (!lost && std::chrono::steady_clock::now() - began < 25s) {
    for (auto& event : engine.take_events())
      if (const auto* found = std::get_if<PeerLost>(&event)) lost = *found;
    std::this_thread::sleep_for(20ms);
  }
  ASSERT_TRUE(lost);
  EXPECT_EQ(lost->why, "no DTLS within 15 s");
  EXPECT_GE(std::chrono::steady_clock::now() - began, 14s);
  EXPECT_EQ(engine.counters().peers, 0u);
}

}  // namespace
}  // namespace diemcau::media
