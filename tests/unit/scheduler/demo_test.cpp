#include "scheduler/demo.h"

#include <algorithm>

#include "scheduler/event_log.h"
#include "tests/unit/scheduler/record.h"

namespace diemcau::scheduler {
namespace {

class DemoTest : public testing::Test {
 protected:
  TestFolder folder_;
  SQLite::Database database_ = open_for_writing(folder_.path());
  Demo demo_ = seed_demo(database_, christmas + std::chrono::seconds(30));
};

TEST_F(DemoTest, HasNineSitesNumberedFromTheMainOne) {
  const auto sites = Sites(database_).all();
  ASSERT_EQ(sites.size(), 9u);
  EXPECT_EQ(sites.at(0).number, 1);
  EXPECT_EQ(sites.at(4).name, "Sìn Hồ");
  EXPECT_EQ(sites.at(8).number, 9);
}

TEST_F(DemoTest, TheMeetingOfNowInvitesAllSitesToSixItems) {
  const auto meeting = Meetings(database_).find(demo_.now);
  ASSERT_TRUE(meeting);
  EXPECT_EQ(meeting->form.title, "Họp giao ban UBND tỉnh với các huyện, thành phố tháng 12");
  EXPECT_EQ(meeting->form.starts_at, christmas);
  EXPECT_EQ(meeting->form.sites.size(), 9u);
  EXPECT_TRUE(meeting->form.sites.at(0).main);
  EXPECT_EQ(meeting->form.agenda.size(), 6u);
  EXPECT_EQ(meeting->state, MeetingState::planned);
}

TEST_F(DemoTest, HasAMeetingThatIsOverAndOneOfTheGovernment) {
  const auto past = Meetings(database_).find(demo_.past);
  ASSERT_TRUE(past);
  EXPECT_EQ(past->state, MeetingState::ended);
  EXPECT_LT(past->form.ends_at, christmas);
  const auto guest = Meetings(database_).find(demo_.guest);
  ASSERT_TRUE(guest);
  EXPECT_EQ(guest->form.mode, MeetingMode::guest);
  EXPECT_GT(guest->form.starts_at, christmas);
}

TEST_F(DemoTest, IsRefusedByARecordThatHoldsSomething) {
  EXPECT_THROW(seed_demo(database_, christmas), std::logic_error);
}

TEST_F(DemoTest, TheInvitationIsARecordThatCanBeStored) {
  const auto letter = demo_invitation(christmas);
  EXPECT_EQ(letter.number, "Số: 12/GM-UBND");
  EXPECT_EQ(letter.place_and_date, "Lai Châu, ngày 22 tháng 12 năm 2020");
  EXPECT_NE(letter.body.at(1).find("14 giờ 00, ngày 25 tháng 12 năm 2020"), std::string::npos);
  Document document;
  document.meeting = demo_.now;
  document.file_name = "Giấy mời 12.pdf";
  document.media_type = "application/pdf";
  document.sha256 = std::string(64, '0');
  document.form = letter.form;
  EXPECT_EQ(answer(Documents(database_).add(document)), "stored");
}

}  // namespace
}  // namespace diemcau::scheduler
