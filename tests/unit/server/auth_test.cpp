#include <filesystem>
#include <set>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "server/auth/access_tokens.h"
#include "server/auth/cookies.h"
#include "server/auth/hall_links.h"
#include "server/auth/lock.h"
#include "server/auth/passwords.h"
#include "server/auth/random.h"
#include "server/auth/roles.h"
#include "server/auth/throttle.h"

namespace diemcau::auth {
namespace {
using namespace std::chrono_literals;
using scheduler::Time;

const HallPass pass{MeetingId{7}, SiteId{5}, 2};
const Time start(std::chrono::hours(1'000'000));

scheduler::Meeting meeting() {
  scheduler::Meeting made;
  made.id = pass.meeting;
  made.form.starts_at = start;
  made.form.ends_at = start + 3h;
  made.form.sites = {{SiteId{5}, false, false, 2}};
  return made;
}

TEST(Lock, OpensWithItsOwnKeyOnly) {
  const auto key = random_bytes(32);
  const auto box = locked(key, "rtmp://phat.vtv.vn/live/khoá");
  EXPECT_EQ(unlocked(key, box), "rtmp://phat.vtv.vn/live/khoá");
  EXPECT_EQ(unlocked(random_bytes(32), box), std::nullopt);
  EXPECT_NE(locked(key, "rtmp://phat.vtv.vn/live/khoá"), box) << "twice the same is not seen to be";
  EXPECT_EQ(unlocked(key, locked(key, "")), "");
}

TEST(Lock, RefusesAnyForgedCharacterAndAnyPart) {
  const auto key = random_bytes(32);
  const auto box = locked(key, "khoá");
  for (std::size_t i = 0; i < box.size(); ++i) {
    auto forged = box;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(unlocked(key, forged), std::nullopt) << i;
    EXPECT_EQ(unlocked(key, box.substr(0, i)), std::nullopt) << i;
  }
}

TEST(HallLinks, ReadWhatTheyMade) {
  const HallLinks links(random_bytes(32));
  EXPECT_EQ(links.read(links.token(pass)).value(), pass);
}

TEST(HallLinks, RefuseAnyForgedCharacter) {
  const HallLinks links(random_bytes(32));
  const auto token = links.token(pass);
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto forged = token;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(links.read(forged)) << i;
  }
  for (const auto& broken :
       {std::string(), std::string("?"), token + "A", token.substr(1), std::string(10000, 'A')})
    EXPECT_EQ(links.read(broken).error().text_key, "link.wrong");
  EXPECT_FALSE(HallLinks(random_bytes(32)).read(token)) << "another key";
}

TEST(HallLinks, OpenUntilTwelveHoursAfterTheEnd) {
  EXPECT_TRUE(HallLinks::check(pass, meeting(), start - 100h));
  EXPECT_TRUE(HallLinks::check(pass, meeting(), start + 15h));
  EXPECT_EQ(HallLinks::check(pass, meeting(), start + 15h + 1s).error().text_key, "link.expired");
  auto live = meeting();
  live.state = scheduler::MeetingState::live;
  EXPECT_TRUE(HallLinks::check(pass, live, start + 48h)) << "a session that runs late is not cut off";
  auto ended_late = meeting();
  ended_late.ended_at = start + 10h;
  EXPECT_TRUE(HallLinks::check(pass, ended_late, start + 21h));
}

TEST(HallLinks, SayWhyTheyDoNotOpen) {
  auto renewed = meeting();
  renewed.form.sites.at(0).link_generation = 3;
  EXPECT_EQ(HallLinks::check(pass, renewed, start).error().text_key, "link.renewed");
  auto cancelled = meeting();
  cancelled.state = scheduler::MeetingState::cancelled;
  EXPECT_EQ(HallLinks::check(pass, cancelled, start).error().text_key, "link.cancelled");
  auto uninvited = meeting();
  uninvited.form.sites.clear();
  EXPECT_EQ(HallLinks::check(pass, uninvited, start).error().text_key, "link.wrong");
}

TEST(SecretKey, IsMadeOnceForItsOwnerOnly) {
  const auto file = std::filesystem::temp_directory_path() / ("key" + base64url(random_bytes(9)));
  const auto key = secret_key(file);
  EXPECT_EQ(key.size(), 32U);
  EXPECT_EQ(secret_key(file), key);
  struct stat about {};
  ASSERT_EQ(stat(file.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600U);
  std::filesystem::resize_file(file, 31);
  EXPECT_THROW(secret_key(file), std::runtime_error);
  std::filesystem::remove(file);
}

TEST(Throttle, SlowsAfterTenWrongTriesAndLonger) {
  Throttle throttle;
  auto now = Throttle::Time(1000h);
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(throttle.must_wait("an", "10.0.0.1", now)) << i;
    throttle.wrong("an", "10.0.0.1", now);
  }
  auto before = 0s;
  for (int i = 0; i < 5; ++i) {
    const auto wait = throttle.must_wait("an", "10.0.0.1", now);
    ASSERT_TRUE(wait);
    EXPECT_GT(*wait, before);
    before = *wait;
    now += *wait;
    EXPECT_FALSE(throttle.must_wait("an", "10.0.0.1", now));
    throttle.wrong("an", "10.0.0.1", now);
  }
  EXPECT_FALSE(throttle.must_wait("an", "10.0.0.2", now)) << "another address is not locked out";
  EXPECT_FALSE(throttle.must_wait("binh", "10.0.0.1", now)) << "nor another account";
  throttle.right("an", "10.0.0.1");
  EXPECT_FALSE(throttle.must_wait("an", "10.0.0.1", now));
}

TEST(Throttle, BoundsOneAddressOverAllAccounts) {
  Throttle throttle;
  const auto now = Throttle::Time(1000h);
  for (int i = 0; i < 50; ++i) throttle.wrong("user" + std::to_string(i), "10.0.0.1", now);
  EXPECT_TRUE(throttle.must_wait("somebody", "10.0.0.1", now));
  EXPECT_FALSE(throttle.must_wait("somebody", "10.0.0.1", now + 2h)) << "an hour of quiet is enough";
}

TEST(Throttle, CountsTheAddressesOfOneSubscriberTogether) {
  Throttle throttle;
  const auto now = Throttle::Time(1000h);
  for (int i = 0; i < 10; ++i) throttle.wrong("an", "2001:db8:1:2::" + std::to_string(i + 1), now);
  EXPECT_TRUE(throttle.must_wait("an", "2001:db8:1:2:a:b:c:d", now));
  EXPECT_FALSE(throttle.must_wait("an", "2001:db8:1:3::1", now));
}

TEST(Throttle, ForgetsWhatIsOld) {
  Throttle throttle;
  const auto now = Throttle::Time(1000h);
  for (int i = 0; i < 3000; ++i)
    throttle.wrong("user" + std::to_string(i), "10.0.0." + std::to_string(i), now);
  throttle.wrong("an", "10.1.1.1", now + 2h);
  EXPECT_EQ(throttle.size(), 2U);
}

TEST(AccessTokens, OpenOnlyWhatTheyWereMadeFor) {
  const auto key = random_bytes(32);
  const AccessTokens tokens(key);
  const AccessPass encoder{TokenUse::publish, pass.meeting, pass.site, pass.generation};
  const auto token = tokens.token(encoder);
  EXPECT_EQ(tokens.read(token).value(), encoder);
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto forged = token;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(tokens.read(forged)) << i;
  }
  EXPECT_FALSE(tokens.read(HallLinks(key).token(pass))) << "a hall link is none, though of the same key";
  EXPECT_FALSE(HallLinks(key).read(token)) << "and the other way round";
  EXPECT_EQ(tokens.read("").error().text_key, "token.wrong");
}

TEST(AccessTokens, EndWithTheHallLinkAndTheMeeting) {
  const AccessPass encoder{TokenUse::publish, pass.meeting, pass.site, pass.generation};
  const AccessPass player{TokenUse::watch, pass.meeting, {}, 0};
  EXPECT_TRUE(AccessTokens::check(encoder, meeting(), start));
  EXPECT_TRUE(AccessTokens::check(player, meeting(), start));
  auto renewed = meeting();
  renewed.form.sites.at(0).link_generation = 3;
  EXPECT_EQ(AccessTokens::check(encoder, renewed, start).error().text_key, "link.renewed");
  EXPECT_TRUE(AccessTokens::check(player, renewed, start));
  for (const auto& one : {encoder, player})
    EXPECT_EQ(AccessTokens::check(one, meeting(), start + 16h).error().text_key, "link.expired");
}

struct RoleCase {
  const char* name;
  Role role;
  std::set<Right> may;
};
const std::vector<RoleCase> role_cases{
    {"administrator",
     Role::administrator,
     {Right::bearer, Right::anyone, Right::logged_in, Right::see_places, Right::edit_places,
      Right::edit_meetings, Right::see_links, Right::see_recordings, Right::conduct, Right::administer}},
    {"operator",
     Role::operator_,
     {Right::bearer, Right::anyone, Right::logged_in, Right::see_places, Right::edit_meetings,
      Right::see_links, Right::see_recordings, Right::conduct}},
    {"clerk",
     Role::clerk,
     {Right::bearer, Right::anyone, Right::logged_in, Right::see_places, Right::edit_meetings,
      Right::see_links, Right::see_recordings}},
    {"chair", Role::chair, {Right::bearer, Right::anyone, Right::logged_in, Right::see_recordings}},
    {"official", Role::official, {Right::bearer, Right::anyone, Right::logged_in}},
};
class Roles : public testing::TestWithParam<RoleCase> {};
TEST_P(Roles, MayWhatTheTableSays) {
  for (const auto& row : rights_table)
    EXPECT_EQ(may(GetParam().role, row.right), GetParam().may.contains(row.right))
        << static_cast<int>(row.right);
  EXPECT_EQ(rights_of(GetParam().role).administer, GetParam().may.contains(Right::administer));
}
INSTANTIATE_TEST_SUITE_P(All, Roles, testing::ValuesIn(role_cases),
                         [](const auto& test) { return test.param.name; });

TEST(Passwords, FitOnlyTheirOwnHash) {
  const auto hash = hash_password("mười ký tự trở lên");
  EXPECT_TRUE(password_fits("mười ký tự trở lên", hash));
  EXPECT_FALSE(password_fits("mười ký tự trở lên ", hash));
  EXPECT_FALSE(password_fits("x", nobodys_hash()));
  EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=65536,t=3,"));
  EXPECT_EQ(accept_password("123456789").error().text_key, "auth.password_short");
  EXPECT_FALSE(accept_password(std::string(201, 'x')));
}

TEST(Cookies, AreKnownByTheirHashOnly) {
  const auto token = new_log_in_token();
  EXPECT_EQ(token_hash(token.cookie), token.hash);
  EXPECT_NE(new_log_in_token().cookie, token.cookie);
  EXPECT_EQ(token_hash("short"), "");
  const auto header = set_cookie(token.cookie);
  for (const auto* attribute : {"__Host-sid=", "; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"})
    EXPECT_NE(header.find(attribute), std::string::npos) << attribute;
}

}  // namespace
}  // namespace diemcau::auth
