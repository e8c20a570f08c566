#include "server/session/decide.h"

#include <gtest/gtest.h>

#include "server/session/project.h"
#include "tests/unit/server/session_script.h"

namespace diemcau::session {
namespace {

const std::vector<Giver> givers{Giver::operator_, Giver::chair, Giver::hall, Giver::server};

template <class Visit>
void for_each_command(Visit visit) {
  boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, Command>>(
      [&](auto identity) { visit(typename decltype(identity)::type{}); });
}

State open_state() {
  auto state = example_state();
  const Time at = state.brief.meeting.starts_at;
  apply(state, SessionOpened{}, at);
  for (const auto& [site, hall] : state.brief.halls) apply(state, SiteJoined{site}, at);
  return state;
}

TEST(Decide, RefusesEveryCommandFromWhoMayNotGiveIt) {
  int refused = 0;
  for (const auto& state : {example_state(), open_state()})
    for (const auto giver : givers)
      for_each_command([&](auto command) {
        const auto decided = decide(state, {giver, sin_ho, {}}, command);
        if ((command.may & only(giver)) != 0) {
          EXPECT_NE(decided ? "" : decided.error().text_key, "session.not_allowed") << command.type;
        } else {
          ++refused;
          ASSERT_FALSE(decided) << command.type;
          EXPECT_EQ(decided.error().text_key, "session.not_allowed");
          EXPECT_EQ(decided.error().code, scheduler::ErrorCode::forbidden);
        }
      });
  EXPECT_GT(refused, 100);
}

TEST(Decide, LetsSomebodyGiveEachCommand) {
  for_each_command([](auto command) { EXPECT_NE(command.may, 0U) << command.type; });
}

TEST(Decide, NamesWhoActed) {
  EXPECT_EQ((Actor{Giver::operator_, {}, scheduler::AccountId{3}}.name()), "operator:3");
  EXPECT_EQ((Actor{Giver::hall, sin_ho, {}}.name()), "hall:5");
  EXPECT_EQ((Actor{Giver::server, {}, {}}.name()), "server");
}

TEST(State, ExtendsAFloorThatHasRunOutFromNow) {
  auto state = open_state();
  const Time start = state.brief.meeting.starts_at;
  apply(state, FloorGiven{sin_ho, 60}, start);
  apply(state, FloorExtended{30}, start + std::chrono::minutes(5));
  EXPECT_EQ(*state.speaker->until, start + std::chrono::minutes(5) + std::chrono::seconds(30));
}

TEST(State, HasTheMainHallOnStageBeforeAnythingIsStaged) {
  EXPECT_TRUE(example_state().on_stage(main_hall));
  auto without_main = example_state();
  without_main.brief.halls.at(main_hall).main = false;
  EXPECT_FALSE(without_main.staged().cells.at(0).source);
}

}  // namespace
}  // namespace diemcau::session
