#include "media/rtp/h264.h"

#include <gtest/gtest.h>

#include "media/stage/track.h"
#include "tests/unit/media/h264_packets.h"
#include "tests/unit/media/rtp_packets.h"

namespace diemcau::rtp {
namespace {

using namespace std::chrono_literals;

struct Unit {
  const char* name;
  const char* payload;
  bool parameters, keyframe;
  int width, height;
};

class H264Unit : public testing::TestWithParam<Unit> {};

TEST_P(H264Unit, IsRead) {
  const auto& want = GetParam();
  const auto read = parse_h264(hex(want.payload));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->sequence_parameters, want.parameters);
  EXPECT_EQ(read->keyframe, want.keyframe);
  EXPECT_EQ(read->width, want.width);
  EXPECT_EQ(read->height, want.height);
}

// Packets of x264 by GStreamer's rtph264pay.
INSTANTIATE_TEST_SUITE_P(H264, H264Unit,
                         testing::Values(Unit{"StapOfABaselineCamera", baseline_parameters, true, false, 640,
                                              360},
                                         Unit{"StapOfAHighProfile", high_parameters, true, false, 1280, 720},
                                         Unit{"SpsAloneWithCroppedLines",
                                              "67 4d4028d900780227e5c05a808080a0000003002000000303d1e30649",
                                              true, false, 1920, 1080},
                                         Unit{"PpsAlone", "68 cb8cb2", false, false, 0, 0},
                                         Unit{"IdrAlone", "65 888404", false, true, 0, 0},
                                         Unit{"OtherSliceAlone", "41 9a2104", false, false, 0, 0},
                                         Unit{"FirstPartOfAnIdr", "7c 85 00f08884", false, true, 0, 0},
                                         Unit{"NextPartOfAnIdr", "7c 05 0af078f1", false, false, 0, 0},
                                         Unit{"LastPartOfAnIdr", "7c 45 0af078f1", false, false, 0, 0},
                                         Unit{"FirstPartOfAnotherSlice", "5c 81 9a2104", false, false, 0, 0},
                                         Unit{"BrokenSps", "67 42", true, false, 0, 0}),
                         [](const auto& test) { return test.param.name; });

TEST(H264, WhatIsNoPayloadOfModeOneIsRefused) {
  for (const char* payload : {"", "65", "00 11", "78", "78 00 00", "78 00 09 67 42", "7c 85",
                              "79 00 00 01 65", "7d 85 00 00 11", "1e 00"})
    EXPECT_FALSE(parse_h264(hex(payload))) << payload;
}

TEST(H264, ACutStapIsRefusedAndNeverReadBeyond) {
  const auto whole = hex(baseline_parameters);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto read = parse_h264(std::span(whole).first(size));
    // Between two of its units it is whole.
    EXPECT_EQ(read.has_value(), size == 5 || size == 36 || size == 42) << "cut at " << size;
  }
}

// ---- what a track makes of it

class H264Track : public testing::Test {
 protected:
  std::optional<stage::Track::Arrived> take(std::string_view payload, std::uint32_t timestamp) {
    const auto packet = write_packet({.sequence = ++sequence_, .timestamp = timestamp}, hex(payload));
    return track_.take(packet, stage::Clock::time_point(1h));
  }
  stage::Track track_{stage::SourceId{7}, Codec::h264, nullptr};
  std::uint16_t sequence_ = 0;
};

TEST_F(H264Track, AKeyframeBeginsWithItsParametersAndOnlyOnce) {
  EXPECT_FALSE(take("41 9a2104", 0)->keyframe);
  EXPECT_TRUE(take(baseline_parameters, 3000)->keyframe);
  EXPECT_FALSE(take("7c 85 00f08884", 3000)->keyframe) << "the picture that the parameters have begun";
  EXPECT_FALSE(take("7c 45 0af078f1", 3000)->keyframe);
  EXPECT_EQ(track_.height(), 360);
  EXPECT_TRUE(track_.has_fresh_keyframe(stage::Clock::time_point(1h)));
  const auto kept = track_.history.since_keyframe();
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->first, 2) << "who comes late needs the parameters";
}

TEST_F(H264Track, AnIdrWithoutParametersBeginsAKeyframeToo) {
  EXPECT_TRUE(take("65 888404", 3000)->keyframe);
  EXPECT_FALSE(take("65 888404", 3000)->keyframe) << "its second slice";
  EXPECT_TRUE(take("65 888404", 6000)->keyframe);
}

TEST_F(H264Track, WhatIsNoH264IsNotPassedOn) {
  EXPECT_FALSE(take("79 00 00 01 65", 0));
  EXPECT_EQ(track_.height(), 0);
}

}  // namespace
}  // namespace diemcau::rtp
