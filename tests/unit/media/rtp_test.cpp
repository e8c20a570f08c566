#include <gtest/gtest.h>

#include "media/rtp/nack.h"
#include "media/rtp/packet_history.h"
#include "media/rtp/vp8.h"
#include "tests/unit/media/rtp_packets.h"

namespace diemcau::rtp {
namespace {

using namespace std::chrono_literals;

// ---- packet

TEST(Packet, ReadsEveryField) {
  const auto bytes = hex(R"(
    b2 ef 1234 01020304 0a0b0c0d   # V2, padding, extension, 2 sources; marker, type 111
    00000001 00000002              # contributing sources
    bede 0002  10 85  32 0a0b0c 0000 # elements 1 (1 byte) and 3 (3 bytes), padding
    cafe 0002)");  // payload of 2, padding of 2
  const auto packet = parse_packet(bytes);
  ASSERT_TRUE(packet);
  EXPECT_TRUE(packet->marker);
  EXPECT_EQ(packet->payload_type, 111);
  EXPECT_EQ(packet->sequence, 0x1234);
  EXPECT_EQ(packet->timestamp, 0x01020304u);
  EXPECT_EQ(packet->ssrc, 0x0a0b0c0du);
  EXPECT_EQ(to_hex(packet->payload), "cafe");
  EXPECT_EQ(to_hex(find_extension(*packet, 1)), "85");
  EXPECT_EQ(to_hex(find_extension(*packet, 3)), "0a0b0c");
  EXPECT_TRUE(find_extension(*packet, 2).empty());
}

TEST(Packet, ReadsTheTwoByteForm) {
  const auto bytes = hex("90 60 0001 00000000 00001000 1005 0003  c8 02 aabb  00  07 01 cc  09 00 00 00");
  const auto packet = parse_packet(bytes);
  ASSERT_TRUE(packet);
  EXPECT_EQ(to_hex(find_extension(*packet, 200)), "aabb");
  EXPECT_EQ(to_hex(find_extension(*packet, 7)), "cc");
  EXPECT_TRUE(find_extension(*packet, 9).empty());
}

TEST(Packet, AnotherExtensionProfileHasNoElements) {
  const auto packet = parse_packet(hex("90 60 0001 00000000 00001000 abcd 0001 10850000 ff"));
  ASSERT_TRUE(packet);
  EXPECT_TRUE(find_extension(*packet, 1).empty());
}

TEST(Packet, ElementsThatRunOutOfTheBlockAreNotFound) {
  const auto one_byte = hex("90 60 0001 00000000 00001000 bede 0001 1f 01 02 03");
  EXPECT_TRUE(find_extension(*parse_packet(one_byte), 1).empty());
  const auto two_byte = hex("90 60 0001 00000000 00001000 1000 0001 01 09 02 03");
  EXPECT_TRUE(find_extension(*parse_packet(two_byte), 1).empty());
  const auto reserved = hex("90 60 0001 00000000 00001000 bede 0001 f0 00 10 85");
  EXPECT_TRUE(find_extension(*parse_packet(reserved), 1).empty()) << "id 15 ends the block";
}

TEST(Packet, AHeaderThatIsCutIsNone) {
  const auto bytes = hex("92 6f 1234 01020304 0a0b0c0d 00000001 00000002 bede 0001 10850000");
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(parse_packet(std::span(bytes).first(size))) << size;
  ASSERT_TRUE(parse_packet(bytes));
  EXPECT_TRUE(parse_packet(bytes)->payload.empty());
}

TEST(Packet, PaddingMustFit) {
  EXPECT_TRUE(parse_packet(hex("a0 60 0001 00000000 00001000 000003"))->payload.empty()) << "a probe";
  EXPECT_FALSE(parse_packet(hex("a0 60 0001 00000000 00001000 000004")));
  EXPECT_FALSE(parse_packet(hex("a0 60 0001 00000000 00001000 000000")));
  EXPECT_FALSE(parse_packet(hex("a0 60 0001 00000000 00001000")));
}

TEST(Packet, OnlyVersionTwoIsRead) {
  for (const auto* first : {"00", "40", "c0"})
    EXPECT_FALSE(parse_packet(hex(std::string(first) + " 60 0001 00000000 00001000 00")));
}

TEST(Packet, RtcpIsToldByItsType) {
  EXPECT_FALSE(is_rtcp(hex("80")));
  EXPECT_FALSE(is_rtcp(hex("80 bf")));
  EXPECT_TRUE(is_rtcp(hex("80 c0")));
  EXPECT_TRUE(is_rtcp(hex("81 c9")));
  EXPECT_TRUE(is_rtcp(hex("80 df")));
  EXPECT_FALSE(is_rtcp(hex("80 e0"))) << "type 96 with marker";
}

TEST(Packet, TellsWhoseAPacketIsThoughTheRestIsEncrypted) {
  EXPECT_EQ(ssrc_of(hex("80 60 0001 00000002 00ca3e7a")), 0xca3e7aU);
  EXPECT_EQ(ssrc_of(hex("b0 e0 0001 00000002 00ca3e7a ffff")), 0xca3e7aU)
      << "padding and extension are not looked at";
  EXPECT_EQ(ssrc_of(hex("80 60 0001 00000002 00ca3e")), std::nullopt);
  EXPECT_EQ(ssrc_of(hex("81 c9 0001 00ca3e7a")), 0xca3e7aU) << "RTCP";
  EXPECT_EQ(ssrc_of(hex("81 c9 0001 00ca3e")), std::nullopt);
  EXPECT_EQ(ssrc_of(hex("16 fe 0001 00000002 00ca3e7a")), std::nullopt) << "DTLS";
}

TEST(Packet, DistancesWrap) {
  EXPECT_EQ(sequence_distance(5, 3), 2);
  EXPECT_EQ(sequence_distance(2, 65535), 3);
  EXPECT_EQ(sequence_distance(65535, 2), -3);
}

// ---- VP8

struct Descriptor {
  const char* name;
  const char* payload;
  bool starts, keyframe;
  int picture_id, tl0, temporal;  ///< -1: not there
};

class Vp8Payload : public testing::TestWithParam<Descriptor> {};

TEST_P(Vp8Payload, IsRead) {
  const auto& want = GetParam();
  const auto bytes = hex(want.payload);
  const auto read = parse_vp8(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->starts_frame, want.starts);
  EXPECT_EQ(read->keyframe, want.keyframe);
  EXPECT_EQ(read->picture_id ? *read->picture_id : -1, want.picture_id);
  EXPECT_EQ(read->tl0_index ? *read->tl0_index : -1, want.tl0);
  EXPECT_EQ(read->temporal_layer, want.temporal);
  for (std::size_t size = 0; size + 1 < bytes.size(); ++size)
    EXPECT_FALSE(parse_vp8(std::span(bytes).first(size))) << "cut at " << size;
}

INSTANTIATE_TEST_SUITE_P(Vp8, Vp8Payload,
                         testing::Values(Descriptor{"Plain", "10 00", true, true, -1, -1, 0},
                                         Descriptor{"PlainDelta", "10 01", true, false, -1, -1, 0},
                                         Descriptor{"Continuation", "00 00", false, false, -1, -1, 0},
                                         Descriptor{"SecondPartition", "11 00", false, false, -1, -1, 0},
                                         Descriptor{"ShortId", "90 80 7f 10", true, true, 127, -1, 0},
                                         Descriptor{"LongId", "90 80 ff ff 10", true, true, 32767, -1, 0},
                                         Descriptor{"AllFields", "90 f0 80 05 07 5f 11", true, false, 5, 7,
                                                    1},
                                         Descriptor{"KeyIndexOnly", "90 10 1f 10", true, true, -1, -1, 0},
                                         Descriptor{"LayerWithoutId", "90 20 c0 10", true, true, -1, -1, 3}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Vp8, PatchedIdsAreReadBackAndNothingElseChanges) {
  for (const auto* text :
       {"90 f0 80 05 07 5f 11 aabb", "90 e0 05 07 40 11 aabb", "90 80 83 05 10 aabb", "10 10 aabb"}) {
    auto bytes = hex(text);
    const auto before = *parse_vp8(bytes);
    patch_vp8(bytes, before, 0x7e63, 200);
    const auto after = *parse_vp8(bytes);
    EXPECT_EQ(after.picture_id.has_value(), before.picture_id.has_value());
    if (after.picture_id) {
      EXPECT_EQ(*after.picture_id, before.picture_id_is_long ? 0x7e63 : 0x63);
    }
    if (after.tl0_index) {
      EXPECT_EQ(*after.tl0_index, 200);
    }
    EXPECT_EQ(after.temporal_layer, before.temporal_layer);
    EXPECT_EQ(after.keyframe, before.keyframe);
    patch_vp8(bytes, after, before.picture_id.value_or(0), before.tl0_index.value_or(0));
    EXPECT_EQ(to_hex(bytes), to_hex(hex(text)));
  }
}

// ---- NACK

class Nack : public testing::Test {
 protected:
  void arrive(std::uint16_t sequence) { nack.on_packet(sequence, now); }
  std::vector<std::uint16_t> due() { return nack.due(now, 60ms); }
  /// One after the other.
  void lose_and_repair_three(NackGenerator::Clock::duration answer) {
    arrive(10);
    for (std::uint16_t lost = 11; lost < 16; lost += 2) {
      arrive(lost + 1);
      now += 10ms;
      due();
      now += answer;
      arrive(lost);
    }
  }
  using Asked = std::vector<std::uint16_t>;

  NackGenerator nack;
  NackGenerator::Clock::time_point now{1h};
};

TEST_F(Nack, AsksOnceAPacketIsNoLongerJustLate) {
  arrive(10);
  arrive(13);
  EXPECT_EQ(due(), Asked{});
  now += 9ms;
  EXPECT_EQ(due(), Asked{});
  now += 1ms;
  EXPECT_EQ(due(), (Asked{11, 12}));
}

TEST_F(Nack, ALatePacketIsNotAskedFor) {
  arrive(10);
  arrive(12);
  now += 5ms;
  arrive(11);
  now += 1s;
  EXPECT_EQ(due(), Asked{});
  EXPECT_FALSE(nack.take_given_up());
}

TEST_F(Nack, CountsWhatTheLineLostAndNotWhatIsJustLate) {
  arrive(10);
  arrive(13);
  EXPECT_EQ(nack.lost(), 2u);
  now += 5ms;
  arrive(11);
  EXPECT_EQ(nack.lost(), 1u) << "out of turn";
  now += 5ms;
  EXPECT_EQ(due(), Asked{12});
  arrive(12);
  arrive(12);
  EXPECT_EQ(nack.lost(), 1u) << "repaired, but lost";
}

TEST_F(Nack, AsksAgainAfterOneRoundTripAndTheRepairsTurn) {
  arrive(10);
  arrive(12);
  now += 10ms;
  EXPECT_EQ(due(), Asked{11});
  now += 79ms;
  EXPECT_EQ(due(), Asked{});
  now += 1ms;
  EXPECT_EQ(due(), Asked{11});
}

TEST_F(Nack, NeverAsksMoreOftenThanEvery20Milliseconds) {
  arrive(10);
  arrive(12);
  now += 10ms;
  EXPECT_EQ(nack.due(now, 1ms), Asked{11});
  now += 20ms;
  EXPECT_EQ(nack.due(now, 1ms), Asked{});
  now += 1ms;
  EXPECT_EQ(nack.due(now, 1ms), Asked{11});
}

TEST_F(Nack, AsksAgainNoSoonerThanAnswersTake) {
  arrive(10);
  arrive(12);
  now += 10ms;
  EXPECT_EQ(due(), Asked{11});
  now += 90ms;
  arrive(11);
  arrive(14);
  now += 10ms;
  EXPECT_EQ(due(), Asked{13});
  now += 109ms;
  EXPECT_EQ(due(), Asked{}) << "its sender counts a round trip from when the repair left it";
  now += 1ms;
  EXPECT_EQ(due(), Asked{13});
}

TEST_F(Nack, TheRetransmissionEndsIt) {
  arrive(10);
  arrive(12);
  now += 10ms;
  EXPECT_EQ(due(), Asked{11});
  arrive(11);
  now += 1s;
  EXPECT_EQ(due(), Asked{});
  EXPECT_FALSE(nack.take_given_up());
}

TEST_F(Nack, GivesUpAfterTenRequestsAndTheirAnswerTime) {
  arrive(10);
  arrive(12);
  now += 10ms;
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(due(), Asked{11}) << i;
    EXPECT_FALSE(nack.take_given_up()) << i;
    now += i < 9 ? 80ms : 70ms;
  }
  EXPECT_EQ(due(), Asked{});
  EXPECT_FALSE(nack.take_given_up()) << "the tenth answer may still be on its way";
  now += 10ms;
  EXPECT_EQ(due(), Asked{});
  EXPECT_TRUE(nack.take_given_up());
  EXPECT_FALSE(nack.take_given_up()) << "told once";
}

TEST_F(Nack, GivesUpWhatIsTooOldToMatter) {
  arrive(10);
  arrive(12);
  now += 1501ms;
  EXPECT_EQ(due(), Asked{});
  EXPECT_TRUE(nack.take_given_up());
}

TEST_F(Nack, AVoiceIsAskedForOnlyWhileTheAnswerIsOfUse) {
  nack = NackGenerator(for_voice);
  arrive(10);
  arrive(12);
  now += 10ms;
  int requests = 0;
  for (const auto until = now + 600ms; now < until; now += 10ms)
    if (!due().empty()) {
      ++requests;
      EXPECT_LE(now + 60ms, until - 200ms) << "too late for a jitter buffer";
    }
  EXPECT_EQ(requests, 5);
}

TEST_F(Nack, AVoiceIsNotAskedForOverALineThatIsTooLong) {
  nack = NackGenerator(for_voice);
  arrive(10);
  arrive(12);
  now += 10ms;
  EXPECT_EQ(nack.due(now, 500ms), Asked{});
  EXPECT_EQ(nack.due(now, 300ms), Asked{11});
}

TEST_F(Nack, TellsHowLongAnswersTake) {
  arrive(10);
  arrive(12);
  now += 10ms;
  due();
  now += 45ms;
  arrive(11);
  EXPECT_EQ(nack.take_answer_time(), 45ms);
  EXPECT_EQ(nack.take_answer_time(), std::nullopt);
}

TEST_F(Nack, TellsHowLongAPlayerShouldWaitForRepairs) {
  EXPECT_EQ(nack.repair_wait(now), 0ms);
  arrive(10);
  auto lose_one = [&, last = std::uint16_t{10}]() mutable {
    last = static_cast<std::uint16_t>(last + 2);
    arrive(last);
    now += 10ms;
    due();
    now += 200ms;
    arrive(static_cast<std::uint16_t>(last - 1));
  };
  lose_one();
  EXPECT_EQ(nack.repair_wait(now), 0ms) << "it may have been overtaken";
  lose_one();
  EXPECT_EQ(nack.repair_wait(now), 250ms);
  now += 29s;
  EXPECT_EQ(nack.repair_wait(now), 250ms);
  now += 2s;
  EXPECT_EQ(nack.repair_wait(now), 0ms) << "the line is good again";
}

TEST_F(Nack, WhatIsRepairedAtTheSecondTryIsNoStandstillOnALongLineEither) {
  lose_and_repair_three(320ms);
  EXPECT_EQ(nack.repair_wait(now), 490ms);
}

TEST_F(Nack, NobodyShouldWaitLongerThanAConversationBears) {
  lose_and_repair_three(900ms);
  EXPECT_EQ(nack.repair_wait(now), 500ms);
}

TEST_F(Nack, FindsOutThatALineIsMuchLongerThanWasThought) {
  arrive(10);
  for (std::uint16_t lost = 11; lost < 60; lost += 2) {
    arrive(lost + 1);
    // Of ten, two answers are lost too.
    const auto answered = now + (lost % 10 == 1 ? 620ms : 310ms);
    for (; now < answered; now += 10ms) nack.due(now, 20ms);
    arrive(lost);
    EXPECT_EQ(nack.take_answer_time(), lost == 11 ? 610ms : 300ms) << lost;
  }
}

TEST_F(Nack, GivesUpOnceWhatIsStillWaitedFor) {
  arrive(10);
  arrive(12);
  int given_up = 0;
  for (int i = 0; i < 300; ++i, now += 10ms) {
    nack.due(now, 20ms);
    if (nack.take_given_up()) ++given_up;
  }
  EXPECT_EQ(given_up, 1);
}

TEST_F(Nack, AsksOverTheWrap) {
  arrive(65533);
  arrive(2);
  now += 10ms;
  EXPECT_EQ(due(), (Asked{65534, 65535, 0, 1}));
  arrive(65535);
  arrive(0);
  now += 80ms;
  EXPECT_EQ(due(), (Asked{65534, 1}));
}

TEST_F(Nack, ALongOutageIsNotAskedFor) {
  arrive(10);
  arrive(3000);
  now += 10ms;
  EXPECT_EQ(due(), Asked{});
  EXPECT_TRUE(nack.take_given_up()) << "a keyframe is cheaper";
}

TEST_F(Nack, WhatWasLostWhileTheLineWasCutIsNotAskedFor) {
  arrive(10);
  arrive(12);
  nack.resume_at(100);
  now += 10ms;
  EXPECT_EQ(due(), Asked{});
  EXPECT_TRUE(nack.take_given_up()) << "a keyframe is quicker, and what is old is of no use";
  EXPECT_EQ(nack.lost(), 1u + 87u);
  arrive(102);
  now += 10ms;
  EXPECT_EQ(due(), Asked{101});
}

TEST_F(Nack, AKeyframeMakesUpForWhatWasGivenUpBeforeIt) {
  arrive(10);
  nack.resume_at(100);
  nack.on_keyframe(100);
  EXPECT_FALSE(nack.take_given_up());
  nack.resume_at(200);
  nack.on_keyframe(150);
  EXPECT_TRUE(nack.take_given_up()) << "what follows that one is missing as well";
}

TEST_F(Nack, KeepsAtMost300) {
  arrive(0);
  for (std::uint16_t sequence = 2; sequence < 1000; sequence = static_cast<std::uint16_t>(sequence + 2))
    arrive(sequence);
  now += 10ms;
  EXPECT_EQ(due().size(), 300u);
  EXPECT_TRUE(nack.take_given_up());
}

// ---- history

Bytes numbered(std::uint32_t number) { return text_bytes("packet " + std::to_string(number)); }

TEST(PacketHistory, FindsWhatItHolds) {
  PacketHistory history(8);
  EXPECT_TRUE(history.find(0).empty());
  for (std::uint16_t sequence = 65530; sequence != 4; ++sequence)
    history.add(sequence, numbered(sequence), false);
  EXPECT_EQ(copy(history.find(3)), numbered(3));
  EXPECT_EQ(copy(history.find(65532)), numbered(65532));
  EXPECT_TRUE(history.find(65531).empty()) << "overwritten";
  EXPECT_TRUE(history.find(4).empty());
}

TEST(PacketHistory, TellsWhatFollowedTheLastKeyframe) {
  PacketHistory history(8);
  EXPECT_FALSE(history.since_keyframe());
  history.add(65534, numbered(1), false);
  EXPECT_FALSE(history.since_keyframe());
  history.add(65535, numbered(2), true);
  history.add(1, numbered(4), false);
  EXPECT_FALSE(history.since_keyframe()) << "0 is missing";
  history.add(0, numbered(3), false);
  EXPECT_EQ(history.since_keyframe(), std::pair(std::uint16_t{65535}, std::uint16_t{1}));
  history.add(2, numbered(5), true);
  EXPECT_EQ(history.since_keyframe(), std::pair(std::uint16_t{2}, std::uint16_t{2}));
}

TEST(PacketHistory, GivesTheLastKeyframeWhenItIsWhole) {
  const auto part = [](std::uint16_t sequence, bool last) {
    return write_packet({.payload_type = 96, .marker = last, .sequence = sequence}, text_bytes("part"));
  };
  PacketHistory history(8);
  EXPECT_TRUE(history.keyframe().empty());
  history.add(65534, part(65534, true), false);
  history.add(65535, part(65535, false), true);
  history.add(1, part(1, true), false);
  history.add(3, part(3, true), false);
  EXPECT_TRUE(history.keyframe().empty()) << "0 is missing";
  history.add(0, part(0, false), false);
  const auto whole = history.keyframe();
  ASSERT_EQ(whole.size(), 3u) << "what followed is missing in part, and does not matter";
  EXPECT_EQ(copy(whole[2]), part(1, true));
  history.add(4, part(4, false), true);
  EXPECT_TRUE(history.keyframe().empty()) << "its last packet is not here yet";
}

TEST(PacketHistory, AKeyframeThatIsOverwrittenIsForgotten) {
  PacketHistory history(8);
  history.add(1, numbered(1), true);
  for (std::uint16_t sequence = 2; sequence <= 9; ++sequence)
    history.add(sequence, numbered(sequence), false);
  EXPECT_FALSE(history.since_keyframe());
}

// Publishers send keyframes only when asked: minutes may pass between two.
TEST(PacketHistory, TheNextKeyframeCountsHoweverLongItTook) {
  for (const std::uint32_t gap : {1000U, 32767U, 32768U, 40000U, 65535U, 70000U}) {
    PacketHistory history(512);
    for (std::uint32_t number = 0; number <= gap; ++number)
      history.add(static_cast<std::uint16_t>(number), numbered(number), number == 0 || number == gap);
    const auto last = static_cast<std::uint16_t>(gap);
    EXPECT_EQ(history.since_keyframe(), std::pair(last, last)) << gap;
  }
}

}  // namespace
}  // namespace diemcau::rtp
