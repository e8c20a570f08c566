#include "media/transport/stun.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include "tests/unit/media/bytes.h"

namespace diemcau::transport {
namespace {

// RFC 5769 2.1, a request; its user name is written "theirs:ours" from the side of the one who asks.
const auto rfc_request = hex(R"(
  00 01 00 58  21 12 a4 42  b7 e7 a7 01 bc 34 d6 86 fa 87 df ae  # binding request, cookie, transaction
  80 22 00 10  53 54 55 4e 20 74 65 73 74 20 63 6c 69 65 6e 74   # SOFTWARE "STUN test client"
  00 24 00 04  6e 00 01 ff                                       # PRIORITY
  80 29 00 08  93 2f f9 b1 51 26 3b 36                           # ICE-CONTROLLED
  00 06 00 09  65 76 74 6a 3a 68 36 76 59 20 20 20               # USERNAME "evtj:h6vY", padded with blanks
  00 08 00 14  9a ea a7 0c bf d8 cb 56 78 1e f2 b5 b2 d3 f2 49 c1 b5 71 a2
  80 28 00 04  e5 7a 3b cf)");
constexpr std::string_view rfc_password = "VOkJxbRl1RmTxUk/WvJxBt";

Endpoint at(const char* ip, std::uint16_t port) {
  sockaddr_storage name{};
  if (std::string_view(ip).find(':') == std::string_view::npos) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(name);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    inet_pton(AF_INET, ip, &v4.sin_addr);
  } else {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(name);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    inet_pton(AF_INET6, ip, &v6.sin6_addr);
  }
  return endpoint_from(name);
}

/// As a browser checks us.
Bytes request(bool use_candidate = false, const std::string& ufrag = "ours") {
  return binding_request({{"theirs", ""}, {ufrag, "password of ours"}, {}, true, use_candidate});
}

TEST(Stun, ReadsTheRequestOfRfc5769) {
  const auto read = parse_binding_request(rfc_request);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->local_ufrag, "evtj");
  EXPECT_FALSE(read->use_candidate);
  EXPECT_EQ(to_hex(read->transaction), "b7e7a701bc34d686fa87dfae");
  EXPECT_TRUE(is_authentic(rfc_request, rfc_password));
}

TEST(Stun, AnotherPasswordIsNotAuthentic) {
  EXPECT_FALSE(is_authentic(rfc_request, "VOkJxbRl1RmTxUk/WvJxBu"));
  EXPECT_FALSE(is_authentic(rfc_request, ""));
}

TEST(Stun, AnyChangedBitIsNotAuthentic) {
  for (std::size_t i = 0; i < rfc_request.size(); ++i) {
    auto changed = rfc_request;
    changed[i] ^= std::byte{0x10};
    EXPECT_FALSE(is_authentic(changed, rfc_password)) << "byte " << i;
  }
}

TEST(Stun, WithoutFingerprintOrIntegrityItIsNotAuthentic) {
  auto no_fingerprint = copy(std::span(rfc_request).first(rfc_request.size() - 8));
  no_fingerprint[3] = static_cast<std::byte>(no_fingerprint.size() - 20);
  ASSERT_TRUE(parse_binding_request(no_fingerprint));
  EXPECT_FALSE(is_authentic(no_fingerprint, rfc_password));

  auto no_integrity = copy(std::span(rfc_request).first(rfc_request.size() - 32));
  no_integrity[3] = static_cast<std::byte>(no_integrity.size() - 20);
  ASSERT_TRUE(parse_binding_request(no_integrity));
  EXPECT_FALSE(is_authentic(no_integrity, rfc_password));
}

TEST(Stun, ACutRequestIsNone) {
  for (std::size_t size = 0; size < rfc_request.size(); ++size) {
    const auto cut = std::span(rfc_request).first(size);
    EXPECT_FALSE(parse_binding_request(cut)) << size;
    EXPECT_FALSE(is_authentic(cut, rfc_password)) << size;
  }
}

TEST(Stun, BytesBehindTheMessageAreRefused) {
  EXPECT_FALSE(parse_binding_request(joined(rfc_request, hex("00 00 00 00"))));
}

TEST(Stun, AGiantMessageIsRefused) {
  auto giant = rfc_request;
  giant.resize(1600);
  giant[2] = std::byte{0x06};
  giant[3] = std::byte{0x2c};
  EXPECT_FALSE(parse_binding_request(giant));
  EXPECT_FALSE(is_authentic(giant, rfc_password));
}

TEST(Stun, AnAttributeLongerThanTheMessageIsRefused) {
  auto broken = rfc_request;
  broken[22] = std::byte{0xff};  // the length of SOFTWARE
  EXPECT_FALSE(parse_binding_request(broken));
  EXPECT_FALSE(is_authentic(broken, rfc_password));
}

TEST(Stun, OnlyBindingRequestsAreRead) {
  for (const auto& [offset, value] : {std::pair(0, 0x01), std::pair(1, 0x02), std::pair(4, 0x22)}) {
    auto other = rfc_request;
    other[static_cast<std::size_t>(offset)] = static_cast<std::byte>(value);
    EXPECT_FALSE(parse_binding_request(other)) << offset;
  }
}

TEST(Stun, ARequestWithoutUserNameIsNone) {
  EXPECT_FALSE(parse_binding_request(hex("00 01 00 00 21 12 a4 42 b7 e7 a7 01 bc 34 d6 86 fa 87 df ae")));
  EXPECT_FALSE(parse_binding_request(request(false, "")));
}

TEST(Stun, SeesTheNominatedPair) {
  const auto nominated = request(true);
  ASSERT_TRUE(parse_binding_request(nominated));
  EXPECT_TRUE(parse_binding_request(nominated)->use_candidate);
  EXPECT_TRUE(is_authentic(nominated, "password of ours"));
  EXPECT_FALSE(parse_binding_request(request())->use_candidate);
}

// RFC 8489 14.5: whoever is on the path may put attributes behind MESSAGE-INTEGRITY, and a fingerprint needs
// no key.
TEST(Stun, WhatStandsBehindTheIntegrityIsIgnored) {
  const auto honest = request();
  const auto all = std::span(honest);
  auto forged = joined(all.first(honest.size() - 8), hex("00 25 00 00"), all.last(8));  // USE-CANDIDATE
  forged[3] = static_cast<std::byte>(forged.size() - 20);
  ASSERT_TRUE(parse_binding_request(forged));
  EXPECT_FALSE(parse_binding_request(forged)->use_candidate);
}

TEST(Stun, TheAnswerMasksAnIpv4AddressAsRfc5769Does) {
  const auto answer =
      binding_response(*parse_binding_request(rfc_request), at("192.0.2.1", 32853), rfc_password);
  // RFC 5769 2.2 without its SOFTWARE.
  EXPECT_EQ(to_hex(std::span(answer).first(32)),
            "0101002c2112a442b7e7a701bc34d686fa87dfae002000080001a147e112a643");
  EXPECT_TRUE(is_authentic(answer, rfc_password));
}

TEST(Stun, TheAnswerMasksAnIpv6AddressAsRfc5769Does) {
  const auto answer = binding_response(*parse_binding_request(rfc_request),
                                       at("2001:db8:1234:5678:11:2233:4455:6677", 32853), rfc_password);
  // RFC 5769 2.3.
  EXPECT_EQ(to_hex(std::span(answer).subspan(20, 24)), "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9");
  EXPECT_TRUE(is_authentic(answer, rfc_password));
}

TEST(Stun, WritesRequestsThatSayWhoAsksWhom) {
  const auto bytes = binding_request({{"we", ""}, {"they", "password of theirs"}, {std::byte{7}}});
  const auto read = parse_binding_request(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->local_ufrag, "they");
  EXPECT_EQ(read->transaction[0], std::byte{7});
  EXPECT_FALSE(read->use_candidate) << "who is controlled chooses nothing";
  EXPECT_TRUE(is_authentic(bytes, "password of theirs"));
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  EXPECT_NE(text.find("they:we"), std::string::npos);
  EXPECT_NE(text.find("\x80\x29"), std::string::npos) << "ICE-CONTROLLED";
}

TEST(Stun, AnAnswerIsToOneTransaction) {
  const auto answer =
      binding_response(*parse_binding_request(rfc_request), at("192.0.2.1", 32853), rfc_password);
  const auto transaction = parse_binding_response(answer);
  ASSERT_TRUE(transaction);
  EXPECT_EQ(to_hex(*transaction), "b7e7a701bc34d686fa87dfae");
  EXPECT_FALSE(parse_binding_request(answer));
  EXPECT_FALSE(parse_binding_response(rfc_request));
  for (std::size_t size = 0; size < answer.size(); ++size)
    EXPECT_FALSE(parse_binding_response(std::span(answer).first(size))) << size;
}

TEST(Stun, NoiseIsNeverARequest) {
  Noise noise(5769);
  for (int i = 0; i < 20000; ++i) {
    auto bytes = noise.bytes(noise.below(120));
    if (i % 2 == 0 && bytes.size() >= 20) {
      std::copy_n(rfc_request.begin(), 20, bytes.begin());
      bytes[3] = static_cast<std::byte>(bytes.size() - 20);
    }
    (void)parse_binding_request(bytes);
    EXPECT_FALSE(is_authentic(bytes, rfc_password));
  }
}

}  // namespace
}  // namespace diemcau::transport
