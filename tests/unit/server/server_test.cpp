#include "server/demo.h"
#include "tests/unit/server/running_server.h"

namespace diemcau::server {
namespace {

TEST_F(Server, AnswersOnlyUnderItsOwnNameAndToItsOwnPages) {
  EXPECT_EQ(problem(ask("GET", "/healthz", {{"host", "evil.example"}})).at("text_key"), "http.wrong_host");
  EXPECT_EQ(ask("GET", "/healthz", {{"host", "evil.example"}}).status, 421);
  EXPECT_EQ(ask("POST", "/api/logout", {{"origin", "https://evil.example"}}).status, 403);
  EXPECT_EQ(ask("POST", "/api/login", {{"transfer-encoding", "chunked"}}).status, 411);
  EXPECT_EQ(ask("GET", "/api/nothing").status, 404);
  const auto wrong_method = ask("DELETE", "/api/login");
  EXPECT_EQ(wrong_method.status, 405);
  EXPECT_EQ(wrong_method.headers.at("allow"), "POST");
  EXPECT_EQ(ask("GET", "/metrics").status, 200);
  EXPECT_NE(ask("GET", "/metrics").body.find("\ndiemcau_media_programs 0\n"), std::string::npos);
}

TEST_F(Server, ServesPagesWithStrictHeaders) {
  for (const auto* path : {"/", "/meetings/3", "/setup/abc", "/search"})
    EXPECT_EQ(ask("GET", path).body, "<!doctype html>office");
  const auto hall = ask("GET", "/hall/token");
  EXPECT_EQ(hall.body, "<!doctype html>hall");
  EXPECT_NE(hall.headers.at("content-security-policy").find("default-src 'self'"), std::string::npos);
  EXPECT_EQ(hall.headers.at("referrer-policy"), "no-referrer");
  const auto asset = ask("GET", "/assets/a-1.js", {{"accept-encoding", "gzip, br"}});
  EXPECT_EQ(asset.body, "squeezed");
  EXPECT_NE(asset.headers.at("cache-control").find("immutable"), std::string::npos);
  EXPECT_EQ(ask("GET", "/assets/a-1.js").body, "raw");
  EXPECT_EQ(
      ask("GET", "/assets/a-1.js", {{"if-none-match", asset.headers.at("etag")}, {"accept-encoding", "br"}})
          .status,
      304);
  EXPECT_EQ(ask("GET", "/assets/none.js").status, 404);
}

// A script's request went out in the very moment in which its idle connection was closed, and was lost.
TEST_F(Server, SaysHowLongAConnectionMayWait) {
  EXPECT_EQ(ask("GET", "/healthz").headers.at("keep-alive"), "timeout=60");
  EXPECT_EQ(ask("GET", "/api/me").headers.at("keep-alive"), "timeout=60");
}

TEST_F(Server, SlowsWhoGuessesPasswords) {
  const auto body = json{{"user", "quantri"}, {"password", "sai rồi nhé"}}.dump();
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(problem(ask("POST", "/api/login", {}, body)).at("text_key"), "auth.wrong");
  const auto slowed = ask("POST", "/api/login", {}, body);
  EXPECT_EQ(slowed.status, 429);
  EXPECT_GE(std::stoi(slowed.headers.at("retry-after")), 1);
  EXPECT_EQ(ask("GET", "/api/me").status, 401);
  EXPECT_EQ(problem(ask("POST", "/api/login", {}, "{")).at("text_key"), "message.broken");
  EXPECT_EQ(problem(ask("POST", "/api/login", {}, R"({"user":1,"password":""})")).at("detail"),
            "/user: expected a string");
  EXPECT_EQ(ask("POST", "/api/login", {}, std::string((1 << 20) + 1, ' ')).status, 413);
}

TEST_F(Server, LetsRolesDoWhatTheyMay) {
  const auto official = logged_in("official");
  EXPECT_EQ(ask("GET", "/api/accounts", official).status, 403);
  EXPECT_EQ(ask("POST", "/api/meetings", official, "{}").status, 403);
  EXPECT_TRUE(json::parse(ask("GET", "/api/meetings/1", official).body).at("links").empty());
  const auto named = json::parse(ask("GET", "/api/sites", official).body).at(0);
  EXPECT_NE(named.at("name"), "");
  EXPECT_EQ(named.at("contact"), "") << "of the hall on duty an official needs no telephone number";
  EXPECT_NE(json::parse(ask("GET", "/api/sites", logged_in("clerk")).body).at(0).at("contact"), "");
  EXPECT_EQ(ask("GET", "/api/sites").status, 401);
  EXPECT_EQ(ask("GET", "/api/units", official).status, 403);
  const auto clerk = logged_in("clerk");
  const auto detail = json::parse(ask("GET", "/api/meetings/1", clerk).body);
  EXPECT_EQ(detail.at("links").size(), 9U);
  EXPECT_TRUE(detail.at("links").at(0).at("qr_svg").get<std::string>().starts_with("<svg"));
  EXPECT_EQ(ask("GET", "/api/accounts", clerk).status, 403);
  EXPECT_EQ(ask("POST", "/api/logout", clerk).status, 204);
  EXPECT_EQ(ask("GET", "/api/me", clerk).status, 401);
  EXPECT_EQ(problem(ask("POST", "/api/setup", {},
                        json{{"token", ""}, {"user", "a"}, {"name", "a"}, {"password", ""}}.dump()))
                .at("text_key"),
            "setup.done");
}

TEST_F(Server, TakesDocumentsAndGivesRangesOfThem) {
  const auto clerk = logged_in("clerk");
  const std::string pdf = "%PDF-1.7\n" + std::string(2 << 20, 'x') + "end";
  const auto added = ask("POST", "/api/meetings/1/documents?name=B%C3%A1o%20c%C3%A1o.pdf", clerk, pdf);
  ASSERT_EQ(added.status, 201) << added.body;
  const auto document = json::parse(added.body);
  EXPECT_EQ(document.at("form").at("title"), "Báo cáo");
  EXPECT_EQ(document.at("size"), pdf.size());
  const auto path = "/api/documents/" + std::to_string(document.at("id").get<int>()) + "/file";
  const auto whole = ask("GET", path, clerk);
  EXPECT_EQ(whole.body, pdf);
  auto with = [&](const char* name, const std::string& value) {
    auto headers = clerk;
    headers.emplace_back(name, value);
    return headers;
  };
  const auto part = ask("GET", path, with("range", "bytes=-3"));
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "end");
  EXPECT_EQ(part.headers.at("content-range"), "bytes " + std::to_string(pdf.size() - 3) + "-" +
                                                  std::to_string(pdf.size() - 1) + "/" +
                                                  std::to_string(pdf.size()));
  EXPECT_EQ(ask("GET", path, with("range", "bytes=99999999-")).status, 416);
  auto stale = with("range", "bytes=-3");
  stale.emplace_back("if-range", "\"old\"");
  EXPECT_EQ(ask("GET", path, stale).status, 200);
  EXPECT_EQ(ask("GET", path, with("if-none-match", whole.headers.at("etag"))).status, 304);
  EXPECT_EQ(ask("GET", path).status, 401);
  const auto hall_path =
      "/api/hall/" + token(2) + "/documents/" + std::to_string(document.at("id").get<int>()) + "/file";
  EXPECT_EQ(ask("GET", hall_path).body, pdf) << "a hall reads the papers of its meeting";
}

TEST_F(Server, RefusesAPaperThatCarriesTheStampOfAStateSecret) {
  const auto clerk = logged_in("clerk");
  const auto before = files_of_documents();
  auto letter = scheduler::demo_invitation(scheduler::Time(std::chrono::days(20000)));
  letter.issuer.insert(letter.issuer.begin(), "TỐI MẬT");
  const auto answer = ask("POST", "/api/meetings/1/documents?name=a.pdf", clerk, letter_pdf(letter));
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(problem(answer).at("text_key"), "document.secret");
  EXPECT_EQ(files_of_documents(), before);
}

TEST_F(Server, RefusesWhatIsNoDocumentAndLeavesNothing) {
  const auto clerk = logged_in("clerk");
  const auto before = files_of_documents();
  const auto large = problem(
      ask("POST", "/api/meetings/1/documents?name=a.pdf", clerk, "%PDF-" + std::string(4 << 20, 'x')));
  EXPECT_EQ(large.at("text_key"), "document.too_large");
  EXPECT_EQ(
      ask("POST", "/api/meetings/1/documents?name=a.pdf", clerk, "MZ" + std::string(100000, 'x')).status,
      415);
  EXPECT_EQ(ask("POST", "/api/meetings/1/documents?name=a.docx", clerk, "PK\x03\x04 no directory").status,
            415);
  EXPECT_EQ(ask("POST", "/api/meetings/99/documents?name=a.pdf", clerk, "%PDF-").status, 404);
  EXPECT_EQ(
      problem(ask("POST", "/api/meetings/1/documents?name=M%E1%BA%ACT.pdf", clerk, "%PDF-")).at("text_key"),
      "document.secret");
  {
    TlsClient half(config_.port, authority());
    half.write("POST /api/meetings/1/documents?name=b.pdf HTTP/1.1\r\nhost: localhost:" +
               std::to_string(config_.port) + "\r\ncookie: " + clerk.at(0).second +
               "\r\ncontent-length: 2000000\r\n\r\n%PDF-" + std::string(1000000, 'y'));
    EXPECT_TRUE(eventually([&] { return files_of_documents() == before + 1; })) << "what has arrived so far";
  }
  EXPECT_TRUE(eventually([&] { return files_of_documents() == before; })) << "nothing of it stays";
}

TEST_F(Server, OpensHallsByTheirLinksOnly) {
  const auto page = ask("GET", "/api/hall/" + token(4));
  ASSERT_EQ(page.status, 200) << page.body;
  EXPECT_EQ(json::parse(page.body).at("name"), links_.at("halls").at(4).at("site"));
  EXPECT_EQ(problem(ask("GET", "/api/hall/AAAA")).at("text_key"), "link.wrong");
  const auto site = json::parse(page.body).at("site").get<int>();
  EXPECT_EQ(ask("POST", "/api/meetings/1/links/" + std::to_string(site), logged_in("clerk")).status, 200);
  const auto old = ask("GET", "/api/hall/" + token(4));
  EXPECT_EQ(old.status, 410);
  EXPECT_EQ(problem(old).at("text_key"), "link.renewed");
}

TEST_F(Signaling, ConductsASessionFromTheConsole) {
  const auto cookie = logged_in("operator");
  auto console = client();
  ASSERT_EQ(console.upgrade("/signaling", cookie).status, 101);
  auto greeting = hello("desk");
  greeting["meeting"] = 1;
  say(console, greeting);
  auto view = next(console, "whole").at("console");
  EXPECT_EQ(view.at("state"), "waiting");
  EXPECT_TRUE(view.at("may").at("open"));

  auto hall = client();
  ASSERT_EQ(hall.upgrade("/signaling").status, 101);
  say(hall, hall_hello("pc", 4));
  EXPECT_EQ(next(hall, "whole").at("hall").at("may").at("join"), false);
  say(hall, {{"type", "offer"}, {"id", 1}, {"sdp", ""}});
  EXPECT_EQ(next(hall, "refused").at("text_key"), "session.not_open");

  say(console, {{"type", "give"}, {"id", 7}, {"command", {{"type", "open"}}}});
  const auto patch = next(console, "patch");
  view = view.patch(patch.at("operations"));
  EXPECT_EQ(patch.at("revision"), 2);
  EXPECT_EQ(view.at("state"), "open");
  EXPECT_EQ(view.at("recorder").at("state"), "recording");
  EXPECT_EQ(next(console, "done").at("id"), 7);
  next(hall, "patch");

  // An offer that is none: joined, then lost again, and the reason is said.
  say(hall, {{"type", "offer"}, {"id", 2}, {"sdp", "v=0"}});
  EXPECT_TRUE(next(hall, "refused").at("text_key").get<std::string>().starts_with("media."));
  say(hall, {{"type", "give"}, {"id", 3}, {"command", {{"type", "open"}}}});
  EXPECT_EQ(next(hall, "refused").at("text_key"), "session.not_allowed");
  say(hall, {{"type", "give"}, {"id", 4}, {"command", {{"type", "give_floor"}, {"site", "x"}}}});
  const auto broken = next(hall, "refused");
  EXPECT_EQ(broken.at("text_key"), "message.broken");
  EXPECT_EQ(broken.at("detail"), "/command/site");
  EXPECT_EQ(broken.at("id"), 4);

  // The server stops and comes back: the session stands where it stood.
  end();
  start();
  auto again = client();
  ASSERT_EQ(again.upgrade("/signaling", cookie).status, 101);
  say(again, greeting);
  view = next(again, "whole").at("console");
  EXPECT_EQ(view.at("state"), "open");
  say(again, {{"type", "give"}, {"id", 8}, {"command", {{"type", "end"}}}});
  EXPECT_EQ(next(again, "done").at("id"), 8);
  EXPECT_EQ(json::parse(ask("GET", "/api/meetings/1", cookie).body).at("meeting").at("state"), "ended");
}

TEST_F(Signaling, GreetsOnlyWhoMayCome) {
  const auto goodbye = [&](const Headers& headers, const json& greeting) {
    auto socket = client();
    EXPECT_EQ(socket.upgrade("/signaling", headers).status, 101);
    say(socket, greeting);
    return next(socket, "goodbye").at("text_key").get<std::string>();
  };
  auto old = hall_hello("pc", 0);
  old["protocol"] = "old";
  EXPECT_EQ(goodbye({}, old), "page.outdated");
  auto forged = hello("pc");
  forged["hall"] = "forged";
  EXPECT_EQ(goodbye({}, forged), "link.wrong");
  auto console = hello("desk");
  console["meeting"] = 1;
  EXPECT_EQ(goodbye({}, console), "auth.needed");
  EXPECT_EQ(goodbye(logged_in("clerk"), console), "auth.forbidden");
  EXPECT_THROW(
      {
        const auto answer = client().upgrade("/signaling", {{"origin", "https://evil.example"}});
        if (answer.status != 101) throw std::runtime_error("refused");
      },
      std::runtime_error);
}

TEST_F(Signaling, LetsOneDeviceHoldAHall) {
  auto first = client();
  first.upgrade("/signaling");
  say(first, hall_hello("pc-1", 3));
  next(first, "whole");
  auto second = client();
  second.upgrade("/signaling");
  say(second, hall_hello("pc-2", 3));
  EXPECT_EQ(next(second, "goodbye").at("text_key"), "hall.taken");
  auto third = client();
  third.upgrade("/signaling");
  auto take = hall_hello("pc-2", 3);
  take["take_over"] = true;
  say(third, take);
  next(third, "whole");
  const auto replaced = next(first, "goodbye");
  EXPECT_EQ(replaced.at("text_key"), "hall.replaced");
  EXPECT_EQ(replaced.at("again"), false);
  auto same = client();
  same.upgrade("/signaling");
  say(same, hall_hello("pc-2", 3));
  next(same, "whole");
  while (const auto frame = third.read_frame()) {
    if (frame->opcode == 1) {
      EXPECT_NE(json::parse(frame->payload).at("type"), "goodbye") << "replaced silently";
    }
    if (frame->opcode == 8) break;
  }
}

TEST_F(Signaling, PassesSnapshotsOnToConsoles) {
  auto hall = client();
  hall.upgrade("/signaling");
  say(hall, hall_hello("pc", 4));
  next(hall, "whole");
  const std::string jpeg = "\xff\xd8\xff\xe0 picture";
  hall.send_frame(2, std::string(4, '\0') + "no picture");
  hall.send_frame(2, std::string(4, '\0') + jpeg);
  say(hall, {{"type", "ask_whole"}});
  next(hall, "whole");  // what came before it has been taken
  auto console = client();
  console.upgrade("/signaling", logged_in("operator"));
  auto greeting = hello("desk");
  greeting["meeting"] = 1;
  say(console, greeting);
  for (auto frame = console.read_frame(); frame; frame = console.read_frame()) {
    if (frame->opcode != 2) continue;
    EXPECT_EQ(frame->payload, std::string("\0\0\0\x05", 4) + jpeg);
    return;
  }
  FAIL() << "no snapshot came";
}

TEST_F(Signaling, HasLimits) {
  auto socket = client();
  socket.upgrade("/signaling");
  say(socket, hall_hello("pc", 4));
  next(socket, "whole");
  for (int i = 0; i < 40; ++i) say(socket, {{"type", "ask_whole"}});
  EXPECT_EQ(next(socket, "refused").at("text_key"), "message.too_many");
  auto large = client();
  large.upgrade("/signaling");
  large.send_frame(1, std::string((1 << 20) + 1, ' '));
  for (auto frame = large.read_frame();; frame = large.read_frame()) {
    ASSERT_TRUE(frame) << "closed without a reason";
    if (frame->opcode != 8) continue;
    EXPECT_EQ(frame->payload.substr(0, 2), "\x03\xf1");  // 1009
    break;
  }
}

TEST(RunTwice, SaysWhichPortIsTaken) {
  const int holder = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  bind(holder, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  listen(holder, 1);
  getsockname(holder, reinterpret_cast<sockaddr*>(&address), &size);
  Config config;
  config.bind = "127.0.0.1";
  config.port = ntohs(address.sin_port);
  config.data = "/nonexistent";
  std::ostringstream out;
  const volatile std::sig_atomic_t stop = 1;
  try {
    serve(config, out, stop);
    FAIL();
  } catch (const std::exception& e) {
    EXPECT_NE(std::string(e.what()).find(std::to_string(config.port)), std::string::npos);
    EXPECT_NE(std::string(e.what()).find("in use"), std::string::npos);
  }
  close(holder);
}

}  // namespace
}  // namespace diemcau::server
