#include "server/session/output_address.h"

#include <gtest/gtest.h>

namespace diemcau::session {
namespace {

OutputAddress read(const std::string& url) {
  auto address = read_output_address(url);
  EXPECT_TRUE(address) << url << ": " << (address ? "" : address.error().text_key);
  return address ? *address : OutputAddress{};
}

TEST(OutputAddress, SplitsAnRtmpAddressAtItsLastSlash) {
  const auto plain = read("rtmp://phat.vtv.vn/live/khoa-1");
  EXPECT_EQ(plain.place, (OutputPlace{OutputKind::rtmp, "phat.vtv.vn", 1935}));
  EXPECT_EQ(plain.application, "live");
  EXPECT_EQ(plain.stream, "khoa-1");
  const auto long_one = read("rtmps://live-api-s.example.com:8443/app/v2/khoa?s=1&path=a/b");
  EXPECT_EQ(long_one.place, (OutputPlace{OutputKind::rtmps, "live-api-s.example.com", 8443}));
  EXPECT_EQ(long_one.application, "app/v2");
  EXPECT_EQ(long_one.stream, "khoa?s=1&path=a/b");
  EXPECT_EQ(read("rtmps://a.example/app/khoa").place.port, 443);
  EXPECT_EQ(read("rtmp://[2001:db8::7]:1936/live/khoa").place,
            (OutputPlace{OutputKind::rtmp, "2001:db8::7", 1936}));
}

TEST(OutputAddress, ReadsWhatAnSrtHostMayWant) {
  const auto plain = read("srt://203.0.113.7:9000");
  EXPECT_EQ(plain.place, (OutputPlace{OutputKind::srt, "203.0.113.7", 9000}));
  EXPECT_EQ(plain.latency, std::chrono::milliseconds(120));
  const auto all = read(
      "srt://[::1]:9000/?mode=caller&streamid=%23!::r=live/"
      "hop,m=publish&passphrase=mat%20khau%20dai&latency=800");
  EXPECT_EQ(all.place.host, "::1");
  EXPECT_EQ(all.stream_id, "#!::r=live/hop,m=publish");
  EXPECT_EQ(all.passphrase, "mat khau dai");
  EXPECT_EQ(all.latency, std::chrono::milliseconds(800));
  EXPECT_EQ(read("srt://a.example:9000?streamid=#!::r=hop").stream_id, "#!::r=hop")
      << "as it is often pasted";
}

struct Wrong {
  std::string url, why, detail;
};

class WrongOutputAddress : public testing::TestWithParam<Wrong> {};

TEST_P(WrongOutputAddress, IsRefusedWithItsReasonAndWithoutItsSecrets) {
  const auto& [url, why, detail] = GetParam();
  const auto address = read_output_address(url);
  ASSERT_FALSE(address) << url;
  EXPECT_EQ(address.error().text_key, why) << url;
  EXPECT_EQ(address.error().detail, detail) << url;
  EXPECT_EQ(address.error().code, scheduler::ErrorCode::invalid);
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongOutputAddress,
    testing::Values(
        Wrong{"", "output.scheme_wrong", ""}, Wrong{"http://a.example/live/khoa", "output.scheme_wrong", ""},
        Wrong{"RTMP://a.example/live/khoa", "output.scheme_wrong", ""},
        Wrong{"file:///etc/passwd", "output.scheme_wrong", ""},
        Wrong{"rtmp://a.example/live/" + std::string(1000, 'k'), "output.address_long", ""},
        Wrong{"rtmp://a.example/live/kho a", "output.letters_wrong", ""},
        Wrong{"rtmp://a.example/live/khóa", "output.letters_wrong", ""},
        Wrong{"rtmp://a.example/live/khoa\n", "output.letters_wrong", ""},
        Wrong{"rtmp:///live/khoa", "output.host_wrong", ""},
        Wrong{"rtmp://user:mat-khau@a.example/live/khoa", "output.port_wrong", ""},
        Wrong{"rtmp://user@a.example/live/khoa", "output.host_wrong", ""},
        Wrong{"rtmp://-a.example/live/khoa", "output.host_wrong", ""},
        Wrong{"rtmp://[::1/live/khoa", "output.host_wrong", ""},
        Wrong{"rtmp://[abcd]/live/khoa", "output.host_wrong", ""},
        Wrong{"rtmp://[::1]1935/live/khoa", "output.port_wrong", ""},
        Wrong{"rtmp://" + std::string(254, 'a') + "/live/khoa", "output.host_wrong", ""},
        Wrong{"rtmp://a.example:0/live/khoa", "output.port_wrong", ""},
        Wrong{"rtmp://a.example:65536/live/khoa", "output.port_wrong", ""},
        Wrong{"rtmp://a.example:/live/khoa", "output.port_wrong", ""},
        Wrong{"rtmp://a.example", "output.stream_missing", ""},
        Wrong{"rtmp://a.example/live", "output.stream_missing", ""},
        Wrong{"rtmp://a.example/live/", "output.stream_missing", ""},
        Wrong{"rtmp://a.example/live?a=/khoa", "output.stream_missing", ""},
        Wrong{"rtmp://a.example//khoa", "output.stream_missing", ""},
        Wrong{"rtmp://a.example?live/khoa", "output.stream_missing", ""},
        Wrong{"srt://a.example", "output.port_missing", ""},
        Wrong{"srt://a.example:9000/hop", "output.srt_path", ""},
        Wrong{"srt://a.example:9000?passphrase=ngan", "output.passphrase_length", ""},
        Wrong{"srt://a.example:9000?passphrase=" + std::string(80, 'p'), "output.passphrase_length", ""},
        Wrong{"srt://a.example:9000?streamid=" + std::string(513, 's'), "output.stream_id_long", ""},
        Wrong{"srt://a.example:9000?latency=19", "output.latency_wrong", ""},
        Wrong{"srt://a.example:9000?latency=1s", "output.latency_wrong", ""},
        Wrong{"srt://a.example:9000?streamid=%2", "output.escape_wrong", ""},
        Wrong{"srt://a.example:9000?streamid=%zz", "output.escape_wrong", ""},
        Wrong{"srt://a.example:9000?mode=listener", "output.parameter_unknown", "mode"},
        Wrong{"srt://a.example:9000?localport=22", "output.parameter_unknown", "localport"},
        Wrong{"srt://a.example:9000?pass=mat-khau-rat-dai", "output.parameter_unknown", "pass"}));

}  // namespace
}  // namespace diemcau::session
