#include "scheduler/output_secrets.h"

#include "tests/unit/scheduler/record.h"

namespace diemcau::scheduler {
namespace {

class OutputSecretsTest : public RecordTest {
 protected:
  OutputSecrets secrets_{database_};
  MeetingId meeting_ = meeting("Họp giao ban");
  MeetingId other_ = meeting("Họp báo");
};

TEST_F(OutputSecretsTest, AreKeptByMeetingAndGoOneByOneOrAllTogether) {
  secrets_.add(meeting_, OutputId{1}, "a");
  secrets_.add(meeting_, OutputId{2}, "b");
  secrets_.add(meeting_, OutputId{3}, "c");
  secrets_.add(other_, OutputId{1}, "d");
  secrets_.remove(meeting_, OutputId{2});
  EXPECT_EQ(secrets_.of(meeting_), (std::map<OutputId, std::string>{{OutputId{1}, "a"}, {OutputId{3}, "c"}}));
  secrets_.remove(meeting_);
  EXPECT_TRUE(secrets_.of(meeting_).empty());
  EXPECT_EQ(secrets_.of(other_).size(), 1u);
}

TEST_F(OutputSecretsTest, AreNotReplaced) {
  secrets_.add(meeting_, OutputId{1}, "a");
  EXPECT_THROW(secrets_.add(meeting_, OutputId{1}, "b"), SQLite::Exception);
}

}  // namespace
}  // namespace diemcau::scheduler
