#include "media/program/codecs.h"

#include <gtest/gtest.h>

/// No graphics card is here: elements of GStreamer that work, fail or are not there stand for its drivers.
namespace diemcau::program {
namespace {

constexpr std::string_view before = "videotestsrc num-buffers=10 ! video/x-raw,format=I420";
constexpr std::string_view after = "video/x-raw";
const CodecChoice library{"identity", "identity silent=true"};

std::string chosen(const std::vector<CodecChoice>& candidates) {
  return first_that_works(candidates, before, after).text;
}

TEST(CodecsTest, HardwareThatWorksIsTaken) {
  EXPECT_EQ(chosen({{"videoconvert", "videoconvert"}, library}), "videoconvert");
}
TEST(CodecsTest, WhatIsNotInstalledIsPassedOver) {
  EXPECT_EQ(chosen({{"nosuchcard264enc", "nosuchcard264enc"}, library}), library.text);
}
TEST(CodecsTest, ADriverThatBreaksIsPassedOver) {
  EXPECT_EQ(chosen({{"identity", "identity error-after=3"}, library}), library.text);
}
TEST(CodecsTest, ADriverThatGivesNoPictureIsPassedOver) {
  EXPECT_EQ(chosen({{"identity", "identity drop-probability=1.0"}, library}), library.text);
}
TEST(CodecsTest, OneThatDoesNotKnowASettingIsPassedOver) {
  EXPECT_EQ(chosen({{"identity", "identity no-such-setting=1"}, library}), library.text);
}
TEST(CodecsTest, OneThatGivesAnotherFormIsPassedOver) {
  EXPECT_EQ(chosen({{"vp8enc", "vp8enc"}, library}), library.text);
}

TEST(CodecsTest, WhatThisMachineHasIsFoundOnce) {
  const auto& found = codecs();
  EXPECT_EQ(&found, &codecs());
  for (const auto* choice : {&found.h264_encoder, &found.h264_decoder, &found.vp8_decoder})
    EXPECT_NE(choice->text.find(choice->element), std::string::npos) << choice->element;
}

}  // namespace
}  // namespace diemcau::program
