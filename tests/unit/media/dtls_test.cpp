#include "media/transport/dtls.h"

#include <chrono>
#include <deque>
#include <thread>

#include <gtest/gtest.h>

#include "media/caller/dtls_client.h"
#include "tests/unit/media/bytes.h"

namespace diemcau::transport {
namespace {

using namespace std::chrono_literals;

/// A browser's side and ours, with a network between them that a test may cut.
class Dtls : public testing::Test {
 protected:
  void begin(const std::string& fingerprint) {
    server_ =
        std::make_unique<DtlsSession>(context_, fingerprint, [this](std::span<const std::byte> datagram) {
          EXPECT_LE(datagram.size(), 1200u) << "fits any path";
          ++from_server_;
          if (!lose_from_server_) to_client_.push_back(copy(datagram));
        });
  }
  /// Delivers until nobody has anything to say.
  void deliver() {
    while (!to_server_.empty() || !to_client_.empty()) {
      if (!to_server_.empty()) {
        server_->receive(std::exchange(to_server_.front(), {}));
        to_server_.pop_front();
      }
      if (!to_client_.empty()) {
        client_.receive(std::exchange(to_client_.front(), {}));
        to_client_.pop_front();
      }
    }
  }
  /// OpenSSL's retransmission timers run on the wall clock and start at one second.
  template <class Condition>
  bool within_four_seconds(Condition condition) {
    const auto until = std::chrono::steady_clock::now() + 4s;
    while (!condition() && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(10ms);
      client_.on_timer();
      server_->on_timer();
      deliver();
    }
    return condition();
  }

  DtlsContext context_;
  std::deque<Bytes> to_server_, to_client_;
  int from_server_ = 0;
  bool lose_from_server_ = false, lose_from_client_ = false;
  caller::DtlsClient client_{[this](std::span<const std::byte> datagram) {
    if (!lose_from_client_) to_server_.push_back(copy(datagram));
  }};
  std::unique_ptr<DtlsSession> server_;
};

TEST_F(Dtls, BothSidesAgreeOnTheKeys) {
  begin(client_.fingerprint());
  EXPECT_FALSE(server_->keys());
  client_.start();
  deliver();
  ASSERT_TRUE(client_.connected());
  ASSERT_EQ(server_->state(), DtlsSession::State::connected);
  EXPECT_EQ(client_.peer_fingerprint(), context_.fingerprint());
  const auto ours = server_->keys();
  const auto theirs = client_.keys();
  ASSERT_TRUE(ours && theirs);
  EXPECT_EQ(ours->from_peer.key, theirs->to_peer.key);
  EXPECT_EQ(ours->from_peer.salt, theirs->to_peer.salt);
  EXPECT_EQ(ours->to_peer.key, theirs->from_peer.key);
  EXPECT_EQ(ours->to_peer.salt, theirs->from_peer.salt);
  EXPECT_NE(ours->to_peer.key, ours->from_peer.key);
}

TEST_F(Dtls, AFingerprintInSmallLettersIsTheSame) {
  auto fingerprint = client_.fingerprint();
  for (auto& c : fingerprint) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  begin(fingerprint);
  client_.start();
  deliver();
  EXPECT_EQ(server_->state(), DtlsSession::State::connected);
}

TEST_F(Dtls, AnotherCertificateThanTheOffersFails) {
  begin(context_.fingerprint());
  client_.start();
  deliver();
  EXPECT_EQ(server_->state(), DtlsSession::State::failed);
  EXPECT_FALSE(server_->keys());
}

TEST_F(Dtls, RandomBytesInBetweenDoNoHarm) {
  begin(client_.fingerprint());
  Noise noise(6347);
  for (int i = 0; i < 300; ++i) {
    auto bytes = noise.bytes(1 + noise.below(300));
    bytes[0] = static_cast<std::byte>(20 + noise.below(44));
    server_->receive(bytes);
  }
  ASSERT_EQ(server_->state(), DtlsSession::State::handshaking)
      << "records of no known version are passed over";
  client_.start();
  deliver();
  EXPECT_EQ(server_->state(), DtlsSession::State::connected);
  for (int i = 0; i < 300; ++i) {
    auto bytes = noise.bytes(1 + noise.below(300));
    bytes[0] = static_cast<std::byte>(20 + noise.below(44));
    server_->receive(bytes);
  }
  EXPECT_EQ(server_->state(), DtlsSession::State::connected);
}

TEST_F(Dtls, AChangedHandshakeNeverConnects) {
  Noise noise(31);
  for (int round = 0; round < 60; ++round) {
    caller::DtlsClient client(
        [&](std::span<const std::byte> datagram) { to_server_.push_back(copy(datagram)); });
    begin(client.fingerprint());
    client.start();
    for (auto& datagram : to_server_) {
      datagram[13 + noise.below(datagram.size() - 13)] ^= static_cast<std::byte>(1 + noise.below(255));
      server_->receive(datagram);
    }
    to_server_.clear();
    to_client_.clear();
    EXPECT_NE(server_->state(), DtlsSession::State::connected);
  }
}

TEST_F(Dtls, OurLostFlightIsResentByTheTimer) {
  begin(client_.fingerprint());
  client_.start();
  lose_from_server_ = true;
  lose_from_client_ = true;  // the client may not help by repeating itself
  deliver();
  ASSERT_EQ(server_->state(), DtlsSession::State::handshaking);
  ASSERT_GT(from_server_, 0);
  lose_from_server_ = false;
  const auto first_flight = from_server_;
  ASSERT_TRUE(within_four_seconds([&] { return from_server_ > first_flight; })) << "nothing came again";
  lose_from_client_ = false;
  EXPECT_TRUE(within_four_seconds([&] { return client_.connected(); }));
  EXPECT_EQ(server_->state(), DtlsSession::State::connected);
}

TEST_F(Dtls, ALostFinishedIsSentAgainWhenTheClientRepeatsItself) {
  begin(client_.fingerprint());
  client_.start();
  // Our last flight answers the client's second one.
  while (server_->state() == DtlsSession::State::handshaking) {
    ASSERT_FALSE(to_server_.empty() && to_client_.empty());
    for (auto& datagram : std::exchange(to_client_, {})) client_.receive(datagram);
    for (auto& datagram : std::exchange(to_server_, {})) server_->receive(datagram);
  }
  to_client_.clear();
  ASSERT_FALSE(client_.connected());
  EXPECT_TRUE(within_four_seconds([&] { return client_.connected(); }));
}

TEST_F(Dtls, GoodbyesAreHeardOnBothSides) {
  begin(client_.fingerprint());
  client_.start();
  deliver();
  client_.close();
  deliver();
  EXPECT_EQ(server_->state(), DtlsSession::State::closed);

  caller::DtlsClient other(
      [&](std::span<const std::byte> datagram) { to_server_.push_back(copy(datagram)); });
  begin(other.fingerprint());
  other.start();
  while (!other.connected()) {
    ASSERT_FALSE(to_server_.empty() && to_client_.empty());
    for (auto& datagram : std::exchange(to_server_, {})) server_->receive(datagram);
    for (auto& datagram : std::exchange(to_client_, {})) other.receive(datagram);
  }
  server_->close();
  for (auto& datagram : std::exchange(to_client_, {})) other.receive(datagram);
  EXPECT_TRUE(other.closed_by_peer());
}

TEST(LooksLikeDtls, GoesByTheFirstByte) {
  EXPECT_FALSE(looks_like_dtls({}));
  EXPECT_FALSE(looks_like_dtls(hex("13")));
  EXPECT_TRUE(looks_like_dtls(hex("14")));
  EXPECT_TRUE(looks_like_dtls(hex("3f")));
  EXPECT_FALSE(looks_like_dtls(hex("40")));
}

}  // namespace
}  // namespace diemcau::transport
