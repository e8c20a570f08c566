#include "tests/free_port.h"
#include "tests/unit/program/output_fixture.h"
#include "tests/unit/program/rtmp_host.h"

namespace diemcau::program {
namespace {

using media::OutputTrouble;
using media::PushProtocol;
using media::PushTarget;

PushTarget rtmp_target(std::uint16_t port, const std::string& application = "live") {
  PushTarget target;
  target.protocol = PushProtocol::rtmp;
  target.host = "127.0.0.1";
  target.port = port;
  target.application = application;
  target.stream = "khoa-bi-mat-2026";
  return target;
}

PushTarget srt_target(std::uint16_t port) {
  PushTarget target;
  target.protocol = PushProtocol::srt;
  target.host = "127.0.0.1";
  target.port = port;
  target.stream_id = "lai-chau/hop";
  target.passphrase = "mat-khau-rat-dai";
  return target;
}

using PushTest = OutputTest;

TEST_F(PushTest, ARtmpHostGetsPictureAndSoundAndTheirRateIsTold) {
  const auto port = free_port();
  const RtmpHost host(folder_ / "nginx", port);
  Programs programs(outlet_);
  programs.start_output(stage_id, output, rtmp_target(port));
  ASSERT_TRUE(measured(OutputState::live));
  const auto receiver = Receiver::of_rtmp(port);
  EXPECT_TRUE(receiver->gets(50));
  const auto steady =
      measured([](const OutputMeasured& one) { return one.bitrate > 100'000 && one.bytes > 100'000; });
  ASSERT_TRUE(steady);
  EXPECT_EQ(steady->output, output);
  EXPECT_EQ(steady->trouble, OutputTrouble::none);
  EXPECT_LT(steady->bitrate, 10'000'000);
  programs.stop_output(stage_id, output);
  EXPECT_TRUE(receiver->ends()) << "the host was told that it is over";
}

TEST_F(PushTest, AnSrtHostGetsPictureAndSoundWithThePassphrase) {
  const auto port = free_port();
  const auto receiver = Receiver::of_srt(port, "mat-khau-rat-dai");
  Programs programs(outlet_);
  programs.start_output(stage_id, output, srt_target(port));
  EXPECT_TRUE(receiver->gets(50));
  EXPECT_TRUE(measured([](const OutputMeasured& one) {
    return one.state == OutputState::live && one.bitrate > 100'000 && one.trouble == OutputTrouble::none;
  }));
}

TEST_F(PushTest, AWrongPassphraseIsRefusedAndSaidToBe) {
  const auto port = free_port();
  const auto receiver = Receiver::of_srt(port, "mat-khau-nao-khac");
  Programs programs(outlet_);
  programs.start_output(stage_id, output, srt_target(port));
  const auto refused = measured(OutputState::waiting);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->trouble, OutputTrouble::refused) << refused->detail;
  EXPECT_EQ(refused->bytes, 0u);
}

TEST_F(PushTest, ARefusedStreamKeyIsSaidToBeAndIsNotTold) {
  const auto port = free_port();
  const RtmpHost host(folder_ / "nginx", port);
  const auto holder = rtmp_target(port);
  Programs programs(outlet_);
  programs.start_output(stage_id, output, holder);
  ASSERT_TRUE(measured(OutputState::live));
  programs.start_output(stage_id, OutputId{8}, holder);  // the name is in use
  const auto refused = measured([](const OutputMeasured& one) {
    return one.output == OutputId{8} && one.state == OutputState::waiting;
  });
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->trouble, OutputTrouble::refused) << refused->detail;
  EXPECT_EQ(refused->detail.find(holder.stream), std::string::npos) << refused->detail;
}

TEST_F(PushTest, AHostThatIsNotThereIsTriedAgainLessOftenAndFoundWhenItComes) {
  for (const auto protocol : {PushProtocol::rtmp, PushProtocol::srt}) {
    SCOPED_TRACE(static_cast<int>(protocol));
    const auto port = free_port();
    outlet_.forget();
    read_ = 0;
    Programs programs(outlet_);
    programs.start_output(stage_id, output,
                          protocol == PushProtocol::rtmp ? rtmp_target(port) : srt_target(port));
    const auto first = measured(OutputState::waiting);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->trouble, OutputTrouble::unreachable) << first->detail;
    EXPECT_NE(first->detail, "");
    ASSERT_TRUE(measured([](const OutputMeasured& one) { return one.retry_in >= 2s; })) << "the second time";
    if (protocol == PushProtocol::rtmp) {
      const RtmpHost host(folder_ / "nginx", port);
      EXPECT_TRUE(measured(OutputState::live));
    } else {
      const auto receiver = Receiver::of_srt(port, "mat-khau-rat-dai");
      EXPECT_TRUE(receiver->gets(10));
    }
  }
}

TEST_F(PushTest, AHostThatVanishesIsFoundAgainAndTheRecordingMissesNothing) {
  const auto port = free_port();
  auto host = std::make_unique<RtmpHost>(folder_ / "nginx", port);
  Programs programs(outlet_);
  programs.start_recording(stage_id, folder_ / "họp.mp4");
  programs.start_output(stage_id, output, rtmp_target(port));
  ASSERT_TRUE(measured(OutputState::live));
  host.reset();
  const auto lost = measured(OutputState::waiting);
  ASSERT_TRUE(lost);
  // The next try, a second later, finds nobody.
  EXPECT_TRUE(lost->trouble == OutputTrouble::lost || lost->trouble == OutputTrouble::unreachable)
      << lost->detail;
  EXPECT_EQ(lost->bitrate, 0);
  host = std::make_unique<RtmpHost>(folder_ / "nginx", port);
  const auto again = measured(OutputState::live);
  ASSERT_TRUE(again);
  EXPECT_GT(again->bytes, lost->bytes) << "counted over all connections";
  EXPECT_TRUE(Receiver::of_rtmp(port)->gets(25));
  EXPECT_LT(longest_gap(stop(programs, "họp.mp4")), 500ms);
}

TEST_F(PushTest, ASlowLineLosesPicturesAndNeitherProgramNorRecordingWaits) {
  const auto port = free_port();
  const auto line_port = free_port();
  const RtmpHost host(folder_ / "nginx", port);
  NarrowLine line(line_port, port);
  Programs programs(outlet_);
  programs.start_recording(stage_id, folder_ / "họp.mp4");
  programs.start_output(stage_id, output, rtmp_target(line_port));
  ASSERT_TRUE(measured(OutputState::live));
  line.carry(20'000);
  ASSERT_TRUE(measured([](const OutputMeasured& one) { return one.trouble == OutputTrouble::slow; }));
  line.carry(10 << 20);
  EXPECT_TRUE(measured([](const OutputMeasured& one) {
    return one.state == OutputState::live && one.trouble == OutputTrouble::none;
  }));
  EXPECT_TRUE(Receiver::of_rtmp(port)->gets(25)) << "whole pictures again";
  line.carry(0);
  const auto dead = measured(OutputState::waiting);
  ASSERT_TRUE(dead) << "a line that carries nothing";
  EXPECT_EQ(dead->trouble, OutputTrouble::lost);
  EXPECT_LT(longest_gap(stop(programs, "họp.mp4")), 500ms);
}

TEST_F(PushTest, StoppingWaitsForNoHost) {
  // Ports that answer nothing: one takes the connection and stays silent, of the other no packet comes back.
  const auto silent = free_port();
  const NarrowLine line(silent, free_port());
  const auto begun = std::chrono::steady_clock::now();
  {
    Programs programs(outlet_);
    programs.start_output(stage_id, output, rtmp_target(silent));
    programs.start_output(stage_id, OutputId{8}, srt_target(free_port()));
    ASSERT_TRUE(measured(OutputState::connecting));
    programs.stop_output(stage_id, output);
    programs.start_recording(stage_id, folder_ / "họp.mp4");
    ASSERT_TRUE(outlet_.wait([&] { return outlet_.grown() > 0; })) << "the control thread is free";
    programs.close_stage(stage_id);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 15s);
}

TEST_F(PushTest, TheEncodersRestWhenTheLastOutputIsGone) {
  const auto port = free_port();
  const RtmpHost host(folder_ / "nginx", port);
  Programs programs(outlet_);
  programs.start_output(stage_id, output, rtmp_target(port));
  ASSERT_TRUE(measured(OutputState::live));
  EXPECT_TRUE(outlet_.wait([&] { return outlet_.is_fed(); }));
  programs.stop_output(stage_id, output);
  EXPECT_TRUE(outlet_.wait([&] { return !outlet_.is_fed(); }));
}

}  // namespace
}  // namespace diemcau::program
