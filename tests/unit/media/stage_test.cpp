#include <map>
#include <set>

#include <gtest/gtest.h>

#include "media/stage/keyframe_gate.h"
#include "media/stage/peer.h"
#include "tests/free_port.h"
#include "tests/unit/media/rtp_packets.h"

/// The parts of a stage that need no network: slots, tracks, the keyframe gate.
namespace diemcau::stage {
namespace {

using namespace std::chrono_literals;

// ---- KeyframeGate

TEST(KeyframeGate, AsksOnceForManyWishes) {
  KeyframeGate gate;
  const Clock::time_point now{1h};
  EXPECT_TRUE(gate.want(now));
  for (int i = 1; i < 15; ++i) EXPECT_FALSE(gate.want(now + i * 10ms));
}

TEST(KeyframeGate, AsksAgainUntilAKeyframeComes) {
  KeyframeGate gate;
  const Clock::time_point now{1h};
  EXPECT_FALSE(gate.due(now));
  gate.want(now);
  EXPECT_FALSE(gate.due(now + 149ms));
  EXPECT_TRUE(gate.due(now + 150ms));
  EXPECT_TRUE(gate.due(now + 300ms));
  gate.on_keyframe();
  EXPECT_FALSE(gate.due(now + 450ms));
}

TEST(KeyframeGate, SpacesTheWishesAfterAKeyframeToo) {
  KeyframeGate gate;
  const Clock::time_point now{1h};
  gate.want(now);
  gate.on_keyframe();
  EXPECT_FALSE(gate.want(now + 100ms)) << "one source must not be made to send keyframes only";
  EXPECT_TRUE(gate.due(now + 150ms));
}

// ---- Slot

/// One stream as its slot's viewer gets it.
struct Sent {
  Bytes bytes;
  rtp::PacketView view;
  rtp::Vp8Descriptor picture;
  std::uint32_t rollover{};
};

class SlotTest : public testing::Test {
 protected:
  static rtp::AgreedMedia line() {
    rtp::AgreedMedia media;
    media.kind = rtp::MediaKind::video;
    media.mid = "12";
    media.accepted = media.from_us = true;
    media.codecs = {{rtp::Codec::vp8, 100, -1, {}}, {rtp::Codec::h264, 102, -1, {}}};
    media.mid_extension = 4;
    media.transport_sequence_extension = 3;
    media.slot_ssrc = 0xabcdef;
    return media;
  }

  /// A packet of a source.
  struct In {
    std::uint16_t sequence;
    std::uint32_t timestamp;
    std::uint16_t picture;
    std::uint8_t tl0;
    bool keyframe = false;
    int layer = 0;
    bool sync = false;
    bool marker = true;
  };
  void load(const In& in) {
    bytes_ = rtp::write_packet(
        {.payload_type = 96, .marker = in.marker, .sequence = in.sequence, .timestamp = in.timestamp},
        rtp::vp8_layer_payload(in.keyframe, in.picture, in.tl0, in.layer, in.sync,
                               "frame " + std::to_string(in.sequence)));
    packet_ = *rtp::parse_packet(bytes_);
    picture_ = rtp::parse_vp8(packet_.payload);
  }
  void bind(const In& in) {
    load(in);
    slot_.bind(Codec::vp8, packet_, picture_, now_);
  }
  std::optional<Sent> write(const In& in) {
    load(in);
    Bytes out(1600);
    const auto written = slot_.write(packet_, picture_, out, now_);
    if (written) slot_.stamp(out, *written, ++transport_);
    return read(out, written);
  }
  std::optional<Sent> write_again(const In& in) {
    load(in);
    Bytes out(1600);
    return read(out, slot_.write_again(packet_, picture_, out));
  }
  std::optional<Sent> pad(std::size_t size) {
    Bytes out(1600);
    const auto written = slot_.pad(size, out);
    if (written) slot_.stamp(out, *written, ++transport_);
    return read(out, written);
  }
  static std::optional<Sent> read(Bytes& out, const std::optional<Slot::Written>& written) {
    if (!written) return std::nullopt;
    out.resize(written->size);
    Sent sent{out, {}, {}, written->number >> 16};
    sent.view = *rtp::parse_packet(sent.bytes);
    sent.picture = rtp::parse_vp8(sent.view.payload).value_or(rtp::Vp8Descriptor{});
    EXPECT_EQ(static_cast<std::size_t>(sent.view.payload.data() - sent.bytes.data()), written->header_size);
    return sent;
  }
  Sent send(const In& in) {
    auto sent = write(in);
    if (!sent) throw std::runtime_error("not written");
    return std::move(*sent);
  }
  Sent bind_and_send(const In& in) {
    bind(in);
    return send(in);
  }

  transport::DtlsContext dtls_;
  transport::Ports ports_{"127.0.0.1", free_port(), [](const transport::TcpPort::Watch&) {},
                          [](const transport::Endpoint&, std::span<std::byte>) {}};
  media::LiveCounters counters_;
  Clock::time_point now_{1h};
  Peer peer_{PeerId{1}, std::nullopt,
             {},        std::make_unique<transport::Link>(ports_, dtls_, 1, transport::Link::Ice{}, "", now_),
             counters_, 1};
  Slot slot_{peer_, line(), 65000};
  std::uint16_t transport_ = 65530;
  Bytes bytes_;
  rtp::PacketView packet_;
  std::optional<rtp::Vp8Descriptor> picture_;
};

TEST_F(SlotTest, WritesNothingBeforeItIsBound) { EXPECT_FALSE(write({1, 0, 0, 0, true})); }

TEST_F(SlotTest, WritesItsOwnHeader) {
  const auto sent = bind_and_send({500, 90000, 3, 4, true});
  EXPECT_EQ(sent.view.payload_type, 100);
  EXPECT_EQ(sent.view.ssrc, 0xabcdefu);
  EXPECT_EQ(sent.view.sequence, 65001);
  EXPECT_TRUE(sent.view.marker);
  EXPECT_EQ(to_hex(rtp::find_extension(sent.view, 4)), to_hex(text_bytes("12")));
  EXPECT_EQ(to_hex(rtp::find_extension(sent.view, 3)), "fffb");
  EXPECT_EQ(to_hex(sent.view.payload.subspan(7)), to_hex(text_bytes("frame 500")));
}

TEST_F(SlotTest, NumbersGoOnOverSwitches) {
  auto last = bind_and_send({500, 90000, 7, 9, true});
  const std::vector<In> others{
      {60000, 4000000000U, 32767, 255, true}, {3, 12, 0, 0, true}, {32768, 0x80000000U, 100, 1, true}};
  for (const auto& other : others) {
    now_ += 2s;
    const auto next = bind_and_send(other);
    EXPECT_EQ(next.view.sequence, static_cast<std::uint16_t>(last.view.sequence + 1));
    EXPECT_EQ(next.view.timestamp, last.view.timestamp + 2 * 90000) << "the clock went on by what passed";
    EXPECT_EQ(*next.picture.picture_id, (*last.picture.picture_id + 1) & 0x7fff);
    EXPECT_EQ(*next.picture.tl0_index, static_cast<std::uint8_t>(*last.picture.tl0_index + 1));
    last = next;
  }
}

TEST_F(SlotTest, ASwitchWithinTheSameInstantStillMovesTheClock) {
  const auto first = bind_and_send({500, 90000, 7, 9, true});
  const auto second = bind_and_send({60000, 1, 1, 1, true});
  EXPECT_EQ(second.view.timestamp, first.view.timestamp + 900);
}

TEST_F(SlotTest, NumbersGoRound) {
  bind({65000, 0xffffff00U, 32760, 250, true});
  std::uint32_t rollover = 0;
  std::optional<Sent> last;
  for (std::uint32_t i = 0; i < 1200; ++i) {
    const auto sent =
        send({static_cast<std::uint16_t>(65000 + i), 0xffffff00U + i * 3000,
              static_cast<std::uint16_t>((32760 + i) & 0x7fff), static_cast<std::uint8_t>(250 + i), i == 0});
    if (last) {
      EXPECT_EQ(sent.view.sequence, static_cast<std::uint16_t>(last->view.sequence + 1));
      EXPECT_EQ(sent.view.timestamp, last->view.timestamp + 3000);
      EXPECT_EQ(*sent.picture.picture_id, (*last->picture.picture_id + 1) & 0x7fff);
      if (sent.view.sequence < last->view.sequence) ++rollover;
    }
    EXPECT_EQ(sent.rollover, rollover) << "sequence " << sent.view.sequence;
    last = sent;
  }
  EXPECT_EQ(rollover, 1u);
}

// A picture may stand for hours without a switch: three rounds of the sequence number.
TEST_F(SlotTest, OneBindingHoldsForHours) {
  bind({100, 0, 0, 0, true});
  for (std::uint32_t i = 0; i < 200000; ++i) {
    const In in{static_cast<std::uint16_t>(100 + i), i * 3000, static_cast<std::uint16_t>(i & 0x7fff),
                static_cast<std::uint8_t>(i)};
    const auto sent = send(in);
    ASSERT_EQ(sent.rollover, (65001 + i) >> 16) << "packet " << i;
    now_ += 7ms;
    if (i % 1000 == 999) {
      ASSERT_TRUE(slot_.repair(sent.view.sequence, now_)) << "packet " << i;
    }
  }
}

TEST_F(SlotTest, TheSamePacketGivesTheSameBytesAgain) {
  bind({100, 0, 5, 5, true});
  const auto first = send({100, 0, 5, 5, true});
  for (std::uint16_t i = 1; i < 200; ++i) {
    now_ += 7ms;
    send({static_cast<std::uint16_t>(100 + i), i * 3000U, static_cast<std::uint16_t>(5 + i), 5});
  }
  const auto again = write_again({100, 0, 5, 5, true});
  ASSERT_TRUE(again);
  EXPECT_EQ(to_hex(again->bytes), to_hex(first.bytes));
  EXPECT_EQ(again->rollover, first.rollover);
}

TEST_F(SlotTest, WhateverItsRateAPacketIsRepairedForAsLongAsAnybodyAsks) {
  bind({0, 0, 0, 0, true});
  std::map<std::uint16_t, std::pair<Clock::time_point, std::string>> sent;
  std::uint16_t next = 0;
  const auto in = [](std::uint16_t n) { return In{n, n * 3000U, n, 0, n == 0}; };
  const auto run = [&](int count, Clock::duration apart) {
    for (int i = 0; i < count; ++i, ++next, now_ += apart) sent[next] = {now_, to_hex(send(in(next)).bytes)};
  };
  const auto look = [&] {
    for (const auto& [number, one] : sent) {
      if (now_ - one.first > 1500ms) continue;
      const auto again = write_again(in(number));
      ASSERT_TRUE(again) << number << " of " << next;
      EXPECT_EQ(to_hex(again->bytes), one.second);
    }
  };
  run(200, 30ms);
  look();
  run(150, 0ms);
  look();
  run(300, 7ms);
  look();
}

TEST_F(SlotTest, ARepairSaysTheWaitThatThePacketSaid) {
  auto agreed = line();
  agreed.playout_delay_extension = 6;
  Slot slot(peer_, agreed, 1000);
  Track track(SourceId{1}, Codec::vp8, nullptr);
  slot.current = &track;
  load({100, 0, 5, 5, true});
  slot.bind(Codec::vp8, packet_, picture_, now_);
  const auto said = [&](const std::optional<Slot::Written>& written, Bytes& out) {
    const auto sent = read(out, written);
    const auto element = sent ? rtp::find_extension(sent->view, 6) : std::span<const std::byte>();
    return to_hex({element.begin(), element.end()});
  };
  track.wait = 38;
  Bytes first(1600);
  const auto written = slot.write(packet_, picture_, first, now_);
  ASSERT_TRUE(written);
  slot.stamp(first, *written, 1);
  EXPECT_EQ(said(written, first), "0263e8") << "380 ms to 10 s";
  track.wait = 0;
  Bytes again(1600);
  EXPECT_EQ(said(slot.write_again(packet_, picture_, again), again), "0263e8");
  EXPECT_EQ(to_hex(again), to_hex(first));
  load({101, 3000, 6, 6});
  Bytes next(1600);
  EXPECT_EQ(said(slot.write(packet_, picture_, next, now_), next), "0003e8");
}

// Whatever went on in between: other bytes under one number would give the key away.
TEST_F(SlotTest, WhatIsSentAgainHasTheSameBytesWhateverWentOnInBetween) {
  Noise noise(3);
  std::map<std::uint16_t, std::pair<In, std::string>> sent;
  std::set<std::uint32_t> numbers;
  bind({0, 0, 0, 0, true});
  std::uint8_t tl0 = 0;
  for (std::uint16_t i = 0; i < 400; ++i) {
    now_ += 5ms;
    slot_.temporal_layers = static_cast<int>(1 + noise.below(3));
    const int layer = i % 4 == 0 ? 0 : i % 4 == 2 ? 1 : 2;
    if (layer == 0) ++tl0;
    const In in{i, i * 3000U, i, tl0, i == 0, layer, i % 8 < 4};
    if (noise.below(8) == 0) pad(1 + noise.below(255));
    if (const auto out = write(in)) {
      EXPECT_TRUE(numbers.insert(out->rollover << 16 | out->view.sequence).second);
      sent[i] = {in, to_hex(out->bytes)};
      EXPECT_FALSE(write(in)) << "a number is used once";
    }
  }
  int same = 0;
  for (const auto& [sequence, one] : sent) {
    const auto again = write_again(one.first);
    if (!again) continue;
    ++same;
    EXPECT_EQ(to_hex(again->bytes), one.second) << sequence;
  }
  EXPECT_GT(same, 100);
}

TEST_F(SlotTest, WhatHasNotLeftIsNotSentAgain) {
  bind({100, 0, 5, 5, true});
  Bytes out(1600);
  const auto written = slot_.write(packet_, picture_, out, now_);
  ASSERT_TRUE(written);
  EXPECT_FALSE(write_again({100, 0, 5, 5, true})) << "its transport-wide number is not known yet";
  slot_.stamp(out, *written, 7);
  EXPECT_TRUE(write_again({100, 0, 5, 5, true}));
}

/// The n-th picture after a key frame, as browsers lay three temporal layers out: 0 2 1 2.
class LayeredSlotTest : public SlotTest {
 protected:
  static In picture(std::uint16_t n, int part = 1, int parts = 1) {
    const int layer = n % 4 == 0 ? 0 : n % 4 == 2 ? 1 : 2;
    return {static_cast<std::uint16_t>(100 + n * parts + part - 1),
            n * 3000U,
            n,
            static_cast<std::uint8_t>(n / 4),
            n == 0,
            layer,
            n % 8 < 3 && layer > 0,
            part == parts};
  }
};

TEST_F(LayeredSlotTest, TemporalLayersAreLeftOutWithoutAGap) {
  slot_.temporal_layers = 2;
  bind(picture(0, 1, 2));
  std::uint16_t sequence = 65000;
  std::uint16_t id = 0;
  for (std::uint16_t n = 0; n < 40; ++n) {
    now_ += 100ms;
    if (n % 2 == 0) ++id;
    for (const int part : {1, 2}) {
      const auto sent = write(picture(n, part, 2));
      ASSERT_EQ(sent.has_value(), n % 2 == 0) << n;
      if (!sent) continue;
      EXPECT_EQ(sent->view.sequence, ++sequence);
      EXPECT_EQ(*sent->picture.picture_id, id);
      EXPECT_EQ(slot_.repair(sequence, now_), picture(n, part, 2).sequence);
    }
  }
}

TEST_F(LayeredSlotTest, ALayerComesBackWithAPictureThatNeedsNoneOfThoseLeftOut) {
  slot_.temporal_layers = 1;
  bind(picture(0));
  for (std::uint16_t n = 0; n < 12; ++n) EXPECT_EQ(write(picture(n)).has_value(), n % 4 == 0) << n;
  slot_.temporal_layers = Slot::all_temporal_layers;
  // 12, 13 (layer 2), 14 (layer 1, needs the one before), 16, 17 (layer 2), 18 (layer 1, needs none), 19 …
  for (std::uint16_t n = 12; n < 21; ++n)
    EXPECT_EQ(write(picture(n)).has_value(), n % 4 == 0 || n == 18) << n;
  for (std::uint16_t n = 21; n < 30; ++n)
    EXPECT_EQ(write(picture(n)).has_value(), n % 4 == 0 || n == 22 || n >= 25) << n;
}

TEST_F(LayeredSlotTest, TheNumberOfALatePacketOfWhatIsLeftOutIsFilledWithPadding) {
  slot_.temporal_layers = 2;
  bind_and_send(picture(0));
  const auto behind = send(picture(2));
  const auto late = write(picture(1));
  ASSERT_TRUE(late);
  EXPECT_EQ(late->view.sequence, static_cast<std::uint16_t>(behind.view.sequence - 1));
  EXPECT_TRUE(late->view.payload.empty());
  EXPECT_FALSE(write_again(picture(1))) << "the picture itself would be other bytes";
}

TEST_F(LayeredSlotTest, PaddingGoesBetweenPicturesWithANumberOfItsOwn) {
  EXPECT_FALSE(pad(255)) << "before anything";
  bind_and_send(picture(0, 1, 2));
  EXPECT_FALSE(pad(255)) << "within a picture";
  const auto first = send(picture(0, 2, 2));
  const auto padding = pad(255);
  ASSERT_TRUE(padding);
  EXPECT_EQ(padding->view.sequence, static_cast<std::uint16_t>(first.view.sequence + 1));
  EXPECT_EQ(padding->view.timestamp, first.view.timestamp);
  EXPECT_EQ(padding->bytes.size(), first.bytes.size() - first.view.payload.size() + 255);
  EXPECT_TRUE(padding->view.payload.empty());
  EXPECT_FALSE(slot_.repair(padding->view.sequence, now_));
  const auto second = send(picture(1, 1, 2));
  EXPECT_EQ(second.view.sequence, static_cast<std::uint16_t>(padding->view.sequence + 1));
  EXPECT_EQ(slot_.repair(second.view.sequence, now_), picture(1, 1, 2).sequence);
  bind({5000, 0, 0, 0, true});
  EXPECT_EQ(send({5000, 0, 0, 0, true}).view.sequence, static_cast<std::uint16_t>(second.view.sequence + 1));
}

// The rest of a picture that was replayed in part comes with the replay's clock; so must it when it is asked
// for again.
TEST_F(SlotTest, TheClockOfAReplayIsKeptForRepairs) {
  bind({10, 1000, 1, 1, true});
  slot_.replay_step(packet_);
  send({10, 1000, 1, 1, true});
  slot_.end_replay();
  now_ += 30ms;
  load({11, 1000, 1, 1});
  slot_.live_step(packet_, now_);
  const auto rest = send({11, 1000, 1, 1});
  now_ += 700ms;
  load({12, 4000, 2, 2});
  slot_.live_step(packet_, now_);
  send({12, 4000, 2, 2});
  EXPECT_EQ(to_hex(write_again({11, 1000, 1, 1})->bytes), to_hex(rest.bytes));
}

TEST_F(SlotTest, WhatIsOlderThanTheBindingIsNotWritten) {
  bind_and_send({100, 0, 5, 5, true});
  EXPECT_FALSE(write({99, 0, 4, 5}));
  EXPECT_FALSE(write({static_cast<std::uint16_t>(100 - 5000), 0, 4, 5}));
  EXPECT_TRUE(write({102, 3000, 6, 5}));
  EXPECT_TRUE(write({101, 3000, 6, 5})) << "only late";
}

TEST_F(SlotTest, RepairsAreSpacedAndOnlyOfThisBinding) {
  bind_and_send({100, 0, 5, 5, true});
  const auto sent = send({101, 3000, 6, 5});
  EXPECT_EQ(slot_.repair(sent.view.sequence, now_), 101);
  EXPECT_FALSE(slot_.repair(sent.view.sequence, now_ + 29ms));
  EXPECT_EQ(slot_.repair(sent.view.sequence, now_ + 30ms), 101);
  EXPECT_FALSE(slot_.repair(static_cast<std::uint16_t>(sent.view.sequence - 2), now_))
      << "from before the binding";
}

TEST_F(SlotTest, RepairsAreAQuarterOfTheStreamAtMost) {
  bind({0, 0, 0, 0, true});
  std::uint16_t sequence = 0;
  const auto second = [&](int packets) {
    for (int i = 0; i < packets; ++i, ++sequence) send({sequence, sequence * 3000U, 0, 0});
    now_ += 1001ms;
    int repaired = 0;
    for (std::uint16_t back = 1; back <= 400; ++back)
      if (slot_.repair(static_cast<std::uint16_t>(65001 + sequence - back), now_)) ++repaired;
    return repaired;
  };
  second(500);
  EXPECT_NEAR(second(800), 200, 1);
  EXPECT_NEAR(second(40), 31, 1) << "a slow stream may still be repaired";
}

TEST_F(SlotTest, AReplayIsSqueezedAndLiveGoesOnFromThere) {
  bind_and_send({10, 0, 1, 1, true});
  now_ += 60s;
  // The still picture of another source: a keyframe and two updates a minute ago.
  const std::vector<In> still{
      {1000, 5000000, 50, 3, true}, {1001, 5090000, 51, 3}, {1002, 5090000, 51, 3}, {1003, 9000000, 52, 4}};
  bind(still[0]);
  std::vector<Sent> sent;
  for (const auto& in : still) {
    load(in);
    slot_.replay_step(packet_);
    sent.push_back(send(in));
  }
  slot_.end_replay();
  EXPECT_EQ(sent[1].view.timestamp, sent[0].view.timestamp + 90) << "one millisecond a frame";
  EXPECT_EQ(sent[2].view.timestamp, sent[1].view.timestamp) << "the same frame";
  EXPECT_EQ(sent[3].view.timestamp, sent[2].view.timestamp + 90);
  EXPECT_EQ(slot_.repair(sent[1].view.sequence, now_), 1001);
  const auto again = write_again(still[1]);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->bytes, sent[1].bytes) << "a burst loses packets as anything does";

  now_ += 5s;
  const In live{1004, 9999999, 53, 4};
  load(live);
  slot_.live_step(packet_, now_);
  const auto first = send(live);
  EXPECT_EQ(first.view.timestamp, sent[3].view.timestamp + 5 * 90000);
  EXPECT_EQ(first.view.sequence, static_cast<std::uint16_t>(sent[3].view.sequence + 1));
  const In next{1005, 9999999 + 3000, 54, 4};
  load(next);
  slot_.live_step(packet_, now_ + 33ms);
  EXPECT_EQ(send(next).view.timestamp, first.view.timestamp + 3000) << "from here on the source's own clock";
  EXPECT_EQ(slot_.repair(first.view.sequence, now_), 1004);
}

TEST_F(SlotTest, TheRestOfAFrameThatWasReplayedInPartKeepsItsTime) {
  bind({10, 1000, 1, 1, true});
  slot_.replay_step(packet_);
  const auto first = send({10, 1000, 1, 1, true});
  slot_.end_replay();
  now_ += 30ms;
  load({11, 1000, 1, 1});
  slot_.live_step(packet_, now_);
  EXPECT_EQ(send({11, 1000, 1, 1}).view.timestamp, first.view.timestamp);
  now_ += 30ms;
  load({12, 4000, 2, 2});
  slot_.live_step(packet_, now_);
  EXPECT_GT(send({12, 4000, 2, 2}).view.timestamp, first.view.timestamp);
}

TEST_F(SlotTest, ReplaysAreSpaced) {
  EXPECT_TRUE(slot_.may_replay(now_));
  EXPECT_FALSE(slot_.may_replay(now_ + 249ms));
  EXPECT_TRUE(slot_.may_replay(now_ + 250ms));
}

TEST_F(SlotTest, ReportsItsClock) {
  EXPECT_FALSE(slot_.sender_report(now_, {}));
  const auto sent = bind_and_send({10, 0, 1, 1, true});
  const auto report = slot_.sender_report(now_ + 500ms, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->ssrc, 0xabcdefu);
  EXPECT_EQ(report->rtp_timestamp, sent.view.timestamp + 45000);
}

// ---- Track

class TrackTest : public testing::Test {
 protected:
  std::optional<Track::Arrived> take(std::uint16_t sequence, bool keyframe = false,
                                     std::uint32_t ssrc = 0x1000) {
    return track_.take(
        rtp::write_packet(
            {.sequence = sequence,  // Over the wrap too.
             .timestamp = static_cast<std::uint32_t>(static_cast<std::int16_t>(sequence) * 3000),
             .ssrc = ssrc},
            rtp::vp8_payload(keyframe, sequence & 0x7fff, 0)),
        now_);
  }

  Clock::time_point now_{1h};
  Track track_{SourceId{7}, Codec::vp8, nullptr};
};

TEST_F(TrackTest, TakesEachPacketOnce) {
  EXPECT_TRUE(take(10, true));
  EXPECT_FALSE(take(10, true)) << "a duplicate";
  EXPECT_TRUE(take(12));
  EXPECT_TRUE(take(11)) << "late";
  EXPECT_FALSE(take(11));
}

TEST_F(TrackTest, PaddingIsNothingToShow) {
  EXPECT_FALSE(track_.take(hex("a0 60 0001 00000000 00001000 00000003"), now_));
  EXPECT_FALSE(track_.take(rtp::write_packet({.sequence = 2}, {}), now_));
  EXPECT_TRUE(take(3, true));
}

TEST_F(TrackTest, ABrokenPictureIsRefused) {
  EXPECT_FALSE(track_.take(rtp::write_packet({.sequence = 2}, hex("90 80")), now_));
  EXPECT_FALSE(track_.take(hex("80 60"), now_));
}

// A slot gives each packet number to one packet only (see SrtpSender): these could be a second one.
TEST_F(TrackTest, WhatIsOlderThanTheHistoryIsRefused) {
  EXPECT_TRUE(take(1000, true));
  EXPECT_TRUE(take(1512)) << "takes the place of 1000";
  EXPECT_FALSE(take(1000)) << "perhaps with other bytes";
  EXPECT_TRUE(take(1001));
}

TEST_F(TrackTest, WhatNoSlotCouldSendIsRefused) {
  EXPECT_FALSE(track_.take(
      rtp::write_packet({.sequence = 2}, rtp::vp8_payload(true, 1, 1, std::string(1500, 'x'))), now_));
}

TEST_F(TrackTest, AnotherEncoderBeginsAnew) {
  EXPECT_TRUE(take(5000, true));
  EXPECT_FALSE(take(5001)->restarted);
  const auto other = take(5001, false, 0x2000);
  ASSERT_TRUE(other) << "not a duplicate: another stream";
  EXPECT_TRUE(other->restarted);
  EXPECT_FALSE(take(4000, true, 0x2000)) << "older than the history";
  const auto next = take(5002, true, 0x2000);
  ASSERT_TRUE(next);
  EXPECT_FALSE(next->restarted);
  EXPECT_EQ(track_.history.since_keyframe(), std::pair(std::uint16_t{5002}, std::uint16_t{5002}));
}

TEST_F(TrackTest, AfterACutSlotsBindAnew) {
  take(10, true);
  now_ += 600ms;
  auto next = take(100);
  ASSERT_TRUE(next);
  EXPECT_TRUE(next->restarted);
  now_ += 40ms;
  next = take(160);
  EXPECT_TRUE(next->restarted) << "what came first was of the time of the cut";
  for (std::uint16_t i = 161; i <= 170; ++i, now_ += 50ms) EXPECT_FALSE(take(i)->restarted);
  EXPECT_FALSE(take(220)->restarted) << "a burst on a line that works";
}

TEST_F(TrackTest, AFewPacketsThatAreMissingAfterASilenceAreNoCut) {
  take(10, true);
  now_ += 5s;
  const auto next = take(20);
  ASSERT_TRUE(next);
  EXPECT_FALSE(next->restarted) << "a still picture moved, and the first packets of that were lost";
}

TEST_F(TrackTest, KeyframesSatisfyTheGate) {
  EXPECT_TRUE(track_.gate.want(now_));
  take(10);
  EXPECT_TRUE(track_.gate.due(now_ + 200ms));
  take(11, true);
  EXPECT_FALSE(track_.gate.due(now_ + 400ms));
}

TEST_F(TrackTest, AWishNeedNotWaitForARequestThatWasLost) {
  EXPECT_TRUE(track_.gate.want(now_));
  EXPECT_FALSE(track_.gate.want(now_ + 10ms));
  track_.gate.forget_request();
  EXPECT_TRUE(track_.gate.want(now_ + 20ms));
}

TEST_F(TrackTest, AKeyframeIsFreshForAShortWhile) {
  EXPECT_FALSE(track_.has_fresh_keyframe(now_));
  take(10, true);
  EXPECT_TRUE(track_.has_fresh_keyframe(now_ + 399ms));
  EXPECT_FALSE(track_.has_fresh_keyframe(now_ + 400ms));
}

TEST_F(TrackTest, IsStillWithoutPictures) {
  take(10, true);
  EXPECT_FALSE(track_.is_still(now_ + 250ms));
  EXPECT_TRUE(track_.is_still(now_ + 251ms));
}

class VoiceTrackTest : public testing::Test {
 protected:
  static Bytes packet(std::uint16_t sequence, std::uint32_t timestamp, std::uint32_t ssrc = 0x1000) {
    return rtp::write_packet(
        {.payload_type = 111, .sequence = sequence, .timestamp = timestamp, .ssrc = ssrc},
        text_bytes("voice"));
  }
  std::optional<Track::Arrived> take(std::uint16_t sequence) {
    return track_.take(packet(sequence, sequence * 960U), now_);
  }
  std::optional<Track::Arrived> recover(std::uint16_t sequence) {
    return track_.recover(packet(sequence, sequence * 960U), now_);
  }

  Clock::time_point now_{1h};
  Track track_{SourceId{7}, Codec::opus, nullptr};
};

TEST_F(VoiceTrackTest, WhatIsRecoveredComesOnce) {
  EXPECT_FALSE(recover(9)) << "before anything came: of which stream?";
  take(10);
  EXPECT_FALSE(recover(10)) << "it is here";
  EXPECT_TRUE(recover(11));
  EXPECT_FALSE(recover(11));
  EXPECT_FALSE(take(11)) << "late by itself";
  EXPECT_TRUE(take(12));
}

TEST_F(VoiceTrackTest, TheLastWordsBeforeALineWasBackAreNotRecovered) {
  take(10);
  now_ += 600ms;
  EXPECT_FALSE(recover(38)) << "with it would begin a hole";
  EXPECT_FALSE(recover(39));
  const auto next = take(40);
  ASSERT_TRUE(next);
  EXPECT_TRUE(next->restarted);
}

TEST_F(VoiceTrackTest, WhatIsRecoveredStaysLostInWhatTheSenderIsTold) {
  take(0);
  track_.receiver_block(now_);
  for (std::uint16_t sequence = 1; sequence <= 100; ++sequence) {
    if (sequence % 4 == 0) {
      EXPECT_TRUE(recover(sequence));
    } else {
      EXPECT_TRUE(take(sequence));
    }
  }
  take(101);
  EXPECT_NEAR(track_.receiver_block(now_).fraction_lost, 64, 2) << "or it would stop to protect its voice";
}

TEST_F(VoiceTrackTest, WhatCannotBeThePacketThatIsLostIsRefused) {
  take(10);
  take(12);
  EXPECT_FALSE(track_.recover(packet(11, 10 * 960), now_)) << "of the time of the packet before";
  EXPECT_FALSE(track_.recover(packet(11, 12 * 960), now_)) << "of the time of the packet behind";
  EXPECT_FALSE(track_.recover(packet(11, 11 * 960, 0x2000), now_)) << "of another stream";
  EXPECT_FALSE(track_.recover(hex("80"), now_));
  EXPECT_FALSE(track_.recover({}, now_));
  EXPECT_TRUE(recover(11));
}

TEST_F(TrackTest, ReportsLossJitterAndTheLastReport) {
  for (std::uint16_t sequence = 65500; sequence != 100; ++sequence) {
    if (sequence % 4 != 0) take(sequence);
    now_ += 33333us;
  }
  track_.on_sender_report({0x1000, 0x0011223344556677, 0}, now_);
  const auto block = track_.receiver_block(now_ + 1s);
  EXPECT_EQ(block.ssrc, 0x1000u);
  EXPECT_NEAR(block.fraction_lost, 64, 2);
  EXPECT_LT(block.jitter, 10u);
  EXPECT_EQ(block.last_sender_report, 0x22334455u);
  EXPECT_EQ(block.delay_since, 65536u);
  EXPECT_EQ(track_.receiver_block(now_ + 2s).fraction_lost, 0) << "since the report before";
}

}  // namespace
}  // namespace diemcau::stage
