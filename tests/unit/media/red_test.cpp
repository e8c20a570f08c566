#include "media/rtp/red.h"

#include <gtest/gtest.h>

#include "media/rtp/loss_gauge.h"
#include "media/stage/red_sender.h"
#include "tests/unit/media/rtp_packets.h"

namespace diemcau {
namespace {
std::string text_of(std::span<const std::byte> bytes) {
  std::string text;
  for (const auto byte : bytes) text += static_cast<char>(byte);
  return text;
}
}  // namespace

namespace rtp {
namespace {

// ---- the format

// RFC 2198 3: F=1, type 111, offset 960 (14 bits), length 3 (10 bits); F=0, type 111; the blocks.
const Bytes two_blocks = hex("ef 0f 00 03   6f   61 62 63   64 65");

TEST(Red, IsRead) {
  const auto red = parse_red(two_blocks);
  ASSERT_TRUE(red);
  ASSERT_EQ(red->older().size(), 1u);
  EXPECT_EQ(red->older()[0].payload_type, 111);
  EXPECT_EQ(red->older()[0].age, 960u);
  EXPECT_EQ(text_of(red->older()[0].payload), "abc");
  EXPECT_EQ(red->own().payload_type, 111);
  EXPECT_EQ(text_of(red->own().payload), "de");
}

TEST(Red, IsWritten) {
  const auto old = text_bytes("abc");
  const auto own = text_bytes("de");
  const std::array<RedBlock, 2> blocks{{{111, 960, old}, {111, 0, own}}};
  Bytes out(two_blocks.size());
  ASSERT_EQ(write_red(blocks, out), out.size());
  EXPECT_EQ(to_hex(out), to_hex(two_blocks));
  EXPECT_EQ(write_red(blocks, std::span(out).first(out.size() - 1)), 0u) << "it does not fit";
}

TEST(Red, WithoutOlderBlocksIsOneByteMore) {
  const auto bytes = hex("6f 64 65");
  const auto red = parse_red(bytes);
  ASSERT_TRUE(red);
  EXPECT_TRUE(red->older().empty());
  EXPECT_EQ(text_of(red->own().payload), "de");
}

TEST(Red, LengthsThatDoNotAddUpAreRefused) {
  EXPECT_FALSE(parse_red({}));
  for (std::size_t size = 1; size < two_blocks.size() - 2; ++size)
    EXPECT_FALSE(parse_red(std::span(two_blocks).first(size))) << size;
  EXPECT_FALSE(parse_red(hex("ef 0f 03 ff 6f 61"))) << "a block longer than the packet";
}

TEST(Red, MoreThanEightBlocksAreRefused) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < most_red_blocks; ++i) bytes = joined(bytes, hex("ef 000000"));
  EXPECT_TRUE(parse_red(joined(bytes, hex("6f"))));
  EXPECT_FALSE(parse_red(joined(bytes, hex("ef 000000 6f"))));
}

TEST(Red, WhatAFieldCannotHoldIsNotWritten) {
  Bytes out(3000);
  const Bytes block(longest_red_block), long_block(longest_red_block + 1);
  const auto write = [&](const RedBlock& old) {
    return write_red(std::array<RedBlock, 2>{{old, {111, 0, block}}}, out);
  };
  EXPECT_GT(write({111, oldest_red, block}), 0u);
  EXPECT_EQ(write({111, oldest_red + 1, block}), 0u);
  EXPECT_EQ(write({111, 960, long_block}), 0u);
}

TEST(Red, APacketIsUnwrappedWithItsExtensionsAndWithoutItsPadding) {
  auto packet = write_packet(
      {.payload_type = 63, .marker = true, .sequence = 9, .timestamp = 9600, .extension = hex("10 14")},
      joined(two_blocks, hex("0000 03")));
  packet[0] |= std::byte{0x20};
  const auto view = *parse_packet(packet);
  const auto red = parse_red(view.payload);
  ASSERT_TRUE(red);
  Bytes lost(100);
  const auto before = parse_packet(write_recovered(view, red->older()[0], 8, lost));
  ASSERT_TRUE(before);
  EXPECT_EQ(before->sequence, 8);
  EXPECT_EQ(before->timestamp, 9600u - 960u);
  EXPECT_EQ(before->payload_type, 111);
  EXPECT_EQ(before->ssrc, view.ssrc);
  EXPECT_EQ(text_of(before->payload), "abc");
  EXPECT_TRUE(write_recovered(view, red->older()[0], 8, std::span(lost).first(14)).empty());

  const auto own = parse_packet(unwrap_red(packet, view, red->own()));
  ASSERT_TRUE(own);
  EXPECT_EQ(own->sequence, 9);
  EXPECT_EQ(own->payload_type, 111);
  EXPECT_TRUE(own->marker);
  EXPECT_EQ(to_hex(find_extension(*own, 1)), "14");
  EXPECT_EQ(text_of(own->payload), "de");
}

// ---- how many generations

class LossGaugeTest : public testing::Test {
 protected:
  /// Seconds of a voice, of which every `nth` packet is lost (0: none).
  void speak(int seconds, int nth) {
    for (int i = 0; i < 50 * seconds; ++i) {
      gauge_.on_sent();
      ++count_;
      if (nth > 0 && count_ % nth == 0) gauge_.on_lost(static_cast<std::uint16_t>(count_));
    }
  }
  /// `burst` packets in a row of every `nth`.
  void speak_in_bursts(int seconds, int nth, int burst) {
    for (int i = 0; i < 50 * seconds; ++i) {
      gauge_.on_sent();
      if (++count_ % nth < burst) gauge_.on_lost(static_cast<std::uint16_t>(count_));
    }
  }
  LossGauge gauge_;
  int count_ = 0;
};

TEST_F(LossGaugeTest, AGoodLineNeedsNone) {
  speak(60, 0);
  EXPECT_EQ(gauge_.generations(), 0);
  speak(60, 500);
  EXPECT_EQ(gauge_.generations(), 0) << "2 per mille";
}

TEST_F(LossGaugeTest, TheWorseTheLineTheMore) {
  speak(4, 40);
  EXPECT_EQ(gauge_.generations(), 1) << "2.5 %";
  speak(6, 10);
  EXPECT_EQ(gauge_.generations(), 2) << "10 %";
  speak(6, 5);
  EXPECT_EQ(gauge_.generations(), 3) << "20 %";
  speak(6, 1);
  EXPECT_EQ(gauge_.generations(), LossGauge::most_generations);
}

TEST_F(LossGaugeTest, ALineThatLosesInBurstsNeedsMoreThanOneThatLosesAsMuchSingly) {
  speak(20, 50);
  EXPECT_EQ(gauge_.generations(), 1) << "2 %, each by itself";
  speak_in_bursts(20, 150, 3);
  EXPECT_EQ(gauge_.generations(), 3) << "2 %, three in a row";
}

TEST_F(LossGaugeTest, AnswersWithinThreeSeconds) {
  speak(3, 7);
  EXPECT_GE(gauge_.generations(), 2) << "14 %";
}

TEST_F(LossGaugeTest, KeepsThemForAWhileAndGivesThemUpOneByOne) {
  speak(6, 5);
  ASSERT_EQ(gauge_.generations(), 3);
  speak(10, 0);
  EXPECT_EQ(gauge_.generations(), 3);
  int last = 3;
  for (int seconds = 0; seconds < 120; ++seconds) {
    speak(1, 0);
    EXPECT_GE(gauge_.generations(), last - 1);
    last = gauge_.generations();
  }
  EXPECT_EQ(last, 0);
}

TEST_F(LossGaugeTest, DoesNotSwitchToAndFroAtAThreshold) {
  speak(10, 16);
  int changes = 0;
  for (int seconds = 0, last = gauge_.generations(); seconds < 300; ++seconds) {
    speak(1, 14 + seconds % 5);
    changes += gauge_.generations() != last ? 1 : 0;
    last = gauge_.generations();
  }
  EXPECT_LE(changes, 1) << "5.5 to 7 % for five minutes";
}

TEST_F(LossGaugeTest, BelievesTheReportOfAViewerThatAsksForNothing) {
  gauge_.on_report(256 / 10);
  speak(5, 0);
  EXPECT_EQ(gauge_.generations(), 2);
  gauge_.on_report(0);
  speak(120, 0);
  EXPECT_EQ(gauge_.generations(), 0);
}

}  // namespace
}  // namespace rtp

namespace stage {
namespace {

class RedSenderTest : public testing::Test {
 protected:
  static constexpr int red = 63;
  static constexpr int opus = 111;

  /// The source sends it and the track has it.
  rtp::PacketView arrives(std::uint16_t sequence, std::string_view text, std::uint32_t step = 960) {
    bytes_ = rtp::write_packet(
        // Over the wrap too.
        {.payload_type = 96,
         .sequence = sequence,
         .timestamp = static_cast<std::uint32_t>(static_cast<std::int16_t>(sequence)) * step},
        text_bytes(text));
    history_.add(sequence, bytes_, false);
    return *rtp::parse_packet(history_.find(sequence));
  }
  RedSender::Payload send(std::uint16_t sequence, std::string_view text, int generations,
                          std::uint32_t step = 960) {
    const auto packet = arrives(sequence, text, step);
    const auto payload = sender_.wrap(packet, history_, generations, out_);
    sender_.sent(sequence, payload.companions);
    return payload;
  }
  std::optional<RedSender::Payload> again(std::uint16_t sequence) {
    const auto packet = rtp::parse_packet(history_.find(sequence));
    return packet ? sender_.wrap_again(*packet, history_, out_) : std::nullopt;
  }
  /// "one|two" with the ages, or "plain one".
  static std::string read(const RedSender::Payload& payload) {
    if (payload.type == opus) return "plain " + text_of(payload.bytes);
    const auto parsed = rtp::parse_red(payload.bytes);
    if (!parsed) return "broken";
    std::string text;
    for (const auto& block : parsed->older())
      text += text_of(block.payload) + "@" + std::to_string(block.age) + " ";
    return text + text_of(parsed->own().payload);
  }

  Bytes bytes_;
  rtp::PacketHistory history_{64};
  RedSender sender_{red, opus};
  std::array<std::byte, RedSender::longest> out_;
};

TEST_F(RedSenderTest, AGoodLineGetsItPlain) {
  send(10, "one", 0);
  EXPECT_EQ(read(send(11, "two", 0)), "plain two");
}

TEST_F(RedSenderTest, AnOldBrowserGetsItPlainWhateverItLoses) {
  sender_ = RedSender(-1, opus);
  send(10, "one", 3);
  EXPECT_EQ(read(send(11, "two", 3)), "plain two");
  EXPECT_EQ(read(*again(11)), "plain two");
}

TEST_F(RedSenderTest, PacketsBeforeGoAlong) {
  EXPECT_EQ(read(send(65534, "one", 2)), "plain one") << "nothing is before it";
  EXPECT_EQ(read(send(65535, "two", 2)), "one@960 two");
  EXPECT_EQ(read(send(0, "three", 2)), "one@1920 two@960 three");
  EXPECT_EQ(read(send(1, "four", 1)), "three@960 four");
}

TEST_F(RedSenderTest, WhatIsSentAgainIsTheSameWhateverHasHappenedSince) {
  send(10, "one", 1);
  send(12, "three", 2);
  const auto first = read(send(13, "four", 2));
  EXPECT_EQ(first, "three@960 four") << "two is late";
  send(11, "two", 2);
  send(14, "five", 3);
  EXPECT_EQ(read(*again(13)), first);
  EXPECT_EQ(read(*again(10)), "plain one");
}

TEST_F(RedSenderTest, WhatCannotBeTheSameIsNotSentAgain) {
  send(10, "one", 3);
  send(11, "two", 3);
  arrives(74, "takes the place of packet 10 in the history");
  EXPECT_FALSE(again(11));
  arrives(12, "was never sent");
  EXPECT_FALSE(again(12));
}

TEST_F(RedSenderTest, AnotherVoiceBringsNothingOfTheOneBefore) {
  send(10, "one", 3);
  sender_.begin();
  EXPECT_EQ(read(send(11, "two", 3)), "plain two");
  EXPECT_EQ(read(send(12, "three", 3)), "two@960 three");
  EXPECT_FALSE(again(10));
}

TEST_F(RedSenderTest, SilenceAndLongPausesAreNotRepeated) {
  send(10, "one", 1);
  send(11, "~", 1);
  EXPECT_EQ(read(send(12, "three", 1)), "plain three") << "comfort noise is not worth a block";
  send(100, "before", 1, 20000);
  EXPECT_EQ(read(send(101, "after", 1, 20000)), "plain after") << "longer ago than RED can say";
}

TEST_F(RedSenderTest, ItStaysWithinOneDatagram) {
  const std::string big(400, 'b');
  send(10, big, 3);
  send(11, big, 3);
  send(12, big, 3);
  const auto payload = send(13, big, 3);
  EXPECT_LE(payload.bytes.size(), RedSender::longest);
  EXPECT_EQ(read(payload), big + "@960 " + big) << "only the newest fits";
  const std::string huge(1300, 'h');
  EXPECT_EQ(read(send(14, huge, 3)), "plain " + huge);
}

TEST_F(RedSenderTest, ALossCountsOnce) {
  send(10, "one", 0);
  EXPECT_TRUE(sender_.note_lost(10));
  EXPECT_FALSE(sender_.note_lost(10));
  EXPECT_FALSE(sender_.note_lost(11)) << "never sent";
}

}  // namespace
}  // namespace stage
}  // namespace diemcau
