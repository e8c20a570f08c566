#include <memory>

#include "tests/load/test_peer.h"
#include "tests/unit/server/running_server.h"

/// How a hall comes into a session: with an offer that is its join, or with a line that it made ready ahead.
namespace diemcau::server {
namespace {
using load::TestPeer;

class Joining : public Signaling {
 protected:
  static constexpr std::size_t hall_index = 4;

  void SetUp() override {
    Signaling::SetUp();
    console_.reset(new TlsClient(client()));
    hall_.reset(new TlsClient(client()));
    ASSERT_EQ(console_->upgrade("/signaling", logged_in("operator")).status, 101);
    auto greeting = hello("desk");
    greeting["meeting"] = 1;
    say(*console_, greeting);
    view_ = next(*console_, "whole").at("console");
    ASSERT_EQ(hall_->upgrade("/signaling").status, 101);
    say(*hall_, hall_hello("pc", hall_index));
    next(*hall_, "whole");
  }
  void open_session() {
    say(*console_, {{"type", "give"}, {"id", 1}, {"command", {{"type", "open"}}}});
    next(*hall_, "patch");
  }
  void offer(std::uint32_t id, bool ahead) {
    say(*hall_, {{"type", "offer"}, {"id", id}, {"sdp", peer_.offer()}, {"ahead", ahead}});
  }
  void give_join(std::uint32_t id) {
    say(*hall_, {{"type", "give"}, {"id", id}, {"command", {{"type", "join"}}}});
  }
  /// As a console that comes now sees it.
  std::string presence() {
    say(*console_, {{"type", "ask_whole"}});
    view_ = next(*console_, "whole").at("console");
    for (const auto& [id, site] : view_.at("sites").items())
      if (site.at("name") == links_.at("halls").at(hall_index).at("site")) return site.at("presence");
    return {};
  }
  template <class Condition>
  bool run(Condition until) {
    const auto end = TestPeer::Clock::now() + std::chrono::seconds(20);
    while (!until() && TestPeer::Clock::now() < end) peer_.poll(std::chrono::milliseconds(10));
    return until();
  }

  std::unique_ptr<TlsClient> console_, hall_;
  json view_;
  TestPeer peer_{{true, 1, 1, false}};
};

TEST_F(Joining, WithALineThatWasMadeReadyAheadIsOneWord) {
  offer(1, true);
  EXPECT_EQ(next(*hall_, "refused").at("text_key"), "session.not_open");
  open_session();
  offer(2, true);
  peer_.start(next(*hall_, "answer").at("sdp"));
  ASSERT_TRUE(run([&] { return peer_.connected(); }));
  EXPECT_EQ(presence(), "absent");
  give_join(3);
  EXPECT_EQ(next(*hall_, "done").at("id"), 3);
  EXPECT_EQ(presence(), "connected");
  give_join(4);
  EXPECT_EQ(next(*hall_, "refused").at("text_key"), "media.peer_gone") << "it is in, with no second line";
  offer(5, true);
  EXPECT_EQ(next(*hall_, "refused").at("text_key"), "message.out_of_order") << "its media is not taken away";
  EXPECT_EQ(presence(), "connected");
}

TEST_F(Joining, WithoutALineIsRefused) {
  open_session();
  give_join(1);
  EXPECT_EQ(next(*hall_, "refused").at("text_key"), "media.peer_gone");
  EXPECT_EQ(presence(), "absent");
}

TEST_F(Joining, WithAnOfferOfItsOwnAfterOneAheadIsAsEver) {
  open_session();
  offer(1, true);
  next(*hall_, "answer");
  offer(2, false);
  peer_.start(next(*hall_, "answer").at("sdp"));
  EXPECT_EQ(presence(), "connected");
  EXPECT_TRUE(run([&] { return peer_.connected(); }));
}

TEST_F(Joining, AnOfferAheadThatIsNoneLeavesTheHallWhereItWas) {
  open_session();
  say(*hall_, {{"type", "offer"}, {"id", 1}, {"sdp", "v=0"}, {"ahead", true}});
  EXPECT_TRUE(next(*hall_, "refused").at("text_key").get<std::string>().starts_with("media."));
  EXPECT_EQ(presence(), "absent");
  offer(2, true);
  next(*hall_, "answer");
}

}  // namespace
}  // namespace diemcau::server
