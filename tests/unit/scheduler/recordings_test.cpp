#include "scheduler/recordings.h"

#include "tests/unit/scheduler/record.h"

namespace diemcau::scheduler {
namespace {

class RecordingsTest : public RecordTest {
 protected:
  Recordings recordings_{database_};
  MeetingId meeting_ = meeting("Họp giao ban");

  Recording recording(const std::string& file, RecordingState state) const {
    Recording made;
    made.meeting = meeting_;
    made.state = state;
    made.file = file;
    made.started_at = christmas;
    return made;
  }
};

TEST_F(RecordingsTest, GoesFromBeingWrittenToReady) {
  auto film = recording("1-1.mkv", RecordingState::recording);
  film.id = recordings_.add(film);
  film.state = RecordingState::ready;
  film.file = "1-1.mp4";
  film.ended_at = christmas + std::chrono::hours(2);
  film.size = 123;
  recordings_.change(film);
  const auto found = recordings_.find(film.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->state, RecordingState::ready);
  EXPECT_EQ(found->file, "1-1.mp4");
  EXPECT_EQ(found->ended_at, film.ended_at);
  EXPECT_EQ(found->size, 123);
  EXPECT_EQ(found->meeting, meeting_);
}

TEST_F(RecordingsTest, BeginsWithItsFirstPicture) {
  auto film = recording("1.mp4", RecordingState::recording);
  film.id = recordings_.add(film);
  recordings_.set_started("1.mp4", christmas + std::chrono::milliseconds(1400));
  recordings_.set_started("2.mp4", christmas);
  // Read before: what it knows of the beginning is not written back.
  film.state = RecordingState::finishing;
  recordings_.change(film);
  EXPECT_EQ(recordings_.find(film.id)->started_at, christmas + std::chrono::milliseconds(1400));
}

TEST_F(RecordingsTest, NamesThoseThatACrashLeftUnfinished) {
  recordings_.add(recording("1.mkv", RecordingState::ready));
  const auto second = recordings_.add(recording("2.mkv", RecordingState::recording));
  const auto third = recordings_.add(recording("3.mkv", RecordingState::finishing));
  recordings_.add(recording("4.mkv", RecordingState::damaged));
  const auto unfinished = recordings_.unfinished();
  ASSERT_EQ(unfinished.size(), 2u);
  EXPECT_EQ(unfinished.at(0).id, second);
  EXPECT_EQ(unfinished.at(1).id, third);
  EXPECT_EQ(recordings_.of(meeting_).size(), 4u);
}

TEST_F(RecordingsTest, AFilmKnowsWhatItWasJoinedOf) {
  using std::chrono::milliseconds;
  const auto first = recordings_.add(recording("1.mp4", RecordingState::ready));
  const auto second = recordings_.add(recording("2.mp4", RecordingState::ready));
  recordings_.set_parts(second,
                        {{"2.mp4", christmas + std::chrono::hours(1), milliseconds(0), milliseconds(500)}});
  const std::vector<RecordingPart> parts{
      {"1.mp4", christmas, milliseconds(0), milliseconds(1200)},
      {"2.mp4", christmas + std::chrono::hours(1), milliseconds(1200), milliseconds(500)}};
  recordings_.remove(second);
  recordings_.set_parts(first, parts);
  EXPECT_EQ(recordings_.parts(first), parts);
  EXPECT_TRUE(recordings_.parts(second).empty()) << "gone with their recording";
  recordings_.set_parts(first, {parts[0]});
  EXPECT_EQ(recordings_.parts(first).size(), 1u) << "replaced, not added to";
}

TEST_F(RecordingsTest, NamesEndedMeetingsWhoseFilmIsInParts) {
  recordings_.add(recording("1.mp4", RecordingState::ready));
  recordings_.add(recording("2.mp4", RecordingState::damaged));
  Meetings meetings(database_);
  meetings.mark_live(meeting_, christmas);
  meetings.mark_ended(meeting_, christmas + std::chrono::hours(1));
  EXPECT_TRUE(recordings_.in_parts().empty()) << "one that is ready is the film";
  recordings_.add(recording("3.mp4", RecordingState::ready));
  EXPECT_EQ(recordings_.in_parts(), std::vector{meeting_});
  const auto live = meeting("Họp khẩn");
  meetings.mark_live(live, christmas);
  for (const auto* file : {"4.mp4", "5.mp4"}) {
    auto part = recording(file, RecordingState::ready);
    part.meeting = live;
    recordings_.add(part);
  }
  EXPECT_EQ(recordings_.in_parts(), std::vector{meeting_}) << "a live one may go on recording";
}

TEST_F(RecordingsTest, ChangingWhatIsNotThereIsABug) {
  EXPECT_FALSE(recordings_.find(RecordingId{5}));
  EXPECT_THROW(recordings_.change(recording("x.mkv", RecordingState::ready)), std::logic_error);
}

}  // namespace
}  // namespace diemcau::scheduler
