#include "media/stage/bandwidth_estimate.h"

#include <deque>
#include <functional>

#include <gtest/gtest.h>

#include "tests/unit/media/thin_line.h"

/// The estimate over a simulated line: nobody's clock runs.
namespace diemcau::stage {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t everything = 2'500'000;

class BandwidthEstimateTest : public testing::Test {
 protected:
  /// A sender of so much, or of what the estimate allows if that is less, for so long.
  void run(Clock::duration time, std::int64_t demand, bool probes = true) {
    const auto end = now_ + time;
    for (; now_ < end; now_ += 10ms) {
      const auto rate = std::min(demand, unheeding_ ? demand : estimate_.rate());
      owed_ += static_cast<double>(rate) / 8 / 100;
      repair();
      while (owed_ > 0) {
        const auto size = std::min<std::size_t>(1200, 200 + noise_.below(1200));
        send(size);
        owed_ -= static_cast<double>(size);
      }
      if (probes)
        for (auto due = static_cast<double>(estimate_.padding_due(wanted_, now_)); due > 0; due -= 300) {
          send(300);
          ++padding_;
        }
      if (now_ >= next_feedback_) report();
      longest_queue_ = std::max(longest_queue_, line_.waiting(now_));
    }
  }
  void send(std::size_t bytes) { leave(estimate_.on_sent(bytes, now_), bytes); }
  void leave(std::uint16_t number, std::size_t bytes) {
    auto arrives = line_.send(bytes, now_);
    if (arrives) arrives = machine_(*arrives);
    ++sent_;
    if (!arrives) ++lost_;
    if (!arrives && repairs_) asked_for_.push_back({now_ + 60ms, number, bytes});
    flying_.push_back({number, arrives});
  }
  void repair() {
    while (!asked_for_.empty() && asked_for_.front().due <= now_) {
      const auto lost = asked_for_.front();
      asked_for_.pop_front();
      if (now_ - budget_since_ > 1s) {
        budget_since_ = now_;
        repaired_ = 0;
      }
      if (++repaired_ <= 30) leave(lost.number, lost.bytes);
    }
  }
  void report() {
    next_feedback_ = now_ + 70ms;
    std::vector<rtp::PacketStatus> told;
    std::size_t over = 0;
    // What has arrived a way ago; what is lost shows when something behind it has arrived.
    for (std::size_t i = 0; i < flying_.size(); ++i) {
      const auto& arrives = flying_[i].second;
      if (arrives && *arrives <= now_ - line_.way) over = i + 1;
    }
    for (std::size_t i = 0; i < over; ++i) {
      const auto& [number, arrives] = flying_[i];
      if (arrives && *arrives > now_ - line_.way) {
        over = i;
        break;
      }
      told.push_back(
          {number, arrives ? std::optional((arrives->time_since_epoch() + 9h) / 250us) : std::nullopt});
    }
    flying_.erase(flying_.begin(), flying_.begin() + static_cast<std::ptrdiff_t>(over));
    estimate_.on_feedback(told, now_);
  }
  void forget_queue() { longest_queue_ = {}; }

  ThinLine line_;
  /// When the viewer's machine, which may be busy, sees what has arrived.
  std::function<Clock::time_point(Clock::time_point)> machine_ = [](auto arrives) { return arrives; };
  BandwidthEstimate estimate_;
  Clock::time_point now_{1h}, next_feedback_{};
  std::vector<std::pair<std::uint16_t, std::optional<Clock::time_point>>> flying_;
  Noise noise_{5};
  double owed_ = 0;
  std::int64_t wanted_ = everything;
  bool unheeding_ = false;
  bool repairs_ = false;  ///< what is lost is sent again under its number
  struct Lost {
    Clock::time_point due;
    std::uint16_t number;
    std::size_t bytes;
  };
  std::deque<Lost> asked_for_;
  Clock::time_point budget_since_{};
  int repaired_ = 0;
  int padding_ = 0, sent_ = 0, lost_ = 0;
  Clock::duration longest_queue_{};
};

TEST_F(BandwidthEstimateTest, FindsAThinLineAndKeepsItsQueueShort) {
  for (const std::int64_t rate : {250'000, 500'000, 1'000'000, 1'500'000}) {
    SCOPED_TRACE(rate);
    estimate_ = {};
    line_ = {};
    line_.rate = static_cast<double>(rate);
    run(10s, everything);
    forget_queue();
    lost_ = 0;
    std::int64_t least = everything;
    std::int64_t most = 0;
    for (int i = 0; i < 100; ++i) {
      run(200ms, everything);
      least = std::min(least, estimate_.rate());
      most = std::max(most, estimate_.rate());
    }
    EXPECT_GT(least, rate * 6 / 10);
    EXPECT_LT(most, rate * 12 / 10);
    EXPECT_LT(longest_queue_, 250ms);
    EXPECT_EQ(lost_, 0);
  }
}

TEST_F(BandwidthEstimateTest, FindsAWideLineWithinASecond) {
  line_.rate = 50e6;
  run(1200ms, everything);
  EXPECT_TRUE(estimate_.is_wide()) << estimate_.rate();
  const auto padding = padding_;
  run(60s, everything);
  EXPECT_EQ(padding_, padding) << "nothing more is probed";
}

TEST_F(BandwidthEstimateTest, AProbeThatSaysNothingOfTheLineIsRepeatedThoughNothingIsHeldBack) {
  line_.rate = 50e6;
  wanted_ = 0;
  // As a keyframe on a wide line does: all comes at once.
  machine_ = [awake = now_ + 250ms](auto arrives) { return std::max(arrives, awake); };
  run(3s, 300'000);
  EXPECT_TRUE(estimate_.is_wide()) << estimate_.rate();
}

TEST_F(BandwidthEstimateTest, ALineIsUntriedUntilItHasRefusedSomething) {
  line_.rate = 50e6;
  EXPECT_TRUE(estimate_.is_untried());
  run(5s, everything);
  EXPECT_TRUE(estimate_.is_untried());
  line_.rate = 500'000;
  run(2s, everything);
  EXPECT_FALSE(estimate_.is_untried());
  line_.rate = 50e6;
  run(60s, everything);
  EXPECT_FALSE(estimate_.is_untried()) << "it may be thin again";
}

TEST_F(BandwidthEstimateTest, AThinLineIsKnownWithinASecond) {
  line_.rate = 250'000;
  run(1s, 700'000);
  EXPECT_FALSE(estimate_.is_untried());
}

TEST_F(BandwidthEstimateTest, FollowsALineThatBecomesThinWithinASecond) {
  line_.rate = 50e6;
  run(5s, everything);
  line_.rate = 500'000;
  run(1s, everything);
  EXPECT_LT(estimate_.rate(), 550'000);
  run(5s, everything);
  EXPECT_GT(estimate_.rate(), 300'000);
}

TEST_F(BandwidthEstimateTest, ComesBackWithALineThatBecomesWideAgain) {
  run(20s, everything);
  line_.rate = 50e6;
  run(40s, everything);
  EXPECT_TRUE(estimate_.is_wide()) << estimate_.rate();
}

TEST_F(BandwidthEstimateTest, DoesNotGrowWithoutBoundWhenLittleIsSent) {
  run(60s, 200'000, false);
  EXPECT_EQ(estimate_.rate(), BandwidthEstimate::start) << "who sends little learns nothing";
}

TEST_F(BandwidthEstimateTest, ProbesFindTheLineWhenLittleIsSent) {
  line_.rate = 1'000'000;
  run(30s, 200'000);
  EXPECT_GT(estimate_.rate(), 700'000);
  EXPECT_LT(estimate_.rate(), 1'100'000);
}

TEST_F(BandwidthEstimateTest, AFailedProbeTakesNothingAwayAndIsNotRepeatedSoon) {
  line_.rate = 800'000;
  run(60s, 200'000);
  const auto rate = estimate_.rate();
  EXPECT_GT(rate, 550'000);
  EXPECT_LT(longest_queue_, 300ms);
  EXPECT_EQ(lost_, 0);
  const auto padding = padding_;
  run(120s, 200'000);
  EXPECT_LT(padding_ - padding, 4 * 60) << "three or four probes";
  EXPECT_GT(estimate_.rate(), rate * 8 / 10);
}

TEST_F(BandwidthEstimateTest, LossByChanceIsNotTheLineBeingFull) {
  line_.rate = 50e6;
  line_.loss = 0.15;
  run(20s, 1'000'000);
  EXPECT_GT(estimate_.rate(), 1'000'000);
}

TEST_F(BandwidthEstimateTest, PacketsLostInARowAreNotTheLineBeingFull) {
  line_.rate = 50e6;
  run(5s, 800'000);
  for (int i = 0; i < 20; ++i) {
    line_.lost_until = now_ + 200ms;
    run(1500ms, 800'000);
    ASSERT_TRUE(estimate_.is_wide()) << estimate_.rate();
  }
}

TEST_F(BandwidthEstimateTest, LossOfALineWithoutQueueIsTheLineBeingFull) {
  line_.queue = 10ms;
  run(20s, everything);
  EXPECT_LT(estimate_.rate(), 600'000);
  EXPECT_GT(estimate_.rate(), 250'000);
}

TEST_F(BandwidthEstimateTest, ALongerWayIsNoQueueForLong) {
  line_.rate = 50e6;
  run(5s, 400'000);
  line_.way = 150ms;
  run(30s, 400'000);
  EXPECT_GT(estimate_.rate(), 300'000);
}

/// The smallest picture needs 100 kbit/s: where the estimate is below that, only the voice is sent.
class TalkTest : public BandwidthEstimateTest {
 protected:
  void talk(Clock::duration time) {
    for (const auto end = now_ + time; now_ < end;) {
      send(voice_);
      const auto room = estimate_.rate() - 50'000;
      const auto fits = room > 800'000 ? 800'000 : room > picture_ ? picture_ : 0;
      if (fits == shown_) keyframe_due_ = now_ + keyframe_takes_;
      if (now_ >= keyframe_due_) shown_ = fits;
      unheeding_ = shown_ > fits;
      run(20ms, shown_);
      lowest_ = std::min(lowest_, estimate_.rate());
    }
  }
  std::size_t voice_ = 110;
  std::int64_t picture_ = 100'000, shown_ = 0;  ///< the smallest; the one that is seen
  Clock::duration keyframe_takes_{};            ///< until another size is seen
  Clock::time_point keyframe_due_{};
  Noise jitter_noise_{7};
  std::function<Clock::time_point(Clock::time_point)> jitter_ = [this](auto arrives) {
    return arrives + std::chrono::milliseconds(jitter_noise_.below(100));
  };
  std::int64_t lowest_ = everything;
};

TEST_F(TalkTest, AWayThatBecomesLongerAtOnceCostsNothing) {
  for (const auto longer : {60ms, 150ms, 300ms}) {
    SCOPED_TRACE(longer.count());
    estimate_ = {};
    line_ = {};
    line_.rate = 50e6;
    talk(10s);
    lowest_ = everything;
    line_.way += longer;
    line_.loss = 0.02;
    talk(10s);
    EXPECT_GT(lowest_, 800'000);
  }
}

TEST_F(TalkTest, AWayThatBecomesLongerSlowlyIsNoQueueForLong) {
  // Of every size of the voice: somewhere the rate comes to stand where the delay is neither too long nor
  // short enough.
  for (voice_ = 80; voice_ < 200; voice_ += 10) {
    SCOPED_TRACE(voice_);
    estimate_ = {};
    line_ = {};
    line_.rate = 50e6;
    talk(10s);
    for (int i = 0; i < 30; ++i) {
      line_.way += 5ms;
      talk(100ms);
    }
    talk(15s);
    EXPECT_GT(estimate_.rate(), 800'000);
  }
}

TEST_F(TalkTest, ALongerWayThatLosesSomethingIsFoundToBeWideAgain) {
  line_.rate = 50e6;
  talk(10s);
  ASSERT_GT(estimate_.rate(), 800'000);
  line_.way = 150ms;
  line_.loss = 0.02;
  talk(10s);
  EXPECT_GT(estimate_.rate(), 800'000);
}

TEST_F(BandwidthEstimateTest, AMachineThatIsSlowIsNoFullLineWhileLittleIsSent) {
  line_.rate = 50e6;
  run(2s, everything);
  machine_ = [](auto arrives) { return arrives + 90ms; };
  run(3s, 40'000);
  machine_ = [](auto arrives) { return arrives; };
  run(1s, 40'000);
  EXPECT_TRUE(estimate_.is_wide()) << estimate_.rate();
}

TEST_F(BandwidthEstimateTest, AMachineThatSleepsNowAndThenIsNoThinLine) {
  line_.rate = 50e6;
  Noise sleep(7);
  Clock::time_point asleep_from = now_;
  Clock::time_point awake_from = now_;
  machine_ = [&](auto arrives) {
    while (arrives >= awake_from) {
      if (arrives < asleep_from) return arrives;
      awake_from = asleep_from + std::chrono::milliseconds(20 + sleep.below(300));
      if (arrives < awake_from) break;
      asleep_from = awake_from + std::chrono::milliseconds(1 + sleep.below(100));
    }
    return std::max(arrives, awake_from);
  };
  run(5s, 1'200'000);
  int thin = 0;
  for (int i = 0; i < 100; ++i) {
    run(200ms, 1'200'000);
    if (estimate_.rate() < 1'200'000) ++thin;
  }
  EXPECT_LT(thin, 10) << "of 100 looks";
}

// A camera of 800 kbit/s runs into a line of 250, half of what is sent is lost, and what is sent again fills
// the line too.
TEST_F(TalkTest, WhatALineCarriesIsKnownThoughMuchOfItAreRepairs) {
  for (int begin = 0; begin < 20; ++begin) {
    SCOPED_TRACE(begin);
    estimate_ = {};
    line_ = {};
    line_.rate = 50e6;
    picture_ = 120'000;
    keyframe_takes_ = 600ms;
    repairs_ = true;
    talk(10s + begin * 70ms);
    line_.rate = 250'000;
    lowest_ = everything;
    talk(10s);
    EXPECT_GT(lowest_, picture_ + 50'000) << "there is room for the smallest picture all the time";
  }
}

TEST_F(TalkTest, ALineThatJittersIsNoThinLine) {
  line_.rate = 50e6;
  machine_ = jitter_;
  talk(5s);
  lowest_ = everything;
  talk(120s);
  EXPECT_GT(lowest_, 800'000);
}

TEST_F(TalkTest, ALineThatJittersAndKeepsTheOrderIsNoThinLine) {
  line_.rate = 50e6;
  talk(2s);
  Clock::time_point last{};
  machine_ = [&](auto arrives) { return last = std::max(last, jitter_(arrives)); };
  talk(30s);
  int thin = 0;
  for (int i = 0; i < 100; ++i) {
    talk(200ms);
    if (estimate_.rate() < 800'000) ++thin;
  }
  EXPECT_LT(thin, 5) << "of 100 looks";
}

TEST_F(TalkTest, AThinLineThatJittersIsFoundThin) {
  machine_ = jitter_;
  run(10s, everything);
  lost_ = 0;
  sent_ = 0;
  int wrong = 0;
  for (int i = 0; i < 100; ++i) {
    run(200ms, everything);
    if (estimate_.rate() < 250'000 || estimate_.rate() > 700'000) ++wrong;
  }
  EXPECT_LT(wrong, 10) << "of 100 looks";
  EXPECT_LT(lost_ * 100, sent_) << "of a line of 500 kbit/s";
}

TEST_F(BandwidthEstimateTest, AKeyframeIsNoStandingQueue) {
  line_.rate = 2'000'000;
  run(8s, 300'000);
  const auto before = estimate_.rate();
  for (int i = 0; i < 10; ++i) {
    for (int packet = 0; packet < 20; ++packet) send(1200);
    run(2s, 300'000);
  }
  EXPECT_GE(estimate_.rate(), before);
}

TEST_F(BandwidthEstimateTest, FeedbackThatMakesNoSenseChangesNothing) {
  estimate_.on_feedback({}, now_);
  estimate_.on_feedback(std::vector<rtp::PacketStatus>{{7, 5}, {8, std::nullopt}}, now_);
  run(1s, 300'000, false);
  std::vector<rtp::PacketStatus> never_sent;
  for (std::uint16_t i = 0; i < 2000; ++i)
    never_sent.push_back({static_cast<std::uint16_t>(30000 + i), std::nullopt});
  estimate_.on_feedback(never_sent, now_);
  EXPECT_EQ(estimate_.rate(), BandwidthEstimate::start);
}

}  // namespace
}  // namespace diemcau::stage
