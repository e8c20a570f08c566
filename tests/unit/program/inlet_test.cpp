#include "media/program/inlet.h"

#include <gtest/gtest.h>

namespace diemcau::program {
namespace {

SampleRef keyframe(GstClockTime at) {
  GstBuffer* const buffer = gst_buffer_new_allocate(nullptr, 100, nullptr);
  GST_BUFFER_PTS(buffer) = at;
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  SampleRef sample(gst_sample_new(buffer, nullptr, &segment, nullptr));
  gst_buffer_unref(buffer);
  return sample;
}

// A pipeline that begins to play gives its elements the clock first and the base time then: in between,
// running time is the time since the machine started, and a sink would wait as long for what is timed by it.
TEST(Inlet, TimesNothingBeforeItsPipelinePlays) {
  start_gstreamer();
  Pipeline pipeline(
      "appsrc name=video is-live=true format=time ! fakesink "
      "appsrc name=audio is-live=true format=time ! fakesink",
      [](const Fault&) {});
  const auto video = pipeline.get<GstAppSrc>("video");
  Inlet inlet(pipeline.get<GstAppSrc>("video"), pipeline.get<GstAppSrc>("audio"));
  pipeline.pause();
  gst_element_set_clock(GST_ELEMENT(video.get()), system_clock().get());
  inlet.push(stage::Kind::video, keyframe(0).get());
  EXPECT_FALSE(inlet.lasts());
  pipeline.play();
  gst_element_get_state(GST_ELEMENT(video.get()), nullptr, nullptr, GST_CLOCK_TIME_NONE);
  inlet.push(stage::Kind::video, keyframe(GST_SECOND).get());
  inlet.push(stage::Kind::video, keyframe(3 * GST_SECOND).get());
  EXPECT_EQ(inlet.lasts(), 2 * GST_SECOND);
}

}  // namespace
}  // namespace diemcau::program
