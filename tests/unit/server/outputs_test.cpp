#include <SQLiteCpp/SQLiteCpp.h>

#include "tests/unit/server/running_server.h"

/// Outputs through the whole program. What becomes of a real host is in push_test.cpp and outputs.e2e.ts.
namespace diemcau::server {
namespace {

const std::string secret = "khoa-bi-mat-2026";

class Outputs : public Signaling {
 protected:
  int command(const json& body) const {
    const auto& access = links_.at("commands");
    const std::string url = access.at("url");
    return ask("POST", url.substr(url.find("/api")),
               {{"authorization", "Bearer " + access.at("token").get<std::string>()},
                {"content-type", "application/json"}},
               body.dump())
        .status;
  }
  /// A port where nobody listens: refused at once.
  json add() const {
    return {{"type", "add_output"},
            {"url", "rtmp://127.0.0.1:" + std::to_string(nobody_) + "/live/" + secret}};
  }
  void greet(TlsClient& desk) const {
    EXPECT_EQ(desk.upgrade("/signaling", logged_in("operator")).status, 101);
    auto greeting = hello("desk");
    greeting["meeting"] = links_.at("meeting");
    say(desk, greeting);
  }
  /// All that the server has written down but the output's own row.
  bool written(const std::string& text) const {
    for (const auto& entry : fs::recursive_directory_iterator(config_.data)) {
      if (!entry.is_regular_file()) continue;
      std::ostringstream all;
      all << std::ifstream(entry.path(), std::ios::binary).rdbuf();
      if (all.str().find(text) != std::string::npos) return true;
    }
    return false;
  }
  int secrets() const {
    SQLite::Database database((config_.data / "diemcau.db").string());
    return database.execAndGet("SELECT count(*) FROM output_secrets").getInt();
  }

  std::uint16_t nobody_ = free_port();
};

TEST_F(Outputs, AHostThatDoesNotAnswerIsSaidToBeOnTheConsoleAndTheSessionGoesOn) {
  auto desk = client();
  greet(desk);
  next(desk, "whole");
  ASSERT_EQ(command({{"type", "open"}}), 204);
  ASSERT_EQ(command(add()), 204);
  json output;
  while (output.is_null() || output.value("state", "") != "waiting")
    output = next(desk, "outputs").at("outputs").value("1", json::object());
  EXPECT_EQ(output.at("trouble"), "unreachable");
  EXPECT_GT(output.at("retry_seconds"), 0);
  EXPECT_EQ(command({{"type", "begin_item"}, {"item", 0}}), 204);
  const auto metrics = ask("GET", "/metrics").body;
  EXPECT_NE(metrics.find("diemcau_output_live{meeting=\"1\",output=\"1\",kind=\"rtmp\"} 0"),
            std::string::npos);
  EXPECT_NE(metrics.find("diemcau_output_bytes_total{meeting=\"1\",output=\"1\",kind=\"rtmp\"} 0"),
            std::string::npos);
  EXPECT_EQ(metrics.find("127.0.0.1"), std::string::npos);
}

TEST_F(Outputs, AStreamKeyIsSeenByNobodyAndStandsNowhereInPlainText) {
  testing::internal::CaptureStderr();
  auto desk = client();
  greet(desk);
  next(desk, "whole");
  ASSERT_EQ(command({{"type", "open"}}), 204);
  ASSERT_EQ(command(add()), 204);
  say(desk, {{"type", "ask_whole"}});
  const auto whole = next(desk, "whole");
  EXPECT_EQ(whole.at("console").at("outputs").at("1").at("host"), "127.0.0.1");
  EXPECT_EQ(whole.dump().find(secret), std::string::npos);
  EXPECT_FALSE(written(secret));
  EXPECT_EQ(secrets(), 1);
  ASSERT_EQ(command({{"type", "end"}}), 204);
  EXPECT_EQ(secrets(), 0) << "goes with the session";
  end();
  EXPECT_FALSE(written(secret));
  const auto log = testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("session.output_added"), std::string::npos);
  EXPECT_EQ(log.find(secret), std::string::npos) << log;
}

TEST_F(Outputs, AServerThatComesBackSendsOn) {
  ASSERT_EQ(command({{"type", "open"}}), 204);
  ASSERT_EQ(command(add()), 204);
  end();
  start();
  auto desk = client();
  greet(desk);
  EXPECT_EQ(next(desk, "whole").at("console").at("outputs").at("1").at("on"), true);
  while (next(desk, "outputs").at("outputs").value("1", json::object()).value("trouble", "") !=
         "unreachable") {
  }
}

TEST_F(Outputs, AnAddressThatCannotBeReadAnyMoreStopsItsOutputAndSaysSo) {
  ASSERT_EQ(command({{"type", "open"}}), 204);
  ASSERT_EQ(command(add()), 204);
  end();
  fs::remove(config_.data / "secret.key");
  start();
  auto desk = client();
  greet(desk);
  const auto output = next(desk, "whole").at("console").at("outputs").at("1");
  EXPECT_EQ(output.at("on"), false);
  EXPECT_EQ(output.at("reason"), "output.address_lost");
}

}  // namespace
}  // namespace diemcau::server
