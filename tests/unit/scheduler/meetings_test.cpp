#include "scheduler/meetings.h"

#include "tests/unit/scheduler/record.h"

namespace diemcau::scheduler {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;

class MeetingsTest : public RecordTest {
 protected:
  SiteId main_ = site(1, "UBND tỉnh");
  SiteId sin_ho_ = site(4, "Sìn Hồ");

  std::string asked(const MeetingForm& form) { return answer(meetings_.add(form, christmas)); }
  std::string changed(MeetingId id, const MeetingForm& form) {
    return answer(meetings_.change(id, meetings_.find(id)->revision, form, christmas));
  }
  int generation(MeetingId id, SiteId site) const {
    const auto sites = meetings_.find(id)->form.sites;
    for (const auto& invited_site : sites) {
      if (invited_site.site == site) return invited_site.link_generation;
    }
    return -1;
  }
};

TEST_F(MeetingsTest, KeepWhatTheClerkFilledIn) {
  auto given = form(" Họp giao ban\n");
  given.mode = MeetingMode::guest;
  given.kind = MeetingKind::review;
  given.organizer = "Văn phòng Chính phủ";
  given.chair = "Thủ tướng Chính phủ";
  given.place = "Phòng họp tầng 2";
  given.invitation = "12/GM-VPCP";
  given.notes = "một\nhai";
  given.agenda = {item("Khai mạc"), item("Kết luận")};
  given.agenda.at(1).planned_at = christmas + hours(1);
  given.agenda.at(1).speaker = sin_ho_;
  given.sites = {invited(main_, true), invited(sin_ho_)};
  given.sites.at(1).confirmed = true;
  const auto id = must(meetings_.add(given, christmas));
  const auto found = meetings_.find(id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->state, MeetingState::planned);
  EXPECT_EQ(found->revision, 1);
  EXPECT_EQ(found->uuid.size(), 36u);
  EXPECT_EQ(found->form.title, "Họp giao ban");
  EXPECT_EQ(found->form.mode, MeetingMode::guest);
  EXPECT_EQ(found->form.kind, MeetingKind::review);
  EXPECT_EQ(found->form.organizer, given.organizer);
  EXPECT_EQ(found->form.chair, given.chair);
  EXPECT_EQ(found->form.place, given.place);
  EXPECT_EQ(found->form.invitation, "12/GM-VPCP");
  EXPECT_EQ(found->form.notes, "một\nhai");
  EXPECT_EQ(found->form.starts_at, christmas);
  ASSERT_EQ(found->form.agenda.size(), 2u);
  EXPECT_EQ(found->form.agenda.at(0).title, "Khai mạc");
  EXPECT_EQ(found->form.agenda.at(1).planned_at, christmas + hours(1));
  EXPECT_EQ(found->form.agenda.at(1).speaker, sin_ho_);
  ASSERT_EQ(found->form.sites.size(), 2u);
  EXPECT_TRUE(found->form.sites.at(0).main);
  EXPECT_FALSE(found->form.sites.at(0).confirmed);
  EXPECT_TRUE(found->form.sites.at(1).confirmed);
}

TEST_F(MeetingsTest, RefuseTimesThatCannotBe) {
  auto wrong = form("Họp");
  wrong.ends_at = wrong.starts_at;
  EXPECT_EQ(asked(wrong), "meeting.ends_before_start");
  wrong.ends_at = wrong.starts_at - hours(1);
  EXPECT_EQ(asked(wrong), "meeting.ends_before_start");
  wrong.ends_at = wrong.starts_at + days(7);
  EXPECT_EQ(asked(wrong), "stored");
  wrong.ends_at += milliseconds(1);
  EXPECT_EQ(asked(wrong), "meeting.too_long");
  wrong.ends_at = Time::max();
  EXPECT_EQ(asked(wrong), "meeting.field_invalid ends_at");
  wrong.starts_at = Time::min();
  EXPECT_EQ(asked(wrong), "meeting.field_invalid starts_at");
}

TEST_F(MeetingsTest, RefuseTextsThatAreMissingOrTooLong) {
  EXPECT_EQ(asked(form(" \x01")), "meeting.title_missing");
  EXPECT_EQ(asked(form(repeated("ậ", 300))), "stored");
  EXPECT_EQ(asked(form(repeated("ậ", 301))), "meeting.field_too_long title");
  const auto with = [](std::string MeetingForm::*field, std::size_t size) {
    auto made = form("Họp");
    made.*field = std::string(size, 'x');
    return made;
  };
  EXPECT_EQ(asked(with(&MeetingForm::organizer, 201)), "meeting.field_too_long organizer");
  EXPECT_EQ(asked(with(&MeetingForm::chair, 201)), "meeting.field_too_long chair");
  EXPECT_EQ(asked(with(&MeetingForm::place, 201)), "meeting.field_too_long place");
  EXPECT_EQ(asked(with(&MeetingForm::invitation, 51)), "meeting.field_too_long invitation");
  EXPECT_EQ(asked(with(&MeetingForm::notes, 10001)), "meeting.field_too_long notes");
  EXPECT_EQ(asked(with(&MeetingForm::notes, 10000)), "stored");
}

TEST_F(MeetingsTest, RefuseAnAgendaThatCannotBe) {
  auto wrong = form("Họp");
  wrong.agenda = {item("")};
  EXPECT_EQ(asked(wrong), "meeting.agenda_title_missing");
  wrong.agenda = {item(repeated("x", 301))};
  EXPECT_EQ(asked(wrong), "meeting.field_too_long agenda");
  wrong.agenda = {item("Khai mạc")};
  wrong.agenda.at(0).speaker = SiteId{99};
  EXPECT_EQ(asked(wrong), "meeting.unknown_site");
  wrong.agenda.at(0).speaker.reset();
  wrong.agenda.at(0).planned_at = Time::max();
  EXPECT_EQ(asked(wrong), "meeting.field_invalid agenda");
  wrong.agenda.assign(60, item("Khai mạc"));
  EXPECT_EQ(asked(wrong), "stored");
  wrong.agenda.push_back(item("Khai mạc"));
  EXPECT_EQ(asked(wrong), "meeting.too_many_agenda_items");
}

TEST_F(MeetingsTest, RefuseSitesThatCannotBe) {
  auto wrong = form("Họp");
  wrong.sites = {invited(SiteId{99})};
  EXPECT_EQ(asked(wrong), "meeting.unknown_site");
  wrong.sites = {invited(main_), invited(main_)};
  EXPECT_EQ(asked(wrong), "meeting.site_twice");
  wrong.sites = {invited(main_, true), invited(sin_ho_, true)};
  EXPECT_EQ(asked(wrong), "meeting.two_main_sites");
  wrong.sites.assign(501, invited(main_));
  EXPECT_EQ(asked(wrong), "meeting.too_many_sites");
}

TEST_F(MeetingsTest, ARefusalStoresNothing) {
  auto wrong = form("Họp");
  wrong.sites = {invited(main_), invited(main_)};
  asked(wrong);
  EXPECT_TRUE(meetings_.between(christmas - days(1), christmas + days(1)).empty());
}

TEST_F(MeetingsTest, AChangeMustNameTheRevisionThatItWasMadeFrom) {
  const auto id = meeting("Họp");
  EXPECT_EQ(answer(meetings_.change(id, 1, form("Họp giao ban"), christmas)), "stored");
  EXPECT_EQ(meetings_.find(id)->form.title, "Họp giao ban");
  EXPECT_EQ(meetings_.find(id)->revision, 2);
  EXPECT_EQ(answer(meetings_.change(id, 1, form("Họp khác"), christmas)), "meeting.changed_meanwhile");
  EXPECT_EQ(meetings_.find(id)->form.title, "Họp giao ban");
  EXPECT_EQ(answer(meetings_.change(MeetingId{99}, 1, form("Họp"), christmas)), "meeting.not_found");
  EXPECT_EQ(answer(meetings_.change(id, 2, form(""), christmas)), "meeting.title_missing");
}

TEST_F(MeetingsTest, AgendaItemsKeepTheirIdThroughAChange) {
  auto given = form("Họp");
  given.agenda = {item("Khai mạc"), item("Báo cáo"), item("Kết luận")};
  const auto id = must(meetings_.add(given, christmas));
  const auto before = meetings_.find(id)->form.agenda;
  given.agenda = {before.at(2), item("Thảo luận"), before.at(0)};
  given.agenda.at(0).title = "Kết luận của Chủ tịch";
  EXPECT_EQ(changed(id, given), "stored");
  const auto after = meetings_.find(id)->form.agenda;
  ASSERT_EQ(after.size(), 3u);
  EXPECT_EQ(after.at(0).id, before.at(2).id);
  EXPECT_EQ(after.at(0).title, "Kết luận của Chủ tịch");
  EXPECT_EQ(after.at(2).id, before.at(0).id);
  EXPECT_GT(after.at(1).id, before.at(2).id);
}

TEST_F(MeetingsTest, AnAgendaItemOfAnotherMeetingIsNotTakenFromIt) {
  auto given = form("Họp");
  given.agenda = {item("Khai mạc")};
  const auto first = must(meetings_.add(given, christmas));
  given.agenda = meetings_.find(first)->form.agenda;
  const auto second = must(meetings_.add(given, christmas));
  EXPECT_NE(meetings_.find(second)->form.agenda.at(0).id, meetings_.find(first)->form.agenda.at(0).id);
  given.agenda.push_back(given.agenda.at(0));
  EXPECT_EQ(changed(first, given), "stored");
  EXPECT_EQ(meetings_.find(first)->form.agenda.size(), 2u);
}

TEST_F(MeetingsTest, TheIdOfADeletedAgendaItemIsNeverGivenAgain) {
  auto given = form("Họp");
  given.agenda = {item("Khai mạc")};
  const auto id = must(meetings_.add(given, christmas));
  const auto old = meetings_.find(id)->form.agenda.at(0).id;
  given.agenda.clear();
  EXPECT_EQ(changed(id, given), "stored");
  given.agenda = {item("Khai mạc")};
  EXPECT_EQ(changed(id, given), "stored");
  EXPECT_GT(meetings_.find(id)->form.agenda.at(0).id, old);
}

TEST_F(MeetingsTest, ALiveMeetingKeepsItsModeAndTime) {
  const auto id = meeting("Họp");
  meetings_.mark_live(id, christmas);
  auto later = form("Họp");
  later.starts_at += hours(1);
  EXPECT_EQ(changed(id, later), "meeting.already_held");
  auto other_mode = form("Họp");
  other_mode.mode = MeetingMode::guest;
  EXPECT_EQ(changed(id, other_mode), "meeting.already_held");
  EXPECT_EQ(changed(id, form("Họp giao ban")), "stored");
  meetings_.mark_ended(id, christmas + hours(1));
  EXPECT_EQ(changed(id, later), "meeting.already_held");
}

TEST_F(MeetingsTest, GoFromPlannedToLiveToEnded) {
  const auto id = meeting("Họp");
  EXPECT_THROW(meetings_.mark_ended(id, christmas), std::logic_error);
  meetings_.mark_live(id, christmas);
  meetings_.mark_live(id, christmas + hours(1));  // a restarted server says it again
  EXPECT_EQ(meetings_.live(), std::vector{id});
  EXPECT_EQ(meetings_.find(id)->opened_at, christmas);
  meetings_.mark_ended(id, christmas + hours(2));
  EXPECT_EQ(meetings_.find(id)->state, MeetingState::ended);
  EXPECT_EQ(meetings_.find(id)->ended_at, christmas + hours(2));
  EXPECT_TRUE(meetings_.live().empty());
  EXPECT_THROW(meetings_.mark_live(id, christmas), std::logic_error);
  EXPECT_THROW(meetings_.mark_live(MeetingId{99}, christmas), std::logic_error);
}

TEST_F(MeetingsTest, AreCalledOffWithAReasonBeforeTheyAreLive) {
  const auto id = meeting("Họp");
  EXPECT_EQ(answer(meetings_.call_off(id, MeetingState::live, "")), "meeting.field_invalid state");
  EXPECT_EQ(answer(meetings_.call_off(id, MeetingState::cancelled, repeated("x", 1001))),
            "meeting.field_too_long reason");
  EXPECT_EQ(answer(meetings_.call_off(MeetingId{99}, MeetingState::cancelled, "")), "meeting.not_found");
  EXPECT_EQ(answer(meetings_.call_off(id, MeetingState::cancelled, " Mưa lũ ")), "stored");
  EXPECT_EQ(meetings_.find(id)->state, MeetingState::cancelled);
  EXPECT_EQ(meetings_.find(id)->state_reason, "Mưa lũ");
  EXPECT_THROW(meetings_.mark_live(id, christmas), std::logic_error);
  const auto live = meeting("Họp khác");
  meetings_.mark_live(live, christmas);
  EXPECT_EQ(answer(meetings_.call_off(live, MeetingState::postponed, "")), "meeting.already_held");
}

TEST_F(MeetingsTest, APostponedMeetingIsPlannedAgainAtAnotherTime) {
  const auto id = meeting("Họp");
  must(meetings_.call_off(id, MeetingState::postponed, "Mưa lũ"));
  EXPECT_EQ(changed(id, form("Họp giao ban")), "stored");
  EXPECT_EQ(meetings_.find(id)->state, MeetingState::postponed);
  auto later = form("Họp");
  later.starts_at += days(1);
  later.ends_at += days(1);
  EXPECT_EQ(changed(id, later), "stored");
  EXPECT_EQ(meetings_.find(id)->state, MeetingState::planned);
  EXPECT_EQ(meetings_.find(id)->state_reason, "");
}

TEST_F(MeetingsTest, ANewLinkMakesTheOldOneWorthlessAndAChangeDoesNot) {
  auto given = form("Họp");
  given.sites = {invited(main_, true), invited(sin_ho_)};
  const auto id = must(meetings_.add(given, christmas));
  EXPECT_EQ(generation(id, sin_ho_), 0);
  EXPECT_EQ(answer(meetings_.renew_link(id, sin_ho_)), "stored");
  EXPECT_EQ(generation(id, sin_ho_), 1);
  EXPECT_EQ(generation(id, main_), 0);
  EXPECT_EQ(changed(id, given), "stored");  // the form still says 0
  EXPECT_EQ(generation(id, sin_ho_), 1);
  EXPECT_EQ(answer(meetings_.renew_link(id, SiteId{99})), "meeting.site_not_invited");
  EXPECT_EQ(answer(meetings_.renew_link(MeetingId{99}, sin_ho_)), "meeting.not_found");
}

TEST_F(MeetingsTest, ASiteThatIsInvitedAgainDoesNotFindItsOldLinkAtWork) {
  auto given = form("Họp");
  given.sites = {invited(main_, true), invited(sin_ho_)};
  const auto id = must(meetings_.add(given, christmas));
  auto without = given;
  without.sites.pop_back();
  EXPECT_EQ(changed(id, without), "stored");
  EXPECT_EQ(changed(id, given), "stored");
  EXPECT_EQ(generation(id, sin_ho_), 1);
}

TEST_F(MeetingsTest, ThoseThatTouchADayAreListedByStart) {
  const auto at = [&](const std::string& title, Time starts, Time ends) {
    auto made = form(title);
    made.starts_at = starts;
    made.ends_at = ends;
    return must(meetings_.add(made, christmas));
  };
  const Time from = christmas;
  const Time until = christmas + hours(10);
  at("ends as it begins", from - hours(1), from);
  at("starts as it ends", until, until + hours(1));
  at("late", from + hours(5), from + hours(6));
  at("reaches in", from - days(6), from + milliseconds(1));
  at("reaches out", until - milliseconds(1), until + hours(1));
  std::vector<std::string> titles;
  for (const auto& summary : meetings_.between(from, until)) titles.push_back(summary.title);
  EXPECT_EQ(titles, (std::vector<std::string>{"reaches in", "late", "reaches out"}));
}

TEST_F(MeetingsTest, ASummaryCounts) {
  auto given = form("Họp");
  given.agenda = {item("Khai mạc"), item("Báo cáo"), item("Kết luận")};
  given.sites = {invited(main_, true), invited(sin_ho_)};
  given.sites.at(1).confirmed = true;
  const auto id = must(meetings_.add(given, christmas));
  must(documents_.add(document(id, "Giấy mời")));
  const auto summary = meetings_.between(christmas, christmas + hours(1)).at(0);
  EXPECT_EQ(summary.id, id);
  EXPECT_EQ(summary.sites, 2);
  EXPECT_EQ(summary.confirmed, 1);
  EXPECT_EQ(summary.documents, 1);
  EXPECT_EQ(summary.agenda_items, 3);
}

TEST_F(MeetingsTest, APastMeetingKeepsTheNamesAndUnitsOfItsDay) {
  const auto district = must(units_.add(unit("Huyện Sìn Hồ", Tier::district, province_)));
  auto commune = unit("Xã Nậm Cha", Tier::commune, district);
  commune.id = must(units_.add(commune));
  Site hall;
  hall.unit = commune.id;
  hall.number = 27;
  hall.name = "Nậm Cha";
  hall.id = must(sites_.add(hall));
  auto given = form("Họp");
  given.sites = {invited(hall.id)};
  const auto id = must(meetings_.add(given, christmas));
  EXPECT_TRUE(meetings_.held_sites(id).empty());
  meetings_.mark_live(id, christmas);
  given.sites.push_back(invited(sin_ho_));  // invited while it is live
  EXPECT_EQ(changed(id, given), "stored");
  meetings_.mark_ended(id, christmas + hours(1));

  commune.parent = province_;
  commune.name = "Xã Nậm Tăm";
  must(units_.change(commune));
  hall.name = "Nậm Tăm";
  must(sites_.change(hall));
  const auto held = meetings_.held_sites(id);
  ASSERT_EQ(held.size(), 2u);
  EXPECT_EQ(held.at(0).site, sin_ho_);
  EXPECT_EQ(held.at(1).name, "Nậm Cha");
  EXPECT_EQ(held.at(1).number, 27);
  EXPECT_EQ(held.at(1).unit, "Xã Nậm Cha, Huyện Sìn Hồ, Tỉnh Lai Châu");
  ASSERT_EQ(search(database_, "Nậm Cha", 10).size(), 1u);
}

}  // namespace
}  // namespace diemcau::scheduler
