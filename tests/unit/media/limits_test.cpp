#include <arpa/inet.h>
#include <gtest/gtest.h>

#include "media/transport/check_limit.h"
#include "media/transport/rate_limit.h"

namespace diemcau::transport {
namespace {

using namespace std::chrono_literals;

Endpoint endpoint(const char* ip, std::uint16_t port = 5000) {
  sockaddr_storage name{};
  auto& v4 = reinterpret_cast<sockaddr_in&>(name);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(name);
  if (inet_pton(AF_INET, ip, &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
  } else {
    inet_pton(AF_INET6, ip, &v6.sin6_addr);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
  }
  return endpoint_from(name);
}

/// How many of a second's requests are looked at.
int allowed(CheckLimit& limit, const Endpoint& from, int requests, CheckLimit::Clock::time_point start) {
  int count = 0;
  for (int i = 0; i < requests; ++i) count += limit.allow(from, start + i * 1s / requests) ? 1 : 0;
  return count;
}

const CheckLimit::Clock::time_point start{1h};

TEST(RateLimit, GivesItsBurstAtOnceAndThenItsRate) {
  RateLimit limit(10, 3);
  int at_once = 0;
  for (int i = 0; i < 100; ++i) at_once += limit.take(start) ? 1 : 0;
  EXPECT_EQ(at_once, 3);
  EXPECT_FALSE(limit.take(start + 99ms));
  EXPECT_TRUE(limit.take(start + 100ms));
  int later = 0;
  for (int i = 0; i < 100; ++i) later += limit.take(start + 1h) ? 1 : 0;
  EXPECT_EQ(later, 3) << "what is not used does not pile up";
}

TEST(CheckLimit, OfTenThousandRequestsOfOneAddressMostAreNotLookedAt) {
  CheckLimit limit;
  EXPECT_LE(allowed(limit, endpoint("203.0.113.9"), 10000, start), 2 * CheckLimit::per_second);
  EXPECT_LE(allowed(limit, endpoint("203.0.113.9"), 10000, start + 1s), CheckLimit::per_second + 1);
  EXPECT_EQ(allowed(limit, endpoint("203.0.113.10"), 100, start + 1s), 100) << "others are not touched";
}

TEST(CheckLimit, OtherPortsOfAnAddressAndOtherAddressesOfASubscriberCountTogether) {
  CheckLimit limit;
  const auto spend = [&](const Endpoint& from) {
    for (int i = 0; i < 2 * CheckLimit::per_second; ++i) limit.allow(from, start);
  };
  spend(endpoint("203.0.113.9", 1000));
  EXPECT_FALSE(limit.allow(endpoint("203.0.113.9", 2000), start));
  spend(endpoint("2001:db8:1:2::1"));
  EXPECT_FALSE(limit.allow(endpoint("2001:db8:1:2:ffff::2"), start));
  EXPECT_TRUE(limit.allow(endpoint("2001:db8:1:3::1"), start));
}

TEST(CheckLimit, AHundredHallsBehindOneAddressMayAllComeAtOnce) {
  CheckLimit limit;
  EXPECT_EQ(allowed(limit, endpoint("203.0.113.9"), 115 * 16, start), 115 * 16);
}

TEST(CheckLimit, InventedAddressesDoNotFillTheMemory) {
  CheckLimit limit;
  auto from = endpoint("203.0.113.9");
  int looked_at = 0;
  for (int i = 0; i < 100000; ++i) {
    from.address.s6_addr[13] = static_cast<std::uint8_t>(i >> 16);
    from.address.s6_addr[14] = static_cast<std::uint8_t>(i >> 8);
    from.address.s6_addr[15] = static_cast<std::uint8_t>(i);
    looked_at += limit.allow(from, start) ? 1 : 0;
  }
  EXPECT_LE(looked_at, static_cast<int>(CheckLimit::most_addresses + CheckLimit::per_second));
  EXPECT_TRUE(limit.allow(endpoint("198.51.100.1"), start + 2s)) << "who is idle makes room";
}

}  // namespace
}  // namespace diemcau::transport
