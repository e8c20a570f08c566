#include "tests/unit/media/engine_fixture.h"

/// What lines lose, how they do, and what strangers send.
namespace diemcau::media {
namespace {

TEST_P(EngineTest, AViewerWhoseLineWasAwayGetsAKeyframeAsSoonAsItIsHeardAgain) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  ASSERT_TRUE(show_first(publisher, viewer));
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
  ASSERT_TRUE(show_first(publisher, viewer));
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
  ASSERT_TRUE(show_first(publisher, viewer));
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

TEST_P(EngineTest, ALostPacketIsSentAgainWithTheSameBytes) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  ASSERT_TRUE(show_first(publisher, viewer));
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

TEST_P(EngineTest, AViewerIsToldToWaitForWhatAPublishersLineLoses) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  ASSERT_TRUE(show_first(publisher, viewer));
  EXPECT_EQ(viewer.video()[0].wait, 0u);
  // One alone may have been overtaken.
  for (int i = 0; i < 2; ++i) {
    publisher.lost.clear();
    const auto lost = publisher.video_packet(false);
    publisher.show();
    ASSERT_TRUE(run_until([&] { return !publisher.lost.empty(); })) << "a NACK";
    publisher.repair(lost);
  }
  EXPECT_TRUE(run_until([&] {
    publisher.show();
    return viewer.video().back().wait > 0;
  }));
  EXPECT_LE(viewer.video().back().wait, 40u);
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
  ASSERT_TRUE(show_first(publisher, viewer));
  TestPeer stranger({false, 1, 0, over_tcp()});
  stranger.start(std::get<std::string>(engine_.connect(PeerId{77}, stage, std::nullopt, stranger.offer())));
  const auto request = transport::binding_request({{"x", ""}, {stranger.remote_ufrag(), "a wrong password"}});
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

}  // namespace
}  // namespace diemcau::media
