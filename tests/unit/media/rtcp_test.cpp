#include "media/rtp/rtcp.h"

#include <array>

#include <gtest/gtest.h>

#include "tests/unit/media/bytes.h"

namespace diemcau::rtp {
namespace {

using Sequences = std::vector<std::uint16_t>;

class Rtcp : public testing::Test {
 protected:
  std::optional<RtcpReport> read() const { return parse_rtcp(written()); }
  Bytes written() const { return copy(std::span(buffer_).first(out.size())); }

  std::array<std::byte, 400> buffer_{};
  RtcpWriter out{buffer_};
};

TEST_F(Rtcp, ASenderReportIsReadBack) {
  out.sender_report({0x1234, 0x0102030405060708, 0x0a0b0c0d}, 77, 8888);
  EXPECT_EQ(to_hex(written()),
            "80c8000600001234"
            "0102030405060708"
            "0a0b0c0d"
            "0000004d"
            "000022b8");
  const auto report = read();
  ASSERT_TRUE(report);
  ASSERT_EQ(report->sender_reports.size(), 1u);
  EXPECT_EQ(report->sender_reports[0].ssrc, 0x1234u);
  EXPECT_EQ(report->sender_reports[0].ntp, 0x0102030405060708u);
  EXPECT_EQ(report->sender_reports[0].rtp_timestamp, 0x0a0b0c0du);
}

TEST_F(Rtcp, AReceiverReportIsReadBack) {
  const std::array blocks{ReportBlock{1, 25, 300, 4000, 50000}, ReportBlock{2, 0, 0, 0, 0}};
  out.receiver_report(9, blocks);
  const auto report = read();
  ASSERT_TRUE(report);
  ASSERT_EQ(report->blocks.size(), 2u);
  EXPECT_EQ(report->blocks[0].ssrc, 1u);
  EXPECT_EQ(report->blocks[0].fraction_lost, 25);
  EXPECT_EQ(report->blocks[0].jitter, 300u);
  EXPECT_EQ(report->blocks[0].last_sender_report, 4000u);
  EXPECT_EQ(report->blocks[0].delay_since, 50000u);
  EXPECT_EQ(report->blocks[1].ssrc, 2u);
}

TEST_F(Rtcp, ACompoundIsReadWhole) {
  out.sender_report({1, 2, 3}, 4, 5);
  out.source_description(1, "stage");
  out.nack(7, 8, Sequences{100, 101, 117, 118});
  out.picture_loss(7, 9);
  const auto report = read();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->sender_reports.size(), 1u);
  ASSERT_EQ(report->lost.size(), 1u);
  EXPECT_EQ(report->lost[0].ssrc, 8u);
  EXPECT_EQ(report->lost[0].sequences, (Sequences{100, 101, 117, 118}));
  EXPECT_EQ(report->keyframes_wanted, std::vector<std::uint32_t>{9});
}

TEST_F(Rtcp, ASourceDescriptionIsPaddedToWords) {
  for (const auto* name : {"a", "ab", "abc", "abcd", "stage"}) {
    std::array<std::byte, 64> buffer{};
    RtcpWriter one(buffer);
    one.source_description(1, name);
    EXPECT_EQ(one.size() % 4, 0u) << name;
    EXPECT_EQ(std::to_integer<unsigned>(buffer[one.size() - 1]), 0u) << name << ": ends with a zero item";
    EXPECT_TRUE(parse_rtcp(std::span(buffer).first(one.size()))) << name;
  }
}

TEST_F(Rtcp, NacksOverTheWrapUseOneMask) {
  const Sequences lost{65534, 65535, 0, 14};
  out.nack(1, 2, lost);
  EXPECT_EQ(out.size(), 16u) << "65534 and a mask of the 16 after it";
  EXPECT_EQ(read()->lost[0].sequences, lost);
}

TEST_F(Rtcp, NacksFarApartUseSeveral) {
  const Sequences lost{1, 17, 18, 34, 35, 52};
  out.nack(1, 2, lost);
  EXPECT_EQ(out.size(), 12u + 4 * 4) << "1 and 17; 18 and 34; 35; 52 is 17 after it";
  EXPECT_EQ(read()->lost[0].sequences, lost);
}

TEST_F(Rtcp, FullIntraRequestsNameTheirStreams) {
  const auto report = parse_rtcp(hex("84 ce 0006 00000001 00000000 0000000a 01000000 0000000b 02000000"));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->keyframes_wanted[report->keyframes_wanted.size() - 2], 10u);
  EXPECT_EQ(report->keyframes_wanted.back(), 11u);
}

TEST_F(Rtcp, UnknownKindsArePassedOver) {
  const auto report = parse_rtcp(hex(R"(
    80 cc 0002 00000001 41424344   # APP
    8f cd 0003 00000001 00000002 00000000  # transport-wide feedback
    81 ce 0002 00000001 00000002   # PLI)"));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->keyframes_wanted, std::vector<std::uint32_t>{2});
}

TEST_F(Rtcp, PaddingIsCutOff) {
  const auto report = parse_rtcp(hex("a1 cd 0004 00000001 00000002 00050000 00000004"));
  ASSERT_TRUE(report);
  ASSERT_EQ(report->lost.size(), 1u);
  EXPECT_EQ(report->lost[0].sequences, Sequences{5});
  EXPECT_FALSE(parse_rtcp(hex("a1 cd 0003 00000001 00000002 00000000")));
  EXPECT_FALSE(parse_rtcp(hex("a1 cd 0003 00000001 00000002 000000ff")));
}

TEST_F(Rtcp, LengthsThatDoNotAddUpAreRefused) {
  out.sender_report({1, 2, 3}, 4, 5);
  out.nack(7, 8, Sequences{100});
  const auto whole = written();
  for (std::size_t size = 1; size < whole.size(); ++size) {
    if (size == 28) continue;  // the first packet alone
    EXPECT_FALSE(parse_rtcp(std::span(whole).first(size))) << size;
  }
  EXPECT_FALSE(parse_rtcp(hex("80 c8 0001 00000001"))) << "a sender report without its report";
  EXPECT_FALSE(parse_rtcp(hex("00 c8 0000"))) << "version 0";
}

TEST_F(Rtcp, MoreBlocksPromisedThanThereAreAreNotMadeUp) {
  const auto report = parse_rtcp(hex("9f c9 0001 00000001"));
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->blocks.empty());
}

TEST_F(Rtcp, WhatDoesNotFitIsLeftOutWhole) {
  for (std::size_t room = 0; room < 60; ++room) {
    Bytes small(room);
    RtcpWriter writer(small);
    writer.sender_report({1, 2, 3}, 4, 5);
    writer.source_description(1, "stage");
    writer.picture_loss(1, 2);
    EXPECT_TRUE(writer.size() == 0 || parse_rtcp(std::span(small).first(writer.size()))) << room;
    EXPECT_LE(writer.size(), room);
  }
}

TEST(NtpTime, CountsFrom1900) {
  using namespace std::chrono;
  EXPECT_EQ(ntp_time(system_clock::time_point{}), 2208988800ULL << 32);
  EXPECT_EQ(ntp_time(system_clock::time_point{milliseconds(1500)}), (2208988801ULL << 32) + (1ULL << 31));
}

}  // namespace
}  // namespace diemcau::rtp
