#include "tests/line/one_way.h"

#include <array>
#include <vector>

#include <gtest/gtest.h>

namespace diemcau::line {
namespace {

using namespace std::chrono_literals;
using Time = OneWay::Clock::time_point;

const std::vector<std::byte> packet(1000, std::byte{0x45});
constexpr Time start{1h};

/// The fates of `count` packets, one each 10 ms: how late each came out.
std::vector<std::optional<OneWay::Clock::duration>> send(OneWay& way, int count,
                                                         OneWay::Clock::duration spacing = 10ms) {
  std::vector<std::optional<OneWay::Clock::duration>> fates;
  for (int i = 0; i < count; ++i) {
    const auto now = start + i * spacing;
    const auto out = way.enter(packet, now);
    fates.push_back(out ? std::optional(*out - now) : std::nullopt);
  }
  return fates;
}

OneWay line_of(const Impairment& impairment) {
  OneWay way(7);
  way.set(impairment);
  return way;
}

TEST(OneWay, PassesEverythingAtOnceWhenNothingIsWrong) {
  auto way = line_of({});
  for (const auto& fate : send(way, 100)) EXPECT_EQ(fate, 0ms);
  EXPECT_EQ(way.counts().passed, 100u);
}

TEST(OneWay, DelaysEachPacketByTheDelay) {
  auto way = line_of({.delay = 150ms});
  for (const auto& fate : send(way, 100)) EXPECT_EQ(fate, 150ms);
}

TEST(OneWay, LosesThePartThatItPromisesEachByItself) {
  auto way = line_of({.loss = 15});
  const auto fates = send(way, 100'000);
  int lost = 0, runs = 0;
  for (std::size_t i = 0; i < fates.size(); ++i) {
    lost += !fates[i];
    runs += !fates[i] && (i == 0 || fates[i - 1]);
  }
  EXPECT_NEAR(lost / 100'000.0, 0.15, 0.005);
  // Independent losses have runs of 1 / (1 - p).
  EXPECT_NEAR(static_cast<double>(lost) / runs, 1 / 0.85, 0.02);
  EXPECT_EQ(way.counts().lost, static_cast<std::uint64_t>(lost));
}

TEST(OneWay, LosesInBurstsOfThatMeanAndKeepsThePart) {
  auto way = line_of({.loss = 2, .burst = 8});
  const auto fates = send(way, 1'000'000);
  int lost = 0, runs = 0;
  for (std::size_t i = 0; i < fates.size(); ++i) {
    lost += !fates[i];
    runs += !fates[i] && (i == 0 || fates[i - 1]);
  }
  EXPECT_NEAR(lost / 1'000'000.0, 0.02, 0.001);
  EXPECT_NEAR(static_cast<double>(lost) / runs, 8, 0.3);
}

TEST(OneWay, LetsThroughWhatTheRateAllows) {
  auto way = line_of({.rate = 400, .queue = 300ms});
  // 800 kbit/s are offered for ten seconds.
  send(way, 1000);
  EXPECT_NEAR(static_cast<double>(way.counts().passed) * 8000 / 10.3, 400'000, 5000);
  EXPECT_EQ(way.counts().passed + way.counts().overflowed, 1000u);
}

TEST(OneWay, KeepsAPacketWaitingNoLongerThanTheQueue) {
  auto way = line_of({.rate = 400, .queue = 300ms});
  auto longest = OneWay::Clock::duration::zero();
  for (const auto& fate : send(way, 1000))
    if (fate) longest = std::max(longest, *fate);
  // The wait, then 20 ms to send 1,000 bytes.
  EXPECT_LE(longest, 320ms);
  EXPECT_GE(longest, 300ms);
}

TEST(OneWay, SpreadsJitterEvenlyWhereItMayReorder) {
  auto way = line_of({.delay = 20ms, .jitter = 100ms, .reorder = true});
  double sum = 0;
  for (const auto& fate : send(way, 10'000)) {
    ASSERT_TRUE(fate);
    EXPECT_GE(*fate, 20ms);
    EXPECT_LE(*fate, 120ms);
    sum += std::chrono::duration<double, std::milli>(*fate).count();
  }
  EXPECT_NEAR(sum / 10'000, 70, 1);
}

TEST(OneWay, KeepsTheOrderUnlessToldOtherwise) {
  for (const bool reorder : {false, true}) {
    auto way = line_of({.jitter = 100ms, .reorder = reorder});
    const auto fates = send(way, 1000);
    int overtaken = 0;
    for (std::size_t i = 1; i < fates.size(); ++i) overtaken += *fates[i] + 10ms < *fates[i - 1];
    EXPECT_EQ(overtaken > 0, reorder);
  }
}

TEST(OneWay, LetsNothingThroughWhileItIsCutAndEverythingAfter) {
  auto way = line_of({.cut = true});
  for (const auto& fate : send(way, 10)) EXPECT_FALSE(fate);
  way.set({});
  for (const auto& fate : send(way, 10)) EXPECT_TRUE(fate);
  EXPECT_EQ(way.counts().refused, 10u);
}

TEST(OneWay, StopsUdpAloneBehindAFirewall) {
  auto way = line_of({.udp = false});
  std::array<std::byte, 28> udp{std::byte{0x45}}, tcp{std::byte{0x45}};
  udp[9] = std::byte{17};
  tcp[9] = std::byte{6};
  EXPECT_FALSE(way.enter(udp, start));
  EXPECT_TRUE(way.enter(tcp, start));
}

TEST(OneWay, GivesTheSameFatesForTheSameSeed) {
  OneWay one(3), same(3), other(4);
  for (auto* way : {&one, &same, &other}) way->set({.jitter = 50ms, .loss = 30});
  const auto fates = send(one, 200);
  EXPECT_EQ(fates, send(same, 200));
  EXPECT_NE(fates, send(other, 200));
}

}  // namespace
}  // namespace diemcau::line
