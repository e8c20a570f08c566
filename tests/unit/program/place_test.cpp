#include "media/program/place.h"

#include <algorithm>
#include <cstdint>
#include <future>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "media/program/pipeline.h"

/// Where the mixer puts a voice whose times jump and slide, as a jitter buffer's do.
namespace diemcau::program {
namespace {

constexpr GstClockTime packet = 20 * GST_MSECOND;
constexpr std::size_t rate = 48000;
constexpr std::size_t packet_samples = 960;
constexpr int spoken = 1000;  // no pause between two words

class PlaceTest : public testing::Test {
 protected:
  PlaceTest()
      : pipeline_(
            "appsrc name=voice format=time max-bytes=0 "
            "caps=audio/x-raw,format=S16LE,rate=48000,channels=2,layout=interleaved ! audiomixer name=m "
            "output-buffer-duration=20000000 ! audio/x-raw,format=S16LE,rate=48000,channels=2 ! "
            "appsink name=out sync=false",
            [this](const Fault& fault) { over_.set_value(fault.text); }),
        take_([this](GstSample* sample) { take(sample); }) {
    keep_place(pipeline_.get("m").get());
    take_samples(pipeline_.get<GstAppSink>("out").get(), &take_);
    pipeline_.play();
  }

  /// One packet of a voice that says which it is: a level for each; or of a pause.
  void say(GstClockTime at, bool discont = false, bool pause = false) {
    GstBuffer* const buffer =
        gst_buffer_new_allocate(nullptr, packet_samples * 2 * sizeof(std::int16_t), nullptr);
    const auto level = static_cast<std::int16_t>(pause ? 0 : spoken + ++said_);
    std::vector<std::int16_t> samples(packet_samples * 2, level);
    gst_buffer_fill(buffer, 0, samples.data(), samples.size() * sizeof(std::int16_t));
    GST_BUFFER_PTS(buffer) = at;
    GST_BUFFER_DURATION(buffer) = packet;
    if (discont) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
    gst_app_src_push_buffer(pipeline_.get<GstAppSrc>("voice").get(), buffer);
  }
  /// So many packets in their turn, each `late` after its time.
  void say(int packets, GstClockTime late = 0) {
    for (int i = 0; i < packets; ++i, turn_ += packet) say(turn_ + late);
  }
  /// Packets that come `late` all at once, whose times slide back to their own within a second.
  void stall(GstClockTime late) {
    for (GstClockTime i = 0; i < 50; ++i, turn_ += packet) say(turn_ + late * (50 - i) / 50, i == 0);
  }
  void finish() {
    gst_app_src_end_of_stream(pipeline_.get<GstAppSrc>("voice").get());
    ASSERT_EQ(over_.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
  }

  /// Seconds of silence between the first sound and the last.
  double silent() const {
    const auto first = std::find_if(heard_.begin(), heard_.end(), [](auto level) { return level != 0; });
    const auto last =
        std::find_if(heard_.rbegin(), heard_.rend(), [](auto level) { return level != 0; }).base();
    return static_cast<double>(std::count(first, last, 0)) / rate;
  }
  /// When the packet is heard in the end, after its time; nullopt: not at all.
  std::optional<GstClockTime> place_of(int packet_number) const {
    const auto found = std::find(heard_.begin(), heard_.end(), spoken + packet_number);
    if (found == heard_.end()) return std::nullopt;
    return gst_util_uint64_scale(static_cast<guint64>(found - heard_.begin()), GST_SECOND, rate);
  }
  int said() const { return said_; }

 private:
  void take(GstSample* sample) {
    GstMapInfo map;
    GstBuffer* const buffer = gst_sample_get_buffer(sample);
    if (gst_buffer_map(buffer, &map, GST_MAP_READ) == 0) return;
    const std::span samples(reinterpret_cast<const std::int16_t*>(map.data), map.size / sizeof(std::int16_t));
    for (std::size_t i = 0; i < samples.size(); i += 2) heard_.push_back(samples[i]);
    gst_buffer_unmap(buffer, &map);
  }

  std::vector<std::int16_t> heard_;  ///< left channel; after finish()
  std::promise<std::string> over_;
  Pipeline pipeline_;
  TakeSample take_;
  int said_ = 0;
  GstClockTime turn_ = 0;
};

constexpr GstClockTime apart(GstClockTime one, GstClockTime other) {
  return one > other ? one - other : other - one;
}

TEST_F(PlaceTest, AVoiceThatGoesOnIsWhole) {
  say(500);
  finish();
  EXPECT_EQ(silent(), 0);
  EXPECT_EQ(place_of(500), 499 * packet);
}

TEST_F(PlaceTest, AfterAStallAVoiceIsInItsPlaceAgain) {
  say(100);
  stall(300 * GST_MSECOND);
  say(500);
  finish();
  EXPECT_NEAR(silent(), 0.3, 0.001) << "the stall, and nothing else";
  EXPECT_LE(apart(*place_of(150), 149 * packet), 320 * GST_MSECOND);
  EXPECT_LE(apart(*place_of(650), 649 * packet), 10 * GST_MSECOND);
}

TEST_F(PlaceTest, AVoiceWhoseTimesJumpAgainAndAgainIsNotCutUp) {
  say(100);
  for (int i = 0; i < 10; ++i) {
    stall(150 * GST_MSECOND);
    say(50);
  }
  finish();
  EXPECT_NEAR(silent(), 0.15, 0.001) << "once";
  EXPECT_TRUE(place_of(said()));
}

TEST_F(PlaceTest, WhatIsLateComesBackInThePausesOfAVoiceAndLosesNoWord) {
  // Words of 0.4 s and pauses of 0.2 s, which come all at once after the line has stood still, and then slide
  // back.
  constexpr GstClockTime late = 800 * GST_MSECOND;
  for (GstClockTime i = 0; i < 500; ++i) {
    const GstClockTime behind = i < 50 ? 0 : i < 100 ? late * (100 - i) / 50 : 0;
    say(i * packet + behind, i == 50, i % 30 >= 20);
  }
  finish();
  for (int number = 1; number <= said(); ++number) EXPECT_TRUE(place_of(number)) << number;
  // 340 packets of words: the last is the 500th of all.
  EXPECT_LE(apart(*place_of(said()), 499 * packet), 10 * GST_MSECOND);
}

TEST_F(PlaceTest, AClockThatIsNotExactLeadsNowhere) {
  for (GstClockTime i = 0; i < 3000; ++i) say(i * packet + i * 20 * GST_USECOND);  // 1 in 1,000
  finish();
  EXPECT_LE(apart(*place_of(3000), 2999 * (packet + 20 * GST_USECOND)), 10 * GST_MSECOND);
}

TEST_F(PlaceTest, AClockThatRunsFastLeadsNowhere) {
  for (GstClockTime i = 0; i < 3000; ++i) say(i * packet - i * 20 * GST_USECOND);
  finish();
  // What is late is found so after 5 s, in which it becomes 5 ms more.
  EXPECT_LE(apart(*place_of(3000), 2999 * (packet - 20 * GST_USECOND)), 16 * GST_MSECOND);
}

}  // namespace
}  // namespace diemcau::program
