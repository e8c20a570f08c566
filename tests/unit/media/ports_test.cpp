#include "media/transport/ports.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <system_error>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>

#include "tests/free_port.h"
#include "tests/unit/media/bytes.h"

namespace diemcau::transport {
namespace {

const std::uint16_t port = free_port();

Endpoint loopback(std::uint16_t at) {
  sockaddr_storage name{};
  auto& v4 = reinterpret_cast<sockaddr_in&>(name);
  v4.sin_family = AF_INET;
  v4.sin_port = htons(at);
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return endpoint_from(name);
}

bool readable(int fd, int milliseconds = 2000) {
  pollfd wait{fd, POLLIN, 0};
  return ::poll(&wait, 1, milliseconds) > 0;
}

/// A client's socket.
class Receiver {
 public:
  explicit Receiver(int type) : socket_(::socket(AF_INET, type, 0)) {
    if (type != SOCK_DGRAM) return;
    const int size = 4 << 20;
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(socket_.get(), reinterpret_cast<sockaddr*>(&any), sizeof any) != 0)
      throw std::system_error(errno, std::generic_category());
  }
  void connect() {
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(port);
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_.get(), reinterpret_cast<sockaddr*>(&server), sizeof server) != 0)
      throw std::system_error(errno, std::generic_category());
  }
  Endpoint endpoint() const {
    sockaddr_storage name{};
    socklen_t size = sizeof name;
    getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&name), &size);
    return endpoint_from(name);
  }
  Bytes take() {
    if (!readable(socket_.get())) return {};
    std::array<std::byte, 2000> bytes;
    const auto count = recv(socket_.get(), bytes.data(), bytes.size(), 0);
    return count < 0 ? Bytes() : copy(std::span(bytes).first(static_cast<std::size_t>(count)));
  }
  int fd() const { return socket_.get(); }

 private:
  FileDescriptor socket_;
};

/// Datagram `number` of receiver `whose`: its own length, its own bytes.
Bytes datagram(int whose, int number, std::size_t size) {
  Bytes bytes(size, static_cast<std::byte>(whose * 100 + number % 100));
  bytes[0] = static_cast<std::byte>(whose);
  bytes[1] = static_cast<std::byte>(number >> 8);
  bytes[2] = static_cast<std::byte>(number);
  return bytes;
}

struct Sizes {
  const char* name;
  std::size_t (*of)(int number);
};

class SendBatchTest : public testing::TestWithParam<Sizes> {};

TEST_P(SendBatchTest, EachReceiverGetsItsPacketsWholeAndInOrder) {
  UdpPort udp("127.0.0.1", port);
  SendBatch batch(udp);
  Receiver receivers[2] = {Receiver(SOCK_DGRAM), Receiver(SOCK_DGRAM)};
  constexpr int packets = 700;  // more than a batch holds
  for (int number = 0; number < packets; ++number)
    for (int whose = 0; whose < 2; ++whose) {
      const auto bytes = datagram(whose, number, GetParam().of(number));
      std::copy(bytes.begin(), bytes.end(), batch.reserve().begin());
      batch.add(receivers[whose].endpoint(), static_cast<std::uint32_t>(whose), bytes.size());
    }
  batch.flush();
  EXPECT_EQ(batch.dropped(), 0u);
  for (int whose = 0; whose < 2; ++whose)
    for (int number = 0; number < packets; ++number)
      ASSERT_EQ(to_hex(receivers[whose].take()), to_hex(datagram(whose, number, GetParam().of(number))))
          << "receiver " << whose << " packet " << number;
}

INSTANTIATE_TEST_SUITE_P(Sizes, SendBatchTest,
                         testing::Values(Sizes{"AllAlike", [](int) -> std::size_t { return 1000; }},
                                         Sizes{"FramesOfFourWithAShortEnd",
                                               [](int n) -> std::size_t { return n % 4 == 3 ? 333 : 1100; }},
                                         Sizes{"GrowingAndShrinking",
                                               [](int n) -> std::size_t {
                                                 return 3 + static_cast<std::size_t>(n * 37 % 1200);
                                               }},
                                         Sizes{"TheLongest", [](int) -> std::size_t { return packet_limit; }},
                                         Sizes{"Tiny", [](int) -> std::size_t { return 3; }}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(SendBatch, WhatIsReservedButNotAddedIsNotSent) {
  UdpPort udp("127.0.0.1", port);
  SendBatch batch(udp);
  Receiver receiver(SOCK_DGRAM);
  batch.reserve()[0] = std::byte{1};
  batch.reserve()[0] = std::byte{2};
  batch.add(receiver.endpoint(), 1, 1);
  batch.flush();
  EXPECT_EQ(to_hex(receiver.take()), "02");
  EXPECT_FALSE(readable(receiver.fd(), 0));
}

TEST(UdpPort, TakesDatagramsWithTheirSenders) {
  UdpPort udp("127.0.0.1", port);
  Receiver client(SOCK_DGRAM);
  client.connect();
  for (int i = 0; i < 100; ++i)
    ASSERT_EQ(::send(client.fd(), &i, sizeof i, 0), static_cast<ssize_t>(sizeof i));
  int next = 0;
  while (next < 100) {
    ASSERT_TRUE(readable(udp.fd()));
    udp.receive([&](const Endpoint& from, std::span<std::byte> bytes) {
      int number = 0;
      std::memcpy(&number, bytes.data(), sizeof number);
      EXPECT_EQ(number, next++);
      EXPECT_EQ(from, client.endpoint());
    });
  }
  EXPECT_EQ(udp.receive([](const Endpoint&, std::span<std::byte>) { FAIL(); }), 0u);
  udp.send(client.endpoint(), text_bytes("hello"));
  EXPECT_EQ(to_hex(client.take()), to_hex(text_bytes("hello")));
}

TEST(UdpPort, ATakenPortIsNamed) {
  const UdpPort first("127.0.0.1", port);
  try {
    const UdpPort second("127.0.0.1", port);
    FAIL() << "two on one port";
  } catch (const std::system_error& what) {
    EXPECT_EQ(what.code().value(), EADDRINUSE);
    EXPECT_NE(std::string(what.what()).find("udp 127.0.0.1:" + std::to_string(port)), std::string::npos)
        << what.what();
  }
  EXPECT_THROW(UdpPort("mạng nội bộ", port), std::system_error);
}

// How several workers have one port: the kernel keeps a flow at one of them.
TEST(UdpPort, SeveralOfThisProgramShareAPort) {
  UdpPort first("127.0.0.1", port, Sharing::first);
  UdpPort second("127.0.0.1", port, Sharing::further);
  std::map<std::uint16_t, std::set<const UdpPort*>> takers;  // by the sender's port
  std::vector<std::unique_ptr<Receiver>> clients;
  for (int i = 0; i < 40; ++i) clients.emplace_back(std::make_unique<Receiver>(SOCK_DGRAM))->connect();
  std::size_t taken = 0;
  for (std::size_t round = 1; round <= 3; ++round) {
    for (const auto& client : clients) ASSERT_EQ(::send(client->fd(), "x", 1, 0), 1);
    for (int i = 0; i < 2000 && taken < round * clients.size(); ++i)
      for (auto* udp : {&first, &second})
        if (readable(udp->fd(), 1))
          taken += udp->receive(
              [&](const Endpoint& from, std::span<std::byte>) { takers[from.port].insert(udp); });
  }
  EXPECT_EQ(taken, 3 * clients.size());
  std::set<const UdpPort*> all;
  for (const auto& [sender, of_it] : takers) {
    EXPECT_EQ(of_it.size(), 1u);
    all.insert(of_it.begin(), of_it.end());
  }
  EXPECT_EQ(all.size(), 2u);
  second.send(clients[0]->endpoint(), text_bytes("from the same port"));
  EXPECT_EQ(clients[0]->take(), text_bytes("from the same port")) << "whichever sends";
}

TEST(UdpPort, ASharedPortIsTakenForEverybodyElse) {
  const UdpPort first("127.0.0.1", port, Sharing::first);
  const UdpPort second("127.0.0.1", port, Sharing::further);
  EXPECT_THROW(UdpPort("127.0.0.1", port), std::system_error);
  EXPECT_THROW(UdpPort("127.0.0.1", port, Sharing::first), std::system_error) << "a second server";
}

TEST(UdpPort, ATakenPortIsNotShared) {
  const UdpPort alone("127.0.0.1", port);
  EXPECT_THROW(UdpPort("127.0.0.1", port, Sharing::first), std::system_error);
}

// ---- RFC 4571

Bytes framed(const Bytes& packet) {
  return joined(Bytes{static_cast<std::byte>(packet.size() >> 8), static_cast<std::byte>(packet.size())},
                packet);
}

TEST(FrameReader, FindsThePacketsWhereverTheStreamIsCut) {
  const auto stream = joined(framed(text_bytes("one")), framed({}), framed(text_bytes("three and more")),
                             framed(hex("00 03")));
  for (std::size_t first = 0; first <= stream.size(); ++first)
    for (std::size_t second = first; second <= stream.size(); ++second) {
      FrameReader reader;
      std::string seen;
      const auto visit = [&](std::span<std::byte> packet) { seen += to_hex(packet) + " "; };
      const auto all = std::span(stream);
      ASSERT_TRUE(reader.feed(all.first(first), visit) &&
                  reader.feed(all.subspan(first, second - first), visit) &&
                  reader.feed(all.subspan(second), visit));
      ASSERT_EQ(seen, to_hex(text_bytes("one")) + "  " + to_hex(text_bytes("three and more")) + " 0003 ");
    }
}

/// A socket for both families answers clients of either in their own.
class UdpPortTest : public testing::TestWithParam<const char*> {};

TEST_P(UdpPortTest, AnswersGoBackToWhereTheyCameFrom) {
  UdpPort udp("::", port);
  const std::string ip = GetParam();
  sockaddr_storage name{};
  auto& v4 = reinterpret_cast<sockaddr_in&>(name);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(name);
  socklen_t size = sizeof v4;
  if (inet_pton(AF_INET, ip.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
  } else {
    ASSERT_EQ(inet_pton(AF_INET6, ip.c_str(), &v6.sin6_addr), 1);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    size = sizeof v6;
  }
  const FileDescriptor client(::socket(name.ss_family, SOCK_DGRAM, 0));
  ASSERT_EQ(::connect(client.get(), reinterpret_cast<const sockaddr*>(&name), size), 0);
  ASSERT_EQ(::send(client.get(), "ask", 3, 0), 3);
  ASSERT_TRUE(readable(udp.fd()));
  SendBatch batch(udp);
  udp.receive([&](const Endpoint& from, std::span<std::byte>) {
    EXPECT_EQ(from.is_v4(), name.ss_family == AF_INET);
    udp.send(from, text_bytes("at once"));
    const auto later = text_bytes("in a batch");
    std::copy(later.begin(), later.end(), batch.reserve().begin());
    batch.add(from, 1, later.size());
  });
  batch.flush();
  for (const std::string expected : {"at once", "in a batch"}) {
    ASSERT_TRUE(readable(client.get())) << expected;
    std::array<char, 100> bytes{};
    const auto count = recv(client.get(), bytes.data(), bytes.size(), 0);
    EXPECT_EQ(std::string(bytes.data(), static_cast<std::size_t>(count)), expected);
  }
}

/// Loopbacks of this machine: some have no IPv6.
std::vector<const char*> loopbacks() {
  std::vector<const char*> all{"127.0.0.1"};
  sockaddr_in6 name{};
  name.sin6_family = AF_INET6;
  name.sin6_addr = in6addr_loopback;
  const FileDescriptor test(::socket(AF_INET6, SOCK_DGRAM, 0));
  if (bind(test.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0) all.push_back("::1");
  return all;
}

INSTANTIATE_TEST_SUITE_P(Families, UdpPortTest, testing::ValuesIn(loopbacks()),
                         [](const auto& test) { return std::string(test.index == 0 ? "IPv4" : "IPv6"); });

TEST(FrameReader, ALengthThatNoPacketHasEndsTheStream) {
  FrameReader reader;
  const auto ignore = [](std::span<std::byte>) { FAIL(); };
  EXPECT_TRUE(reader.feed(hex("06"), ignore));
  EXPECT_FALSE(reader.feed(hex("41"), ignore)) << "1601";
  FrameReader http;
  EXPECT_FALSE(http.feed(text_bytes("GET / HTTP/1.1"), ignore));
}

/// The TCP port with a loop as small as can be.
class TcpPortTest : public testing::Test {
 protected:
  TcpPortTest() { port_.listen("127.0.0.1", port); }
  /// Runs the port until the condition holds.
  template <class Condition>
  bool run_until(Condition condition) {
    for (int i = 0; i < 2000 && !condition(); ++i) {
      std::vector<pollfd> fds{{port_.fd(), POLLIN, 0}};
      for (const auto& [fd, writable] : watched_)
        fds.push_back({fd, static_cast<short>(POLLIN | (writable ? POLLOUT : 0)), 0});
      if (::poll(fds.data(), fds.size(), 5) <= 0) continue;
      if ((fds[0].revents & POLLIN) != 0) port_.accept_all(now_);
      for (const auto& entry : std::span(fds).subspan(1)) {
        if ((entry.revents & POLLOUT) != 0) port_.on_writable(entry.fd);
        if ((entry.revents & (POLLIN | POLLHUP)) != 0) port_.on_readable(entry.fd);
      }
    }
    return condition();
  }

  TcpPort::Clock::time_point now_{std::chrono::hours(1)};
  std::map<int, bool> watched_;
  std::vector<std::pair<Endpoint, Bytes>> taken_;
  std::function<void(const Endpoint&)> on_taken_;
  TcpPort port_{[this](const TcpPort::Watch& watch) {
                  if (watch.closed) {
                    watched_.erase(watch.fd);
                  } else {
                    watched_[watch.fd] = watch.writable;
                  }
                },
                [this](const Endpoint& from, std::span<std::byte> packet) {
                  taken_.emplace_back(from, copy(packet));
                  if (on_taken_) on_taken_(from);
                }};
};

TEST_F(TcpPortTest, PacketsGoBothWays) {
  Receiver client(SOCK_STREAM);
  client.connect();
  const auto sent = joined(framed(text_bytes("ping")), framed(text_bytes("pong")));
  ASSERT_EQ(::send(client.fd(), sent.data(), sent.size(), 0), static_cast<ssize_t>(sent.size()));
  ASSERT_TRUE(run_until([&] { return taken_.size() == 2; }));
  EXPECT_EQ(taken_[1].second, text_bytes("pong"));
  EXPECT_TRUE(taken_[0].first.is_tcp());
  port_.send(taken_[0].first, text_bytes("answer"));
  EXPECT_EQ(client.take(), framed(text_bytes("answer")));
}

TEST_F(TcpPortTest, AConnectionGoesOnAtAnotherPortWithNothingMissing) {
  std::vector<std::pair<Endpoint, Bytes>> taken_there;
  int watched_there = -1;
  TcpPort other([&](const TcpPort::Watch& watch) { watched_there = watch.closed ? -1 : watch.fd; },
                [&](const Endpoint& from, std::span<std::byte> packet) {
                  taken_there.emplace_back(from, copy(packet));
                });
  on_taken_ = [&](const Endpoint& from) {
    if (taken_.back().second != text_bytes("whose is it")) return;
    auto transfer = port_.release(from.connection);
    ASSERT_TRUE(transfer);
    EXPECT_FALSE(port_.release(from.connection)) << "once";
    other.adopt(std::move(*transfer), now_);
  };
  Receiver client(SOCK_STREAM);
  client.connect();
  auto sent = joined(framed(text_bytes("before")), framed(text_bytes("whose is it")),
                     framed(text_bytes("next")), hex("00 04 61"));
  ASSERT_EQ(::send(client.fd(), sent.data(), sent.size(), 0), static_cast<ssize_t>(sent.size()));
  ASSERT_TRUE(run_until([&] { return taken_there.size() == 2; }));
  EXPECT_EQ(taken_.size(), 2u) << "nothing more comes here";
  EXPECT_TRUE(watched_.empty());
  EXPECT_EQ(port_.connections(), 0u);
  EXPECT_EQ(taken_there[0].second, text_bytes("whose is it"));
  EXPECT_EQ(taken_there[1].second, text_bytes("next"));
  ASSERT_EQ(::send(client.fd(), "bcd", 3, 0), 3);
  ASSERT_TRUE(readable(watched_there));
  other.on_readable(watched_there);
  ASSERT_EQ(taken_there.size(), 3u);
  EXPECT_EQ(taken_there[2].second, text_bytes("abcd"));
  other.send(taken_there[2].first, text_bytes("answer"));
  EXPECT_EQ(client.take(), framed(text_bytes("answer")));
}

TEST_F(TcpPortTest, EachConnectionHasANumberOfItsOwn) {
  Receiver one(SOCK_STREAM);
  one.connect();
  Receiver two(SOCK_STREAM);
  two.connect();
  ::send(one.fd(), "\0\1a", 3, 0);
  ::send(two.fd(), "\0\1b", 3, 0);
  ASSERT_TRUE(run_until([&] { return taken_.size() == 2; }));
  EXPECT_NE(taken_[0].first.connection, taken_[1].first.connection);
}

TEST_F(TcpPortTest, BrokenFramingClosesTheConnection) {
  Receiver client(SOCK_STREAM);
  client.connect();
  ASSERT_TRUE(run_until([&] { return watched_.size() == 1; }));
  ::send(client.fd(), "\xff\xff", 2, 0);
  EXPECT_TRUE(run_until([&] { return watched_.empty(); }));
  EXPECT_TRUE(readable(client.fd()));
  EXPECT_TRUE(client.take().empty()) << "closed";
}

TEST_F(TcpPortTest, WhoOnlyHoldsConnectionsOpenKeepsNobodyOut) {
  Receiver hall(SOCK_STREAM);
  hall.connect();
  ::send(hall.fd(), "\0\1a", 3, 0);
  ASSERT_TRUE(run_until([&] { return taken_.size() == 1; }));
  port_.keep(taken_[0].first.connection);
  std::vector<Receiver> silent;
  for (std::size_t i = 0; i < TcpPort::most_connections + 40; ++i) {
    silent.emplace_back(SOCK_STREAM);
    silent.back().connect();
    // One by one: the kernel keeps only so many that nobody has accepted.
    ASSERT_TRUE(run_until([&] { return watched_.size() == std::min(i + 2, TcpPort::most_connections); }));
  }
  Receiver late(SOCK_STREAM);
  late.connect();
  ::send(late.fd(), "\0\1b", 3, 0);
  ASSERT_TRUE(run_until([&] { return taken_.size() == 2; })) << "the oldest silent one has made room";
  port_.send(taken_[0].first, text_bytes("still here"));
  EXPECT_EQ(hall.take(), framed(text_bytes("still here")));
  EXPECT_EQ(port_.connections(), TcpPort::most_connections);
}

TEST_F(TcpPortTest, ASilentConnectionIsClosedAfterAWhile) {
  Receiver silent(SOCK_STREAM);
  silent.connect();
  ASSERT_TRUE(run_until([&] { return watched_.size() == 1; }));
  port_.close_silent(now_ + TcpPort::silence_limit);
  EXPECT_EQ(port_.connections(), 1u);
  port_.close_silent(now_ + TcpPort::silence_limit + std::chrono::milliseconds(1));
  EXPECT_EQ(port_.connections(), 0u);
  EXPECT_TRUE(silent.take().empty()) << "closed";
}

TEST_F(TcpPortTest, AReaderWhoFallsBehindLosesWholePacketsOnly) {
  Receiver client(SOCK_STREAM);
  client.connect();
  ::send(client.fd(), "\0\1a", 3, 0);
  ASSERT_TRUE(run_until([&] { return taken_.size() == 1; }));
  const auto to = taken_[0].first;
  constexpr int packets = 20000;
  for (int number = 0; number < packets; ++number) port_.send(to, datagram(1, number, 1100));
  FrameReader reader;
  int last = -1;
  int count = 0;
  std::array<std::byte, 65536> bytes;
  ASSERT_TRUE(run_until([&] {
    const auto got = recv(client.fd(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got > 0) {
      EXPECT_TRUE(reader.feed(
          std::span(bytes).first(static_cast<std::size_t>(got)), [&](std::span<std::byte> packet) {
            ASSERT_EQ(packet.size(), 1100u);
            const int number = std::to_integer<int>(packet[1]) << 8 | std::to_integer<int>(packet[2]);
            EXPECT_GT(number, last);
            last = number;
            ++count;
          }));
    }
    const auto waits = watched_.begin()->second;
    return got < 0 && !waits;
  }));
  EXPECT_GT(count, 200);
  EXPECT_LT(count, packets) << "a queue without end";
  port_.send(to, text_bytes("goes on"));
  EXPECT_EQ(client.take(), framed(text_bytes("goes on")));
}

// What a goodbye does: the packet that is being handled ends its own connection.
TEST_F(TcpPortTest, APacketMayCloseTheConnectionThatItCameOn) {
  Receiver client(SOCK_STREAM);
  client.connect();
  on_taken_ = [&](const Endpoint& from) { port_.close(from.connection); };
  const auto sent =
      joined(framed(text_bytes("goodbye")), framed(text_bytes("and more")), framed(Bytes(1000)));
  ASSERT_EQ(::send(client.fd(), sent.data(), sent.size(), 0), static_cast<ssize_t>(sent.size()));
  ASSERT_TRUE(run_until([&] { return !taken_.empty() && watched_.empty(); }));
  EXPECT_EQ(taken_[0].second, text_bytes("goodbye"));
  EXPECT_TRUE(readable(client.fd()));
  EXPECT_TRUE(client.take().empty()) << "closed";
}

// ---- Endpoint

TEST(Endpoint, KnowsItsFamilyAndItsText) {
  const auto v4 = loopback(4711);
  EXPECT_TRUE(v4.is_v4());
  EXPECT_EQ(to_text(v4), "udp 127.0.0.1:4711");
  auto tcp = v4;
  tcp.connection = 3;
  EXPECT_EQ(to_text(tcp), "tcp 127.0.0.1:4711");
  EXPECT_FALSE(tcp == v4);
  EXPECT_NE(EndpointHash()(tcp), EndpointHash()(v4));

  sockaddr_storage name{};
  auto& v6 = reinterpret_cast<sockaddr_in6&>(name);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(443);
  inet_pton(AF_INET6, "2001:db8::1", &v6.sin6_addr);
  EXPECT_FALSE(endpoint_from(name).is_v4());
  EXPECT_EQ(to_text(endpoint_from(name)), "udp 2001:db8::1:443");
}

TEST(Endpoint, ComesBackFromASocketAddressOfEitherFamily) {
  const auto v4 = loopback(4711);
  for (const int family : {AF_INET, AF_INET6}) {
    sockaddr_storage name;
    const auto size = to_sockaddr(v4, family, name);
    EXPECT_EQ(size, family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
    EXPECT_EQ(endpoint_from(name), v4) << "an IPv4 peer of an IPv6 socket is the same peer";
  }
}

}  // namespace
}  // namespace diemcau::transport
