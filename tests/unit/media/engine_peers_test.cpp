#include "tests/unit/media/engine_fixture.h"

/// How halls come, return, take another way and go.
namespace diemcau::media {
namespace {

INSTANTIATE_TEST_SUITE_P(Over, EngineTest,
                         testing::Values(Arrangement{false, 1}, Arrangement{true, 1}, Arrangement{false, 2},
                                         Arrangement{true, 3}),
                         [](const auto& test) {
                           return std::string(test.param.tcp ? "Tcp" : "Udp") + "On" +
                                  std::to_string(test.param.workers);
                         });

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

TEST_P(EngineTest, APeerGoesOnFromAnotherAddress) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  ASSERT_TRUE(show_first(publisher, viewer));
  viewer.peer.move();
  publisher.peer.move();
  ASSERT_TRUE(run_until([&] {
    publisher.show();
    return viewer.video().size() >= 3;
  })) << "without a new handshake";
  EXPECT_TRUE(goes_on(viewer.video()));
  EXPECT_EQ(connected_.size(), 2u);
}

/// Over TCP another address is another connection, which begins with a check.
class UdpEngineTest : public EngineTest {
 protected:
  struct Moved {
    std::size_t arrived{};  ///< pictures at the new address
    std::chrono::steady_clock::duration took{};
  };
  /// The viewer goes on from another port, until it has been asked three times who it is; that is answered by
  /// `on_check`.
  Moved move_and_be_asked(Hall& publisher, Hall& viewer,
                          const std::function<void(const transport::BindingRequest&)>& on_check) {
    EXPECT_TRUE(show_first(publisher, viewer));
    viewer.ask_keyframe();  // a browser reports a few times a second: it is known by the SSRC of these
    EXPECT_TRUE(run_until([&] { return publisher.keyframes_wanted > 1; }));
    const auto seen = viewer.video().size();
    const auto began = std::chrono::steady_clock::now();
    auto asked = 0;
    viewer.peer.on_check = [&](const transport::BindingRequest& request) {
      ++asked;
      on_check(request);
    };
    viewer.peer.move_unnoticed();
    EXPECT_TRUE(run_until([&] {
      viewer.ask_keyframe();
      publisher.show(true);
      return asked >= 3;
    }));
    return {viewer.video().size() - seen, std::chrono::steady_clock::now() - began};
  }
};

INSTANTIATE_TEST_SUITE_P(Over, UdpEngineTest, testing::Values(Arrangement{false, 1}, Arrangement{false, 2}),
                         [](const auto& test) { return "On" + std::to_string(test.param.workers); });

TEST_P(UdpEngineTest, APublisherIsHeardFromAnotherAddressBeforeItsNextCheck) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  ASSERT_TRUE(show_first(publisher, viewer));
  const auto checks = publisher.peer.checks();
  // Of several ports some are given to the other worker.
  for (int i = 0; i < 8; ++i) {
    const auto seen = viewer.video().size();
    publisher.peer.move_unnoticed();
    for (int k = 0; k < 3; ++k) publisher.show();
    ASSERT_TRUE(run_until([&] { return viewer.video().size() == seen + 3; })) << i;
  }
  EXPECT_LT(publisher.peer.checks() - checks, 4u) << "some may have been due";
  EXPECT_TRUE(consecutive(viewer.video()));
}

TEST_P(UdpEngineTest, WhoseAPacketFromElsewhereIsItsKeysTell) {
  auto& first = join(an_binh, 0, 0, "A");
  auto& second = join(ban_mai, 0, 0, "B");
  auto& viewer = join(std::nullopt, 2);
  put_on_stage({an_binh, ban_mai});
  for (auto* const one : {&first, &second}) {
    one->show();
    ASSERT_TRUE(run_until([&] { return one->keyframes_wanted > 0; }));
    one->show(true);
  }
  ASSERT_TRUE(run_until([&] { return viewer.video(0).size() == 1 && viewer.video(1).size() == 1; }));
  ASSERT_EQ(first.video_ssrc, second.video_ssrc);
  second.peer.move_unnoticed();
  second.show();
  ASSERT_TRUE(run_until([&] { return viewer.video(1).size() == 2; }));
  EXPECT_EQ(viewer.video(1)[1].text, "B3");
  EXPECT_EQ(viewer.video(0).size(), 1u);
}

TEST_P(UdpEngineTest, StrangersThatKnowAStreamOpenNothingAndCostLittle) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  ASSERT_TRUE(show_first(publisher, viewer));
  TestPeer stranger({false, 1, 0, false});
  stranger.start(std::get<std::string>(engine_.connect(PeerId{77}, stage, std::nullopt, stranger.offer())));
  stranger.move_unnoticed();
  const auto before = engine_.counters();
  constexpr std::uint64_t count = 1000;
  for (std::uint64_t i = 0; i < count; ++i)
    stranger.send_raw(rtp::write_packet({.payload_type = TestPeer::vp8,
                                         .sequence = static_cast<std::uint16_t>(7100 + i),
                                         .ssrc = publisher.video_ssrc},
                                        text_bytes("as long as a packet with its tag")));
  ASSERT_TRUE(handled(before.packets_in + count));
  const auto after = engine_.counters();
  EXPECT_GT(after.dropped_forged, before.dropped_forged);
  EXPECT_LT(after.dropped_forged - before.dropped_forged, 400u);
  EXPECT_GT(after.dropped_unknown - before.dropped_unknown, 500u);
  publisher.show();
  EXPECT_TRUE(run_until([&] { return viewer.video().size() == 2; }));
}

TEST_P(UdpEngineTest, WhatIsSentFollowsToAnotherAddressBeforeTheNextCheck) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  ASSERT_TRUE(show_first(publisher, viewer));
  viewer.ask_keyframe();  // a browser reports a few times a second: so it is known by its SSRC
  const auto checks = viewer.peer.checks();
  for (int i = 0; i < 8; ++i) {
    const auto seen = viewer.video().size();
    viewer.peer.move_unnoticed();
    ASSERT_TRUE(run_until([&] {
      viewer.ask_keyframe();
      publisher.show(true);
      return viewer.video().size() > seen;
    })) << i;
  }
  EXPECT_LT(viewer.peer.checks() - checks, 4u) << "some may have been due";
  EXPECT_TRUE(goes_on(viewer.video()));
}

TEST_P(UdpEngineTest, AnAddressThatDoesNotAnswerGetsAFewChecksAndNothingElse) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  std::set<std::string> transactions;
  const auto moved = move_and_be_asked(publisher, viewer, [&](const transport::BindingRequest& request) {
    transactions.insert(to_hex(request.transaction));
  });
  EXPECT_EQ(moved.arrived, 0u);
  EXPECT_EQ(transactions.size(), 1u) << "a late answer is good as well";
  EXPECT_GE(moved.took, 100ms) << "three of them";
}

TEST_P(UdpEngineTest, AnAnswerWithoutOurPasswordMovesNothing) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  const auto moved = move_and_be_asked(publisher, viewer, [&](const transport::BindingRequest& request) {
    viewer.peer.send_raw(transport::binding_response(request, {}, "the password of nobody here"));
    auto other = copy(request.transaction);
    other[3] ^= std::byte{1};
    const transport::BindingRequest nobodys{other, {}, false};
    viewer.peer.send_raw(transport::binding_response(nobodys, {}, TestPeer::local_password));
  });
  EXPECT_EQ(moved.arrived, 0u);
}

TEST_P(UdpEngineTest, WhileTheAddressInUseSendsNoOtherIsAsked) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  ASSERT_TRUE(show_first(publisher, viewer));
  auto checked = 0;
  publisher.peer.on_check = [&](const transport::BindingRequest&) { ++checked; };
  auto other = publisher.peer.move_unnoticed();
  const auto seen = viewer.video().size();
  ASSERT_TRUE(run_until([&] {
    publisher.peer.exchange_path(other);
    publisher.show();
    publisher.peer.exchange_path(other);
    publisher.show();
    return viewer.video().size() >= seen + 100;
  }));
  EXPECT_EQ(checked, 0);
}

TEST_P(EngineTest, AnIceRestartChangesTheWayAndNothingElse) {
  auto& publisher = join(an_binh, 0, 0, "A");
  auto& viewer = join(std::nullopt, 1);
  ASSERT_TRUE(show_first(publisher, viewer));
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
  const auto answer = engine_.restart_ice_by_fragment(
      viewer.id(), "a=ice-ufrag:" + viewer.peer.local_ufrag() + "\r\na=ice-pwd:" + TestPeer::local_password);
  const auto* fragment = std::get_if<std::string>(&answer);
  ASSERT_NE(fragment, nullptr);
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
