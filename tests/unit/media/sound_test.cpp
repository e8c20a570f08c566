#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <set>

#include <gtest/gtest.h>

#include "media/media.h"
#include "media/rtp/loss_gauge.h"
#include "media/rtp/red.h"
#include "media/stage/stage.h"
#include "tests/free_port.h"
#include "tests/load/test_peer.h"
#include "tests/unit/media/rtp_packets.h"

/// What becomes of voices on their way through the engine, over real sockets of the loopback.
namespace diemcau::media {
namespace {

using namespace std::chrono_literals;
using load::TestPeer;

constexpr StageId room{1};
constexpr int talk = 20;     // -dBov
constexpr int silence = 80;  // -dBov

std::string text_of(std::span<const std::byte> bytes) {
  std::string text;
  for (const auto byte : bytes) text += static_cast<char>(byte);
  return text;
}

/// A packet of a slot as its viewer got it.
struct Heard {
  std::uint16_t sequence{};
  std::uint32_t timestamp{};
  std::size_t generations = 0;
  std::string text;
};

/// One that speaks (what, it makes up) and listens.
class Site {
 public:
  Site(Engine& engine, PeerId id, std::optional<SourceId> source, const TestPeer::Shape& shape)
      : peer(shape), id_(id) {
    peer.on_rtp = [this](std::span<const std::byte> rtp) { take(rtp); };
    peer.on_rtcp = [this](const rtp::RtcpReport& report, std::span<const std::byte>) {
      for (const auto& part : report.lost)
        asked_for[part.ssrc].insert(part.sequences.begin(), part.sequences.end());
    };
    peer.loses = [this](std::span<const std::byte> srtp) {
      ++arrived;
      return loses && !rtp::is_rtcp(srtp) && loses(srtp);  // reports come when they come
    };
    peer.start(std::get<std::string>(engine.connect(id, room, source, peer.offer())));
  }

  PeerId id() const { return id_; }
  const std::vector<Heard>& heard(std::size_t slot = 0) { return heard_[peer.audio_slots().at(slot).ssrc]; }
  /// Who is heard in any slot, by the first letter of what they say.
  std::string voices() {
    std::set<char> all;
    for (const auto& [ssrc, packets] : heard_)
      for (const auto& packet : packets) all.insert(packet.text.front());
    return {all.begin(), all.end()};
  }
  void forget() { heard_.clear(); }
  /// The time of every packet of the slot that came, by itself or within another.
  const std::set<std::uint32_t>& times() const { return times_; }

  std::string words(std::uint16_t number) const { return name + " says " + std::to_string(number); }
  Bytes voice(std::uint16_t number, std::span<const std::byte> payload, std::uint8_t type, int below) const {
    return rtp::write_packet(
        {.payload_type = type,
         .sequence = number,
         .timestamp = number * 960U,
         .ssrc = voice_ssrc,
         .extension = {std::byte{0x40}, std::byte{'0'}, std::byte{0x10}, static_cast<std::byte>(below)}},
        payload);
  }
  /// The next packet; it is up to the caller to send it.
  Bytes next(int below = talk) {
    ++sequence;
    return voice(sequence, text_bytes(words(sequence)), TestPeer::opus, below);
  }
  /// The next packet with those before it.
  Bytes next_redundant(std::uint16_t generations) {
    ++sequence;
    std::vector<Bytes> payloads;
    std::vector<rtp::RedBlock> blocks;
    for (std::uint16_t back = generations; back <= generations; --back)
      payloads.push_back(text_bytes(words(static_cast<std::uint16_t>(sequence - back))));
    for (std::size_t i = 0; i < payloads.size(); ++i)
      blocks.push_back(
          {TestPeer::opus, static_cast<std::uint32_t>(960 * (payloads.size() - 1 - i)), payloads[i]});
    Bytes payload(1000);
    payload.resize(rtp::write_red(blocks, payload));
    return voice(sequence, payload, TestPeer::red, talk);
  }
  void speak(int below = talk) { peer.send_rtp(next(below)); }

  void ask_again(std::uint16_t wanted) {
    std::array<std::byte, 200> buffer;
    rtp::RtcpWriter out(buffer);
    out.nack(1, peer.audio_slots().at(0).ssrc, std::array{wanted});
    peer.send_rtcp(std::span(buffer).first(out.size()));
  }
  void report_loss(std::uint8_t of_256) {
    std::array<std::byte, 200> buffer;
    rtp::RtcpWriter out(buffer);
    rtp::ReportBlock block;
    block.ssrc = peer.audio_slots().at(0).ssrc;
    block.fraction_lost = of_256;
    out.receiver_report(1, std::span(&block, 1));
    peer.send_rtcp(std::span(buffer).first(out.size()));
  }

  static constexpr std::uint32_t voice_ssrc = 0xa0d10;
  TestPeer peer;
  std::string name;
  std::uint64_t arrived = 0;  ///< packets, lost ones too
  std::function<bool(std::span<const std::byte> srtp)> loses;
  std::uint16_t sequence = 500;
  std::map<std::uint32_t, std::set<std::uint16_t>> asked_for;

 private:
  void take(std::span<const std::byte> bytes) {
    const auto view = rtp::parse_packet(bytes);
    ASSERT_TRUE(view);
    Heard heard{view->sequence, view->timestamp, 0, text_of(view->payload)};
    if (view->payload_type == TestPeer::red) {
      const auto red = rtp::parse_red(view->payload);
      ASSERT_TRUE(red);
      heard.generations = red->older().size();
      heard.text = text_of(red->own().payload);
      for (const auto& block : red->older()) times_.insert(view->timestamp - block.age);
    } else {
      ASSERT_EQ(view->payload_type, TestPeer::opus);
    }
    times_.insert(view->timestamp);
    heard_[view->ssrc].push_back(std::move(heard));
  }

  PeerId id_;
  std::map<std::uint32_t, std::vector<Heard>> heard_;
  std::set<std::uint32_t> times_;
};

class SoundTest : public testing::Test {
 protected:
  void SetUp() override { engine_.open_stage(room); }

  Site& join(const TestPeer::Shape& shape, std::optional<SourceId> source, const std::string& name) {
    const PeerId id{++last_peer_};
    auto& site = *sites_.emplace_back(std::make_unique<Site>(engine_, id, source, shape));
    site.name = name;
    EXPECT_TRUE(run_until([&] { return connected_.contains(id) && site.peer.connected(); }));
    return site;
  }
  Site& hall(int number, const std::string& name, bool protects_voice = true) {
    return join({true, 0, 0, false, protects_voice}, SourceId{number}, name);
  }
  Site& viewer(int slots = 1, bool protects_voice = true) {
    return join({false, 0, slots, false, protects_voice}, std::nullopt, "");
  }
  void open(std::initializer_list<int> halls) {
    std::vector<SourceId> sources;
    for (const int number : halls) sources.push_back(SourceId{number});
    engine_.set_audible(room, sources);
  }
  /// A hall and who listens to it, from its first word on.
  void begin(Site& hall, Site& listener) {
    open({1});
    ASSERT_TRUE(run_until([&] {
      hall.speak();
      return !listener.heard().empty();
    }));
    ASSERT_TRUE(settled());
    listener.forget();
  }

  template <class Condition>
  bool run_until(Condition condition, std::chrono::milliseconds limit = 5s) {
    const auto until = std::chrono::steady_clock::now() + limit;
    for (;;) {
      for (auto& site : sites_) site->peer.poll(0ms);
      for (auto& event : engine_.take_events())
        if (const auto* connected = std::get_if<PeerConnected>(&event)) connected_.insert(connected->peer);
      if (condition()) return true;
      if (std::chrono::steady_clock::now() > until) return false;
      if (!sites_.empty()) sites_.front()->peer.poll(1ms);
    }
  }
  /// All that was sent before has been handled, and what came of it is here. Counted, because packets of
  /// different sockets overtake each other on the loopback too; and once more, because what has been counted
  /// in may still be in hand.
  bool settled() {
    const auto of_all = [&](auto count) {
      std::uint64_t sum = 0;
      for (const auto& site : sites_) sum += count(*site);
      return sum;
    };
    for (int turn = 0; turn < 2; ++turn) {
      if (turn > 0) sites_.back()->peer.send_rtcp(hex("80 ca ff ff 00000000"));  // of which nothing comes
      if (!run_until([&] {
            return engine_.counters().packets_in == of_all([](const Site& site) { return site.peer.sent(); });
          }))
        return false;
    }
    return run_until([&] {
      return engine_.counters().packets_out == of_all([](const Site& site) { return site.arrived; });
    });
  }
  static std::vector<std::string> texts(const std::vector<Heard>& packets) {
    std::vector<std::string> all;
    for (const auto& packet : packets) all.push_back(packet.text);
    return all;
  }

  const std::uint16_t port_ = free_port();
  Engine engine_{{"127.0.0.1", port_, {{"127.0.0.1", port_}}}, [] {}};
  std::uint64_t last_peer_ = 0;
  std::vector<std::unique_ptr<Site>> sites_;
  std::set<PeerId> connected_;
};

// ---- what a hall's uplink loses

TEST_F(SoundTest, WhatAHallLosesIsAskedForAndPassedOn) {
  auto& speaker = hall(1, "A");
  auto& listener = viewer();
  begin(speaker, listener);
  const auto lost = speaker.next();
  const auto number = speaker.sequence;
  speaker.speak();
  ASSERT_TRUE(run_until([&] { return speaker.asked_for[Site::voice_ssrc].contains(number); })) << "a NACK";
  speaker.peer.send_rtp(lost);  // as browsers repair sound: the same packet again
  ASSERT_TRUE(run_until([&] { return listener.heard().size() == 2; }));
  EXPECT_EQ(listener.heard()[1].text, speaker.words(number));
  EXPECT_EQ(listener.heard()[1].sequence, static_cast<std::uint16_t>(listener.heard()[0].sequence - 1));
}

TEST_F(SoundTest, AnOldBrowserIsNotAskedForSound) {
  auto& speaker = hall(1, "A", false);
  auto& listener = viewer();
  begin(speaker, listener);
  speaker.next();
  speaker.speak();
  // A picture that is lost later is asked for: by then the sound would have been.
  constexpr std::uint32_t camera = 0xca3e7a;
  for (const auto sequence : {std::uint16_t{1}, std::uint16_t{3}})
    speaker.peer.send_rtp(rtp::write_packet({.payload_type = TestPeer::vp8,
                                             .sequence = sequence,
                                             .ssrc = camera,
                                             .extension = {std::byte{0x40}, std::byte{'1'}}},
                                            rtp::vp8_payload(false, sequence, 0)));
  ASSERT_TRUE(run_until([&] { return speaker.asked_for.contains(camera); }));
  EXPECT_FALSE(speaker.asked_for.contains(Site::voice_ssrc));
}

TEST_F(SoundTest, ARedundantVoiceIsPassedOnPlainInOrderAndEachPacketOnce) {
  auto& speaker = hall(1, "A");
  auto& listener = viewer();
  begin(speaker, listener);
  std::vector<std::string> said;
  for (int i = 0; i < 40; ++i) {
    const auto packet = speaker.next_redundant(2);
    said.push_back(speaker.words(speaker.sequence));
    // One in three gets lost, and twice two in a row.
    if (i % 3 != 1 && i != 20 && i != 30) speaker.peer.send_rtp(packet);
  }
  ASSERT_TRUE(run_until([&] { return listener.heard().size() >= said.size(); }));
  ASSERT_TRUE(settled());
  EXPECT_EQ(texts(listener.heard()), said);
  for (std::size_t i = 1; i < listener.heard().size(); ++i) {
    EXPECT_EQ(listener.heard()[i].sequence, static_cast<std::uint16_t>(listener.heard()[i - 1].sequence + 1));
    EXPECT_EQ(listener.heard()[i].timestamp, listener.heard()[i - 1].timestamp + 960);
  }
  EXPECT_TRUE(speaker.asked_for.empty()) << "what is here need not be asked for";
}

TEST_F(SoundTest, BrokenRedundancyDoesNothing) {
  auto& speaker = hall(1, "A");
  auto& listener = viewer();
  begin(speaker, listener);
  const auto before = engine_.counters().dropped_malformed;
  ++speaker.sequence;
  speaker.peer.send_rtp(speaker.voice(speaker.sequence, hex("ef ffff ff 6f 61"), TestPeer::red, talk));
  ++speaker.sequence;
  speaker.peer.send_rtp(speaker.voice(speaker.sequence, hex("7f 61"), TestPeer::red, talk));  // not Opus
  speaker.speak();
  ASSERT_TRUE(run_until([&] { return !listener.heard().empty(); }));
  EXPECT_EQ(listener.heard().size(), 1u);
  EXPECT_EQ(engine_.counters().dropped_malformed, before + 2);
}

/// Takes what a recording would.
class Recording : public stage::Sink {
 public:
  void on_packet(SourceId, stage::Codec, std::span<const std::byte> rtp) override {
    const auto view = rtp::parse_packet(rtp);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->payload_type, TestPeer::opus);
    sequences.push_back(view->sequence);
    texts.push_back(text_of(view->payload));
  }
  void on_scene(const Scene&) override {}
  std::vector<std::uint16_t> sequences;
  std::vector<std::string> texts;
};

TEST(SoundOnStage, ARecordingGetsPlainPacketsInOrderAndEachOnce) {
  const stage::Clock::time_point now{1h};
  transport::DtlsContext dtls;
  transport::Ports ports(
      "127.0.0.1", free_port(), [](const transport::TcpPort::Watch&) {},
      [](const transport::Endpoint&, std::span<std::byte>) {});
  LiveCounters counters;
  rtp::AgreedMedia line;
  line.kind = rtp::MediaKind::audio;
  line.mid = "0";
  line.accepted = line.to_us = true;
  line.codecs = {{rtp::Codec::opus, TestPeer::opus, -1, {}}};
  line.red_payload_type = TestPeer::red;
  stage::Peer hall(PeerId{1}, SourceId{1}, {line},
                   std::make_unique<transport::Link>(ports, dtls, 1, transport::Link::Ice{}, "", now),
                   counters, 1);
  stage::Stage on_stage(counters, {[](SourceId) {}, [](bool) {}, [](SourceId, std::vector<std::string>) {},
                                   [](PeerId, SourceId, rtp::Codec) {},
                                   [](SourceId, rtp::Codec, std::vector<std::vector<std::byte>>) {},
                                   [](PeerId, bool) {}, [](PeerId, std::vector<std::size_t>) {}});
  const auto recording = std::make_shared<Recording>();
  on_stage.add(hall);
  on_stage.add_sink(recording, now);
  on_stage.set_audible({SourceId{1}}, now);
  const auto send = [&](std::uint16_t sequence) {
    const auto before = text_bytes("word " + std::to_string(sequence - 1));
    const auto own = text_bytes("word " + std::to_string(sequence));
    Bytes payload(100);
    payload.resize(rtp::write_red(
        std::array<rtp::RedBlock, 2>{{{TestPeer::opus, 960, before}, {TestPeer::opus, 0, own}}}, payload));
    auto packet = rtp::write_packet(
        {.payload_type = TestPeer::red, .sequence = sequence, .timestamp = sequence * 960U}, payload);
    on_stage.on_packet(hall, packet, now);
  };
  for (const auto sequence : {10, 11, 13, 14, 14, 16}) send(static_cast<std::uint16_t>(sequence));
  EXPECT_EQ(recording->sequences, (std::vector<std::uint16_t>{10, 11, 12, 13, 14, 15, 16}));
  for (std::size_t i = 0; i < recording->texts.size(); ++i)
    EXPECT_EQ(recording->texts[i], "word " + std::to_string(10 + i));
  on_stage.remove(hall);
}

// ---- what a viewer's downlink loses

TEST_F(SoundTest, ALostVoicePacketIsSentAgainWithTheSameBytes) {
  auto& speaker = hall(1, "A");
  auto& listener = viewer();
  begin(speaker, listener);
  listener.report_loss(256 / 5);
  ASSERT_TRUE(run_until([&] {
    speaker.speak();
    return !listener.heard().empty() && listener.heard().back().generations == 3;
  })) << "a line that loses a fifth";
  ASSERT_TRUE(settled());
  listener.forget();
  std::vector<std::string> wire;
  int lose = 1;
  listener.loses = [&](std::span<const std::byte> srtp) {
    wire.push_back(to_hex(srtp));
    return lose-- > 0;
  };
  for (int i = 0; i < 10; ++i) speaker.speak();
  ASSERT_TRUE(run_until([&] { return listener.heard().size() == 9; }));
  listener.ask_again(static_cast<std::uint16_t>(listener.heard().front().sequence - 1));
  ASSERT_TRUE(run_until([&] { return listener.heard().size() == 10; }));
  ASSERT_EQ(wire.size(), 11u);
  EXPECT_EQ(wire.back(), wire.front()) << "one packet number, one packet: else AES-GCM gives its key away";
  EXPECT_EQ(listener.heard().back().generations, 3u);
}

TEST_F(SoundTest, AViewerThatLosesHearsEverything) {
  auto& speaker = hall(1, "A");
  auto& listener = viewer();
  begin(speaker, listener);
  // 15 % of what comes; what it misses it asks for, and that gets lost as often.
  Noise noise(2198);
  listener.loses = [&](std::span<const std::byte>) { return noise.below(100) < 15; };
  std::uint16_t asked_until = 0;
  const auto listen = [&](int packets) {
    const auto first = listener.heard().empty() ? 0 : listener.heard().size();
    for (int i = 0; i < packets; ++i) {
      speaker.speak();
      run_until([&] { return true; });
    }
    settled();
    for (auto at = std::max<std::size_t>(first, 1); at < listener.heard().size(); ++at)
      for (auto missing = static_cast<std::uint16_t>(listener.heard()[at - 1].sequence + 1);
           rtp::sequence_distance(listener.heard()[at].sequence, missing) > 0; ++missing)
        if (rtp::sequence_distance(missing, asked_until) > 0 || asked_until == 0)
          listener.ask_again(asked_until = missing);
  };
  for (int i = 0; i < 40; ++i) listen(10);
  ASSERT_TRUE(settled());
  ASSERT_GE(listener.heard().back().generations, 2u);
  const auto from = listener.heard().back().timestamp;
  for (int i = 0; i < 40; ++i) listen(10);
  const auto until = listener.heard().back().timestamp;
  std::size_t gaps = 0;
  for (auto at = from; at != until; at += 960) gaps += listener.times().contains(at) ? 0 : 1;
  EXPECT_LE(gaps, 8u) << "of 400; without redundancy and repairs it would be 60";
}

TEST_F(SoundTest, WhoKnowsNoRedundancyAndLosesSomethingGetsItAgain) {
  auto& speaker = hall(1, "A");
  auto& listener = viewer(1, false);
  begin(speaker, listener);
  listener.report_loss(38);
  // 15 % of what comes, the second time too.
  Noise noise(3550);
  listener.loses = [&](std::span<const std::byte>) { return noise.below(100) < 15; };
  const auto listen = [&](int packets) {
    for (int i = 0; i < packets; ++i) {
      speaker.speak();
      run_until([&] { return true; });
    }
    ASSERT_TRUE(settled());
  };
  listen(200);
  const auto from = listener.heard().back().timestamp;
  listen(400);
  const auto until = listener.heard().back().timestamp;
  std::size_t gaps = 0;
  for (auto at = from; at != until; at += 960) gaps += listener.times().contains(at) ? 0 : 1;
  EXPECT_LE(gaps, 8u) << "of 400; each packet once it would be 60";
  for (const auto& packet : listener.heard()) EXPECT_EQ(packet.generations, 0u);
  // Who loses nothing gets nothing twice.
  listener.loses = {};
  listener.report_loss(0);
  const auto before = engine_.counters().retransmitted;
  EXPECT_GT(before, 400u);
  listen(64 * 8 * 8);
  const auto after = engine_.counters().retransmitted;
  listen(100);
  EXPECT_EQ(engine_.counters().retransmitted, after);
}

// ---- whose voices

TEST_F(SoundTest, OfFiveOpenMicrophonesTheLoudestThreeAreHeard) {
  std::vector<Site*> halls;
  for (int i = 0; i < 5; ++i) halls.push_back(&hall(i + 1, std::string(1, static_cast<char>('A' + i))));
  auto& listener = viewer(3);
  open({1, 2, 3, 4, 5});
  const auto everybody = [&](const std::array<int, 5>& below) {
    for (std::size_t i = 0; i < 5; ++i) halls[i]->speak(below[i]);
    ASSERT_TRUE(settled());
  };
  // Who had the first places is not known; who speaks gets them from who does not.
  const std::array<int, 5> first{silence, talk, silence, talk, talk};
  ASSERT_TRUE(run_until([&] {
    everybody(first);
    listener.forget();
    everybody(first);
    return listener.voices() == "BDE";
  }));
  // The fourth speaks as loud as the others: no place for it.
  for (int i = 0; i < 30; ++i) everybody({talk, talk, silence, talk, talk});
  EXPECT_EQ(listener.voices(), "BDE");
}

TEST_F(SoundTest, AViewerWithOneSlotHearsWhoSpeaks) {
  auto& first = hall(1, "A");
  auto& second = hall(2, "B");
  auto& listener = viewer(1);
  open({1, 2});
  ASSERT_TRUE(run_until([&] {
    first.speak(silence);
    second.speak(talk);
    return listener.voices().find('B') != std::string::npos;
  }));
  ASSERT_TRUE(settled());
  listener.forget();
  first.speak(silence);
  second.speak(talk);
  ASSERT_TRUE(settled());
  EXPECT_EQ(listener.voices(), "B");
}

TEST_F(SoundTest, AWaitingVoiceIsHeardAsSoonAsAnotherHallIsGone) {
  std::vector<Site*> halls;
  for (int i = 0; i < 4; ++i) halls.push_back(&hall(i + 1, std::string(1, static_cast<char>('A' + i))));
  auto& listener = viewer(3);
  open({1, 2, 3, 4});
  ASSERT_TRUE(run_until([&] {
    for (int i = 0; i < 3; ++i) halls[static_cast<std::size_t>(i)]->speak(talk);
    return listener.voices() == "ABC";
  }));
  // Too quiet to take anybody's place.
  for (int i = 0; i < 20; ++i) halls[3]->speak(silence);
  ASSERT_TRUE(settled());
  EXPECT_EQ(listener.voices(), "ABC");
  engine_.disconnect(halls[1]->id());
  ASSERT_TRUE(run_until([&] { return halls[1]->peer.closed(); }));
  halls[3]->speak(silence);
  EXPECT_TRUE(run_until([&] { return listener.voices() == "ABCD"; })) << "and nobody gave a command";
}

}  // namespace
}  // namespace diemcau::media
