#include "scheduler/accounts.h"

#include "tests/unit/scheduler/record.h"

namespace diemcau::scheduler {
namespace {

class AccountsTest : public RecordTest {
 protected:
  Accounts accounts_{database_};

  static Account account(const std::string& user, Role role = Role::clerk) {
    Account made;
    made.user = user;
    made.name = "Văn thư";
    made.role = role;
    return made;
  }
  AccountId add(const std::string& user, Role role = Role::clerk) {
    return must(accounts_.add(account(user, role), "hash"));
  }
};

TEST_F(AccountsTest, ThereIsNoneAtFirst) {
  EXPECT_TRUE(accounts_.none());
  add("admin", Role::administrator);
  EXPECT_FALSE(accounts_.none());
}

TEST_F(AccountsTest, AreFoundByIdAndByName) {
  const auto id = add("truc.ky-thuat_1", Role::operator_);
  const auto found = accounts_.find_by_user("truc.ky-thuat_1");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, id);
  EXPECT_EQ(found->role, Role::operator_);
  EXPECT_EQ(accounts_.find(id)->name, "Văn thư");
  EXPECT_EQ(accounts_.password_hash(id), "hash");
  EXPECT_FALSE(accounts_.find_by_user("nobody"));
  EXPECT_FALSE(accounts_.password_hash(AccountId{77}));
  EXPECT_EQ(accounts_.all().size(), 1u);
}

TEST_F(AccountsTest, RefusesLogInNamesThatCouldBeMistaken) {
  for (const std::string user : {"", "a", "Admin", "văn.thư", "a b", "a/b", "аdmin"}) {
    EXPECT_EQ(answer(accounts_.add(account(user), "hash")), "account.user_invalid") << user;
  }
  EXPECT_EQ(answer(accounts_.add(account(std::string(65, 'a')), "hash")), "account.user_invalid");
  EXPECT_EQ(answer(accounts_.add(account(std::string(64, 'a')), "hash")), "stored");
}

TEST_F(AccountsTest, RefusesATakenNameAndAnEmptyOrEndlessOne) {
  add("clerk");
  EXPECT_EQ(answer(accounts_.add(account("clerk"), "hash")), "account.user_taken clerk");
  auto unnamed = account("other");
  unnamed.name = " \t";
  EXPECT_EQ(answer(accounts_.add(unnamed, "hash")), "account.name_missing");
  unnamed.name = repeated("ậ", 101);
  EXPECT_EQ(answer(accounts_.add(unnamed, "hash")), "account.field_too_long name");
}

TEST_F(AccountsTest, ChangesNameRoleAndActivity) {
  auto changed = account("ignored", Role::chair);
  changed.id = add("clerk");
  changed.name = "Cha\u0300o ";
  EXPECT_EQ(answer(accounts_.change(changed)), "stored");
  const auto found = accounts_.find(changed.id);
  EXPECT_EQ(found->user, "clerk");
  EXPECT_EQ(found->name, "Chào");
  EXPECT_EQ(found->role, Role::chair);
  changed.id = AccountId{99};
  EXPECT_EQ(answer(accounts_.change(changed)), "account.not_found");
  changed.name = "";
  EXPECT_EQ(answer(accounts_.change(changed)), "account.name_missing");
}

TEST_F(AccountsTest, TheLastAdministratorStays) {
  auto first = account("first", Role::administrator);
  first.id = add("first", Role::administrator);
  first.role = Role::clerk;
  EXPECT_EQ(answer(accounts_.change(first)), "account.last_administrator");
  first.role = Role::administrator;
  first.active = false;
  EXPECT_EQ(answer(accounts_.change(first)), "account.last_administrator");
  add("second", Role::administrator);
  EXPECT_EQ(answer(accounts_.change(first)), "stored");
}

TEST_F(AccountsTest, ALogInHoldsUntilItExpiresOrEnds) {
  const auto id = add("clerk");
  const auto later = christmas + std::chrono::hours(12);
  accounts_.log_in(id, "token", christmas, later);
  EXPECT_EQ(accounts_.logged_in("token", christmas)->id, id);
  EXPECT_TRUE(accounts_.logged_in("token", later - std::chrono::milliseconds(1)));
  EXPECT_FALSE(accounts_.logged_in("token", later));
  EXPECT_FALSE(accounts_.logged_in("other", christmas));
  accounts_.log_out("token");
  EXPECT_FALSE(accounts_.logged_in("token", christmas));
}

TEST_F(AccountsTest, OnlyExpiredLogInsAreForgotten) {
  const auto id = add("clerk");
  accounts_.log_in(id, "old", christmas, christmas + std::chrono::hours(1));
  accounts_.log_in(id, "new", christmas, christmas + std::chrono::hours(9));
  accounts_.forget_expired_log_ins(christmas + std::chrono::hours(2));
  EXPECT_FALSE(accounts_.logged_in("old", christmas));
  EXPECT_TRUE(accounts_.logged_in("new", christmas));
}

TEST_F(AccountsTest, ANewPasswordEndsLogIns) {
  const auto id = add("clerk");
  const auto other = add("other");
  accounts_.log_in(id, "token", christmas, christmas + std::chrono::hours(1));
  accounts_.log_in(other, "others", christmas, christmas + std::chrono::hours(1));
  accounts_.set_password(id, "new hash");
  EXPECT_EQ(accounts_.password_hash(id), "new hash");
  EXPECT_FALSE(accounts_.logged_in("token", christmas));
  EXPECT_TRUE(accounts_.logged_in("others", christmas));
  EXPECT_THROW(accounts_.set_password(AccountId{99}, "x"), std::logic_error);
}

TEST_F(AccountsTest, AnInactiveAccountIsLoggedOutAndStaysOut) {
  auto changed = account("clerk");
  changed.id = add("clerk");
  accounts_.log_in(changed.id, "token", christmas, christmas + std::chrono::hours(1));
  changed.active = false;
  EXPECT_EQ(answer(accounts_.change(changed)), "stored");
  EXPECT_FALSE(accounts_.logged_in("token", christmas));
  accounts_.log_in(changed.id, "again", christmas, christmas + std::chrono::hours(1));
  EXPECT_FALSE(accounts_.logged_in("again", christmas));
}

}  // namespace
}  // namespace diemcau::scheduler
