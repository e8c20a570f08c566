#include <array>

#include "tests/load/test_peer.h"
#include "tests/unit/server/running_server.h"

/// WHIP, WHEP and commands over HTTP.
namespace diemcau::server {
namespace {
using load::TestPeer;

class Whip : public Signaling {
 protected:
  struct Door {
    std::string path, token;
  };
  static Door door(const json& access) {
    const std::string url = access.at("url");
    return {url.substr(url.find("/api/")), access.at("token")};
  }
  Door whip(std::size_t hall) const { return door(links_.at("halls").at(hall).at("whip")); }
  Door whep() const { return door(links_.at("whep")); }
  Door commands() const { return door(links_.at("commands")); }

  Answer ask_with(const std::string& method, const std::string& path, const std::string& token,
                  Headers headers = {}, const std::string& body = {}) const {
    headers.emplace_back("authorization", "Bearer " + token);
    return ask(method, path, std::move(headers), body);
  }
  Answer offer(const Door& door, const std::string& sdp) const {
    return ask_with("POST", door.path, door.token, {{"content-type", "application/sdp"}}, sdp);
  }
  Answer command(const json& command) const {
    return ask_with("POST", commands().path, commands().token, {{"content-type", "application/json"}},
                    command.dump());
  }
  static std::string resource(const Answer& made) {
    const auto location = made.headers.at("location");
    return location.substr(location.find("/api/"));
  }
  void open_session() const { EXPECT_EQ(command({{"type", "open"}}).status, 204); }
  template <class Condition>
  static void run(TestPeer& peer, Condition until) {
    const auto end = TestPeer::Clock::now() + std::chrono::seconds(20);
    while (!until() && TestPeer::Clock::now() < end) peer.poll(std::chrono::milliseconds(10));
    EXPECT_TRUE(until());
  }
  void greet_console(TlsClient& socket) const {
    EXPECT_EQ(socket.upgrade("/signaling", logged_in("operator")).status, 101);
    auto greeting = hello("desk");
    greeting["meeting"] = 1;
    say(socket, greeting);
  }
  std::string presence(std::size_t hall) const {
    auto socket = client();
    greet_console(socket);
    return presence(next(socket, "whole").at("console"), hall);
  }
  std::string presence(const json& view, std::size_t hall) const {
    for (const auto& [id, site] : view.at("sites").items())
      if (site.at("name") == links_.at("halls").at(hall).at("site")) return site.at("presence");
    return {};
  }
};

const TestPeer::Shape encoder{true, 0, 0, false}, player{false, 1, 1, false};

TEST_F(Whip, AnEncoderJoinsAsItsHallAndLeaves) {
  open_session();
  TestPeer peer(encoder);
  const auto made = offer(whip(4), peer.offer());
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.headers.at("content-type"), "application/sdp");
  EXPECT_TRUE(made.headers.at("etag").starts_with("\""));
  EXPECT_EQ(made.body.find("a=sendonly"), std::string::npos);
  EXPECT_NE(made.body.find("a=recvonly"), std::string::npos);
  EXPECT_EQ(presence(4), "connected");
  peer.start(made.body);
  run(peer, [&] { return peer.connected(); });

  const auto path = resource(made);
  EXPECT_EQ(ask("DELETE", path).status, 401);
  EXPECT_EQ(ask_with("DELETE", path, whip(3).token).status, 404) << "another hall's";
  EXPECT_EQ(ask_with("DELETE", path, whep().token).status, 403);
  EXPECT_EQ(ask_with("DELETE", path, whip(4).token).status, 200);
  run(peer, [&] { return peer.closed(); });
  EXPECT_EQ(problem(ask_with("DELETE", path, whip(4).token)).at("text_key"), "peer.not_found");
  EXPECT_EQ(presence(4), "left");
}

// A line that is cut for nine seconds.
TEST_F(Whip, AnEncoderThatIsNotHeardIsLostUntilItIsHeardAgain) {
  open_session();
  TestPeer peer(encoder);
  const auto made = offer(whip(4), peer.offer());
  peer.start(made.body);
  run(peer, [&] { return peer.connected(); });
  auto console = client();
  greet_console(console);
  auto view = next(console, "whole").at("console");
  const auto becomes = [&](const std::string& wanted) {
    while (presence(view, 4) != wanted) view = view.patch(next(console, "patch").at("operations"));
  };
  becomes("lost");
  const std::array<std::byte, 8> report{std::byte{0x80}, std::byte{201}, {}, std::byte{1}, {}, {}, {},
                                        std::byte{1}};
  peer.send_rtcp(report);
  becomes("connected");
  EXPECT_EQ(ask_with("DELETE", resource(made), whip(4).token).status, 200);
}

TEST_F(Whip, TheLineOfAHallIsShownToConsolesAndMetricsAndKept) {
  open_session();
  TestPeer peer(encoder);
  peer.start(offer(whip(4), peer.offer()).body);
  run(peer, [&] { return peer.connected(); });
  const auto number = std::to_string(links_.at("halls").at(4).at("number").get<int>());
  const auto series = "diemcau_line_bits_per_second{site=\"" + number + "\",direction=\"up\"}";
  run(peer, [&] { return ask("GET", "/metrics").body.find(series) != std::string::npos; });
  auto console = client();
  greet_console(console);
  const auto lines = next(console, "lines").at("lines");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines.begin()->at("tcp"), false);
  const auto site = lines.begin().key();

  // What is not yet a whole minute is kept when the server stops.
  end();
  start();
  const auto path = "/api/meetings/1/statistics";
  EXPECT_EQ(ask("GET", path).status, 401);
  EXPECT_EQ(ask("GET", path, logged_in("clerk")).status, 403);
  const auto staff = logged_in("operator");
  auto statistics = json::parse(ask("GET", path, staff).body);
  ASSERT_EQ(statistics.at("totals").size(), 2U);
  EXPECT_EQ(statistics.at("totals").at(0).at("direction"), "up");
  EXPECT_GE(statistics.at("totals").at(0).at("figures").at("seconds"), 1);
  EXPECT_EQ(statistics.at("minutes").size(), 0U);
  statistics = json::parse(ask("GET", path + ("?site=" + site), staff).body);
  EXPECT_GE(statistics.at("minutes").size(), 2U);
  EXPECT_EQ(ask("GET", path + std::string("?site=x"), staff).status, 400);
  EXPECT_EQ(ask("GET", "/api/meetings/99/statistics", staff).status, 404);
}

TEST_F(Whip, AnEncoderThatComesBackReplacesItself) {
  open_session();
  TestPeer first(encoder);
  TestPeer second(encoder);
  const auto before = offer(whip(4), first.offer());
  first.start(before.body);
  run(first, [&] { return first.connected(); });
  const auto after = offer(whip(4), second.offer());
  EXPECT_EQ(after.status, 201) << after.body;
  run(first, [&] { return first.closed(); });
  EXPECT_EQ(ask_with("DELETE", resource(before), whip(4).token).status, 404);
  EXPECT_EQ(presence(4), "connected");
  EXPECT_EQ(ask_with("DELETE", resource(after), whip(4).token).status, 200);
}

TEST_F(Whip, AnEncoderAndAPageAreTwoMachinesOfOneHall) {
  open_session();
  TestPeer peer(encoder);
  const auto made = offer(whip(4), peer.offer());
  auto page = client();
  page.upgrade("/signaling");
  say(page, hall_hello("pc", 4));
  EXPECT_EQ(next(page, "goodbye").at("text_key"), "hall.taken");
  auto insisting = client();
  insisting.upgrade("/signaling");
  auto take = hall_hello("pc", 4);
  take["take_over"] = true;
  say(insisting, take);
  next(insisting, "whole");
  EXPECT_EQ(ask_with("DELETE", resource(made), whip(4).token).status, 404);
  const auto late = offer(whip(4), peer.offer());
  EXPECT_EQ(late.status, 409);
  EXPECT_EQ(problem(late).at("text_key"), "hall.taken");
  EXPECT_EQ(late.headers.count("retry-after"), 1U);
}

TEST_F(Whip, ANewLinkEndsTheEncoderOfTheOldOne) {
  open_session();
  TestPeer peer(encoder);
  const auto made = offer(whip(4), peer.offer());
  peer.start(made.body);
  run(peer, [&] { return peer.connected(); });
  const auto clerk = logged_in("clerk");
  const auto site = json::parse(ask("GET", "/api/hall/" + token(4)).body).at("site").get<int>();
  EXPECT_EQ(ask("POST", "/api/meetings/1/links/" + std::to_string(site), clerk).status, 200);
  run(peer, [&] { return peer.closed(); });
  const auto again = offer(whip(4), peer.offer());
  EXPECT_EQ(again.status, 401);
  EXPECT_EQ(problem(again).at("text_key"), "link.renewed");
}

TEST_F(Whip, PlayersSeeTheStageUntilItEnds) {
  end();
  config_.players = 2;
  start();
  TestPeer peer(player);
  const auto early = offer(whep(), peer.offer());
  EXPECT_EQ(early.status, 409);
  EXPECT_EQ(problem(early).at("text_key"), "session.not_open");
  open_session();
  const auto made = offer(whep(), peer.offer());
  ASSERT_EQ(made.status, 201) << made.body;
  peer.start(made.body);
  EXPECT_EQ(peer.video_slots().size(), 1U);
  EXPECT_EQ(peer.audio_slots().size(), 1U);
  run(peer, [&] { return peer.connected(); });

  TestPeer other(player);
  const auto second = offer(whep(), other.offer());
  EXPECT_EQ(second.status, 201);
  const auto third = offer(whep(), TestPeer(player).offer());
  EXPECT_EQ(third.status, 503);
  EXPECT_EQ(problem(third).at("text_key"), "players.too_many");
  EXPECT_EQ(third.headers.count("retry-after"), 1U);
  EXPECT_EQ(ask_with("DELETE", resource(second), whep().token).status, 200);
  EXPECT_EQ(offer(whep(), TestPeer(player).offer()).status, 201);

  EXPECT_EQ(command({{"type", "end"}}).status, 204);
  run(peer, [&] { return peer.closed(); });
  EXPECT_EQ(ask_with("DELETE", resource(made), whep().token).status, 404);
}

TEST_F(Whip, RefusesWhatIsNoOffer) {
  open_session();
  const auto sdp = TestPeer(encoder).offer();
  const auto door = whip(4);
  EXPECT_EQ(ask_with("POST", door.path, door.token, {{"content-type", "text/plain"}}, sdp).status, 415);
  EXPECT_EQ(ask_with("POST", door.path, door.token,
                     {{"content-type", "application/sdp"}, {"accept", "text/html"}}, sdp)
                .status,
            406);
  const auto broken = offer(door, "v=0\r\n");
  EXPECT_EQ(broken.status, 400);
  EXPECT_EQ(problem(broken).at("text_key"), "media.offer_broken");
  EXPECT_EQ(offer(door, "").status, 400);
  EXPECT_EQ(offer(door, std::string(200'000, 'a')).status, 413);
  // Two cameras, and a half that receives: what RFC 9725 4.4 has no place for.
  const auto two = offer(door, TestPeer({true, 1, 0, false}).offer());
  EXPECT_EQ(two.status, 422);
  EXPECT_EQ(problem(two).at("text_key"), "media.offer_not_whole");
  EXPECT_EQ(presence(4), "absent") << "a refused encoder never joined";
  // A player that only sends gets nothing.
  EXPECT_EQ(problem(offer(whep(), sdp)).at("text_key"), "media.no_common_codec");
  for (const auto* method : {"GET", "PUT", "DELETE"}) {
    const auto answer = ask_with(method, door.path, door.token, {{"content-length", "0"}});
    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_EQ(answer.headers.at("allow"), "POST, OPTIONS");
  }
}

TEST_F(Whip, ChallengesWhoHasNoTokenOrAWrongOne) {
  open_session();
  const auto sdp = TestPeer(player).offer();
  const Headers type{{"content-type", "application/sdp"}};
  const auto none = ask("POST", whep().path, type, sdp);
  EXPECT_EQ(none.status, 401);
  EXPECT_EQ(problem(none).at("text_key"), "token.needed");
  EXPECT_EQ(none.headers.at("www-authenticate"), "Bearer realm=\"diemcau\"");
  EXPECT_EQ(
      ask("POST", whep().path, {{"content-type", "application/sdp"}, {"authorization", "Basic eDp5"}}).status,
      401);
  const auto other = ask_with("POST", whep().path, commands().token, type, sdp);
  EXPECT_EQ(other.status, 403);
  EXPECT_NE(other.headers.at("www-authenticate").find("insufficient_scope"), std::string::npos);
  EXPECT_EQ(ask_with("POST", "/api/meetings/2/whep", whep().token, type, sdp).status, 403);
  const auto hall_link = ask_with("POST", whip(4).path, token(4), type, sdp);
  EXPECT_EQ(hall_link.status, 401) << "a hall link is no token";
  for (int i = 0; i < 10; ++i) {
    const auto wrong = ask_with("POST", whep().path, "guessed" + std::to_string(i), type, sdp);
    EXPECT_EQ(wrong.status, 401);
    EXPECT_NE(wrong.headers.at("www-authenticate").find("invalid_token"), std::string::npos);
  }
  const auto slowed = ask_with("POST", whep().path, "guessed", type, sdp);
  EXPECT_EQ(slowed.status, 429);
  EXPECT_GE(std::stoi(slowed.headers.at("retry-after")), 1);
  EXPECT_EQ(out_.str().find(whep().token), std::string::npos) << "tokens are not printed";
}

TEST_F(Whip, TakesCandidatesAndRestartsIce) {
  open_session();
  const auto made = offer(whep(), TestPeer(player).offer());
  const auto path = resource(made);
  const std::string type = "application/trickle-ice-sdpfrag";
  const std::string fragment = "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n";
  const auto patch = [&](Headers headers, const std::string& body) {
    return ask_with("PATCH", path, whep().token, std::move(headers), body);
  };
  const auto etag = made.headers.at("etag");
  EXPECT_EQ(patch({{"content-type", type}, {"if-match", etag}}, fragment).status, 204);
  EXPECT_EQ(patch({{"content-type", type}, {"if-match", etag}}, "no lines").status, 400);
  EXPECT_EQ(patch({{"content-type", type}, {"if-match", etag}}, std::string(20'000, 'a')).status, 413);
  EXPECT_EQ(patch({{"content-type", type}}, fragment).status, 428);
  EXPECT_EQ(patch({{"content-type", type}, {"if-match", "\"other\""}}, fragment).status, 412);
  EXPECT_EQ(patch({{"content-type", "application/sdp"}, {"if-match", etag}}, fragment).status, 415);
  const auto restart = patch({{"content-type", type}, {"if-match", "*"}}, fragment);
  EXPECT_EQ(restart.status, 200);
  EXPECT_EQ(restart.headers.at("content-type"), type);
  EXPECT_NE(restart.headers.at("etag"), etag);
  for (const auto* line : {"a=ice-ufrag:", "a=ice-pwd:", "a=candidate:", "a=mid:0", "m=video"})
    EXPECT_NE(restart.body.find(line), std::string::npos) << line << " in " << restart.body;
  EXPECT_EQ(patch({{"content-type", type}, {"if-match", etag}}, fragment).status, 412)
      << "of before the restart";
  EXPECT_EQ(patch({{"content-type", type}, {"if-match", restart.headers.at("etag")}}, fragment).status, 204);
  EXPECT_EQ(
      patch({{"content-type", type}, {"if-match", "*"}}, "a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n")
          .status,
      400);
  EXPECT_EQ(ask_with("GET", path, whep().token).status, 405);
  EXPECT_EQ(ask_with("DELETE", path, whep().token, {{"if-match", "\"other\""}}).status, 200);
  EXPECT_EQ(patch({{"content-type", type}, {"if-match", etag}}, fragment).status, 404);
}

TEST_F(Whip, PagesOfOtherServersMayComeWithATokenAndNowhereElse) {
  open_session();
  const std::string origin = "https://player.example";
  const auto preflight = ask("OPTIONS", whep().path,
                             {{"origin", origin},
                              {"access-control-request-method", "POST"},
                              {"access-control-request-headers", "authorization, content-type"}});
  EXPECT_EQ(preflight.status, 200);
  EXPECT_EQ(preflight.headers.at("accept-post"), "application/sdp");
  EXPECT_EQ(preflight.headers.at("access-control-allow-origin"), "*");
  EXPECT_NE(preflight.headers.at("access-control-allow-headers").find("authorization"), std::string::npos);
  const auto made =
      ask_with("POST", whep().path, whep().token, {{"origin", origin}, {"content-type", "application/sdp"}},
               TestPeer(player).offer());
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.headers.at("access-control-allow-origin"), "*");
  EXPECT_NE(made.headers.at("access-control-expose-headers").find("location"), std::string::npos);
  EXPECT_EQ(made.headers.count("access-control-allow-credentials"), 0U);
  EXPECT_EQ(ask_with("DELETE", resource(made), whep().token, {{"origin", origin}}).status, 200);
  EXPECT_EQ(ask_with("POST", commands().path, commands().token, {{"origin", origin}}, "{}").status, 403);
  EXPECT_EQ(ask("OPTIONS", "/api/login", {{"origin", origin}}).status, 403);
  EXPECT_EQ(ask("POST", whep().path, {{"host", "evil.example"}}).status, 421);
}

TEST_F(Whip, CommandsDirectTheSessionOverHttp) {
  EXPECT_EQ(problem(command({{"type", "end"}})).at("text_key"), "session.not_open");
  open_session();
  EXPECT_EQ(command({{"type", "open"}}).status, 409);
  auto desk = client();
  greet_console(desk);
  const auto before = next(desk, "whole").at("console");
  const auto site = links_.at("halls").at(4).at("number");
  std::string id;
  for (const auto& [key, entry] : before.at("sites").items())
    if (entry.at("number") == site) id = key;
  const json scene{{"layout", "single"},
                   {"cells", {{{"source", {{"type", "camera"}, {"site", std::stoi(id)}}}}}}};
  const auto staged = command({{"type", "stage_scene"}, {"scene", scene}});
  EXPECT_EQ(staged.status, 204) << staged.body;
  EXPECT_TRUE(before.patch(next(desk, "patch").at("operations")).at("sites").at(id).at("on_stage"));

  EXPECT_EQ(problem(command({{"type", "raise_hand"}})).at("text_key"), "session.not_allowed");
  EXPECT_EQ(problem(command({{"type", "lose_site"}, {"site", 1}})).at("text_key"), "session.not_allowed");
  const auto broken = command({{"type", "give_floor"}, {"site", "x"}});
  EXPECT_EQ(broken.status, 400);
  EXPECT_EQ(problem(broken).at("detail"), "/site: expected an integer");
  EXPECT_EQ(command({{"type", "no such"}}).status, 400);
  EXPECT_EQ(ask_with("POST", commands().path, commands().token, {}, "{}").status, 415);
  EXPECT_EQ(ask_with("POST", commands().path, whep().token, {}, "{}").status, 403);
  EXPECT_EQ(ask("POST", commands().path, logged_in("operator"), "{}").status, 401) << "a cookie is no token";
  EXPECT_EQ(ask_with("GET", commands().path, commands().token).status, 405);
}

}  // namespace
}  // namespace diemcau::server
