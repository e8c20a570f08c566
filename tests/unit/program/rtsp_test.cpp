#include "media/program/rtsp_server.h"
#include "tests/free_port.h"
#include "tests/unit/program/output_fixture.h"

namespace diemcau::program {
namespace {

const std::string path = "/duong-dan-khong-doan-duoc";

class RtspTest : public OutputTest {
 protected:
  std::unique_ptr<Receiver> monitor(const std::string& protocol, const std::string& at = path) const {
    return std::make_unique<Receiver>("rtspsrc name=in latency=50 protocols=" + protocol +
                                          " location=rtsp://127.0.0.1:" + std::to_string(port_) + at,
                                      "rtph264depay name=video ! h264parse ! avdec_h264",
                                      "rtpmp4gdepay name=audio ! aacparse ! avdec_aac",
                                      [](Pipeline& pipeline) {
                                        g_signal_connect(pipeline.get("in").get(), "pad-added",
                                                         G_CALLBACK(take_stream), pipeline.element());
                                      });
  }
  std::optional<OutputMeasured> watched_by(int watchers) {
    return measured([watchers](const OutputMeasured& one) { return one.watchers == watchers; });
  }

  /// Each stream has a thread, and its pad comes in that. `in. ! CAPS ! …` would have each try all pads: a
  /// filter that has found none is linked to what follows it for a moment all the same
  /// (gst_element_link_pads_filtered), and the other thread's, which has found one, is put off for good.
  static void take_stream(GstElement*, GstPad* pad, gpointer pipeline) {
    const CapsRef caps(gst_pad_query_caps(pad, nullptr));
    const auto* const media = gst_structure_get_string(gst_caps_get_structure(caps.get(), 0), "media");
    const Ref<GstElement> depayloader(gst_bin_get_by_name(GST_BIN(pipeline), media));
    const Ref<GstPad> sink(gst_element_get_static_pad(depayloader.get(), "sink"));
    gst_pad_link(pad, sink.get());
  }

  const std::uint16_t port_ = free_port();
};

TEST_F(RtspTest, MonitorsTakePictureAndSoundOverTcpAndUdpFromOneEncoding) {
  Programs programs(outlet_, {"127.0.0.1", port_});
  programs.serve_output(stage_id, output, path);
  ASSERT_TRUE(watched_by(0));
  EXPECT_FALSE(outlet_.wait([&] { return outlet_.is_fed(); }, 1s)) << "nobody watches, nothing is encoded";
  const auto first = monitor("tcp");
  EXPECT_TRUE(first->gets(25));
  ASSERT_TRUE(watched_by(1));
  auto second = monitor("udp");
  EXPECT_TRUE(second->gets(25));
  const auto both = watched_by(2);
  ASSERT_TRUE(both);
  EXPECT_EQ(both->state, OutputState::live);
  EXPECT_TRUE(measured([](const OutputMeasured& one) { return one.bitrate > 100'000; }));
  second.reset();
  EXPECT_TRUE(watched_by(1));
  EXPECT_TRUE(first->gets(25)) << "goes on";
}

TEST_F(RtspTest, TheEncodersRestWhenTheLastMonitorIsGoneAndWakeForTheNext) {
  Programs programs(outlet_, {"127.0.0.1", port_});
  programs.serve_output(stage_id, output, path);
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(watched_by(0));
    auto one = monitor("tcp");
    EXPECT_TRUE(one->gets(10));
    one.reset();
    EXPECT_TRUE(outlet_.wait([&] { return !outlet_.is_fed(); })) << round;
  }
}

TEST_F(RtspTest, NobodyGetsAnythingUnderAnotherPathOrWhenItWasStopped) {
  Programs programs(outlet_, {"127.0.0.1", port_});
  programs.serve_output(stage_id, output, path);
  ASSERT_TRUE(watched_by(0));
  EXPECT_TRUE(monitor("tcp", "/doan-mo")->ends());
  const auto one = monitor("tcp");
  EXPECT_TRUE(one->gets(10));
  programs.stop_output(stage_id, output);
  EXPECT_TRUE(one->ends()) << "is cut off";
  EXPECT_TRUE(monitor("tcp")->ends());
}

TEST_F(RtspTest, APortThatIsTakenIsSaidToBe) {
  const Programs first(outlet_, {"127.0.0.1", port_});
  FakeOutlet other;
  try {
    const Programs second(other, {"127.0.0.1", port_});
    FAIL();
  } catch (const std::exception& what) {
    EXPECT_NE(std::string(what.what()).find(std::to_string(port_)), std::string::npos);
  }
}

// What was said to its loop before that ran was forgotten, and the end of the server never came.
TEST_F(RtspTest, AServerMayEndBeforeItHasBegun) {
  for (int time = 0; time < 300; ++time) const RtspServer server("127.0.0.1", 0);
}

}  // namespace
}  // namespace diemcau::program
