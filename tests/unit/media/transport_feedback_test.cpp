#include "media/rtp/transport_feedback.h"

#include <map>
#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/unit/media/bytes.h"

namespace diemcau::rtp {
namespace {

using namespace std::chrono_literals;

/// What a browser reads from one feedback, decoded apart from the writer, from the draft.
struct Decoded {
  std::uint16_t base{}, count{};
  std::uint8_t number{};
  std::map<std::uint16_t, std::chrono::microseconds> arrivals;  ///< since some beginning
};

Decoded decode(const Bytes& bytes) {
  std::size_t at = 0;
  const auto take = [&](int size) {
    std::uint32_t value = 0;
    for (int i = 0; i < size; ++i) value = value << 8 | std::to_integer<std::uint32_t>(bytes.at(at++));
    return value;
  };
  Decoded decoded;
  decoded.base = static_cast<std::uint16_t>(take(2));
  decoded.count = static_cast<std::uint16_t>(take(2));
  auto time = std::chrono::microseconds(64000LL * take(3));
  decoded.number = static_cast<std::uint8_t>(take(1));
  std::vector<unsigned> symbols;
  while (symbols.size() < decoded.count) {
    const auto chunk = take(2);
    if ((chunk & 0x8000) == 0) {  // a run
      for (unsigned i = 0; i < (chunk & 0x1fff); ++i) symbols.push_back(chunk >> 13 & 3);
    } else if ((chunk & 0x4000) == 0) {  // 14 symbols of one bit
      for (int i = 13; i >= 0; --i) symbols.push_back(chunk >> i & 1);
    } else {  // 7 of two
      for (int i = 12; i >= 0; i -= 2) symbols.push_back(chunk >> i & 3);
    }
  }
  for (std::size_t i = decoded.count; i < symbols.size(); ++i)
    if (symbols[i] != 0) throw std::runtime_error("a symbol beyond the count");
  for (std::size_t i = 0; i < decoded.count; ++i) {
    if (symbols[i] == 0) continue;
    if (symbols[i] == 3) throw std::runtime_error("the reserved symbol");
    const int delta = symbols[i] == 1 ? static_cast<int>(take(1)) : static_cast<std::int16_t>(take(2));
    time += std::chrono::microseconds(250LL * delta);
    decoded.arrivals[static_cast<std::uint16_t>(decoded.base + i)] = time;
  }
  if (bytes.size() % 4 != 0 || bytes.size() - at > 3) throw std::runtime_error("not padded to words");
  return decoded;
}

class Feedback : public testing::Test {
 protected:
  void arrive(std::uint32_t sequence, std::chrono::microseconds after) {
    feedback.on_packet(static_cast<std::uint16_t>(sequence), start + after);
  }
  Decoded take() {
    const auto bytes = feedback.take();
    if (!bytes) throw std::runtime_error("nothing to tell");
    return decode(*bytes);
  }

  TransportFeedback feedback;
  TransportFeedback::Clock::time_point start{5h};
};

TEST_F(Feedback, TellsNothingWithoutPackets) {
  EXPECT_FALSE(feedback.take());
  arrive(1, 0us);
  EXPECT_TRUE(feedback.take());
  EXPECT_FALSE(feedback.take());
}

TEST_F(Feedback, TellsWhenEachPacketCame) {
  for (std::uint32_t i = 0; i < 30; ++i) arrive(100 + i, std::chrono::microseconds(i * 5250));
  const auto told = take();
  EXPECT_EQ(told.base, 100);
  EXPECT_EQ(told.count, 30);
  ASSERT_EQ(told.arrivals.size(), 30u);
  for (const auto& [sequence, at] : told.arrivals) EXPECT_EQ(at, (sequence - 100) * 5250us) << sequence;
}

TEST_F(Feedback, TellsWhatIsMissing) {
  for (const std::uint32_t sequence : {10U, 11U, 15U, 40U}) arrive(sequence, 1ms);
  const auto told = take();
  EXPECT_EQ(told.count, 31);
  EXPECT_EQ(told.arrivals.size(), 4u);
  EXPECT_TRUE(told.arrivals.contains(15));
  EXPECT_FALSE(told.arrivals.contains(14));
}

TEST_F(Feedback, TheNextOneGoesOnWhereThisEnded) {
  arrive(1, 0ms);
  arrive(2, 1ms);
  EXPECT_EQ(take().number, 0);
  arrive(5, 50ms);
  const auto told = take();
  EXPECT_EQ(told.number, 1);
  EXPECT_EQ(told.base, 3) << "3 and 4 are lost, not unknown";
  EXPECT_EQ(told.count, 3);
  EXPECT_EQ(told.arrivals.at(5), 50ms);
}

TEST_F(Feedback, ReorderedPacketsHaveTheirOwnTimes) {
  arrive(1, 0ms);
  arrive(3, 10ms);
  arrive(2, 20ms);
  const auto told = take();
  EXPECT_EQ(told.arrivals.at(2), 20ms);
  EXPECT_EQ(told.arrivals.at(3), 10ms) << "a negative delta";
}

TEST_F(Feedback, ADuplicateCountsOnce) {
  arrive(1, 0ms);
  arrive(2, 1ms);
  arrive(2, 2ms);
  EXPECT_EQ(take().arrivals.size(), 2u);
}

TEST_F(Feedback, LongPausesNeedLargeDeltas) {
  arrive(1, 0ms);
  arrive(2, 64ms);
  arrive(3, 5s);
  const auto told = take();
  EXPECT_EQ(told.arrivals.at(2), 64ms);
  EXPECT_EQ(told.arrivals.at(3), 5s);
}

TEST_F(Feedback, GoesOverTheWrap) {
  for (std::uint32_t i = 0; i < 20; ++i) arrive(65530 + i, std::chrono::milliseconds(i));
  const auto told = take();
  EXPECT_EQ(told.base, 65530);
  EXPECT_EQ(told.count, 20);
  EXPECT_EQ(told.arrivals.at(65535), 5ms);
  EXPECT_EQ(told.arrivals.at(13), 19ms);
}

TEST_F(Feedback, RunsForHours) {
  std::uint32_t sequence = 0;
  for (int round = 0; round < 5000; ++round) {
    const auto base = sequence;
    for (int i = 0; i < 40; ++i, ++sequence)
      if (sequence % 7 != 3) arrive(sequence, round * 1s + i * 1ms);
    const auto told = take();
    // A packet lost at the very end is told about next time.
    ASSERT_LE(static_cast<std::uint16_t>(base - told.base), 1) << round;
    ASSERT_EQ(told.arrivals.begin()->second % 250us, 0us);
  }
}

TEST_F(Feedback, AFloodFitsOneDatagram) {
  for (std::uint32_t i = 0; i < 3000; ++i) arrive(i * 2, std::chrono::milliseconds(i * 100));
  const auto bytes = feedback.take();
  ASSERT_TRUE(bytes);
  EXPECT_LE(bytes->size(), 1388u) << "what one RTCP packet of ours holds";
  EXPECT_LE(decode(*bytes).count, 500);
  arrive(6001, 400s);
  EXPECT_TRUE(feedback.take()) << "and life goes on";
}

// ---- reading

using Told = std::vector<std::pair<int, std::optional<std::int64_t>>>;

std::optional<Told> read(const Bytes& bytes) {
  const auto parsed = parse_transport_feedback(bytes);
  if (!parsed) return std::nullopt;
  Told told;
  for (const auto& packet : *parsed) told.emplace_back(packet.transport_sequence, packet.arrived);
  return told;
}

TEST_F(Feedback, IsReadAsItWasWritten) {
  Noise noise(11);
  std::map<std::uint16_t, std::chrono::microseconds> sent;
  std::chrono::microseconds at{};
  for (std::uint32_t i = 65400; i < 65700; ++i) {
    if (i != 65400) at += std::chrono::microseconds(250 * noise.below(1000));
    if (i != 65400 && noise.below(4) == 0) continue;
    arrive(i, at);
    sent[static_cast<std::uint16_t>(i)] = at;
  }
  const auto told = parse_transport_feedback(*feedback.take());
  ASSERT_TRUE(told);
  std::size_t arrived = 0;
  for (const auto& packet : *told) {
    const auto found = sent.find(packet.transport_sequence);
    ASSERT_EQ(packet.arrived.has_value(), found != sent.end()) << packet.transport_sequence;
    if (!packet.arrived) continue;
    ++arrived;
    EXPECT_EQ(*packet.arrived * 250us, found->second);
  }
  EXPECT_EQ(arrived, sent.size());
}

TEST(FeedbackReader, ReadsRunsAndBothKindsOfVectors) {
  // Reference time 2 (128 ms), feedback 9: base 65534.
  EXPECT_EQ(read(hex("fffe 0003 000002 09  2003  04 00 08 00")), (Told{{65534, 516}, {65535, 516}, {0, 524}}))
      << "a run of small deltas";
  EXPECT_EQ(read(hex("0005 0004 000000 00  a400  01 02 0000")),
            (Told{{5, 1}, {6, std::nullopt}, {7, std::nullopt}, {8, 3}}))
      << "one bit a packet";
  EXPECT_EQ(read(hex("0005 0003 000001 00  d200  02 fffe")), (Told{{5, 258}, {6, std::nullopt}, {7, 256}}))
      << "two bits a packet; back in time";
}

TEST(FeedbackReader, RefusesWhatDoesNotAddUp) {
  EXPECT_FALSE(read({}));
  EXPECT_FALSE(read(hex("fffe 0003 000002")));
  EXPECT_FALSE(read(hex("fffe 0003 000002 09")));
  EXPECT_FALSE(read(hex("fffe 0003 000002 09  2003  04 00"))) << "a delta is missing";
  EXPECT_FALSE(read(hex("fffe 0003 000002 09  2002"))) << "a status is missing";
  EXPECT_FALSE(read(hex("fffe 0003 000002 09  2000 2003 000000"))) << "a run of none";
  EXPECT_FALSE(read(hex("fffe 0001 000002 09  6001 0000"))) << "the reserved symbol";
  EXPECT_FALSE(read(hex("0000 ffff 000000 00  1fff 1fff 1fff 1fff 1fff 1fff 1fff 1fff 1fff")))
      << "more than can be meant";
  EXPECT_EQ(read(hex("0000 0000 000000 00")), Told{});
}

}  // namespace
}  // namespace diemcau::rtp
