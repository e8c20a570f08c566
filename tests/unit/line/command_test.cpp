#include "tests/line/command.h"

#include <gtest/gtest.h>

namespace diemcau::line {
namespace {

using namespace std::chrono_literals;

struct LineCommands : testing::Test {
  Line line{OneWay(1), OneWay(2)};
};

TEST_F(LineCommands, SetOneDirectionAndLeaveTheOther) {
  EXPECT_EQ(obey(line, "down loss 2 burst 8 delay 25 rate 500 queue 200 jitter 10"), "ok");
  const auto& down = line.down.impairment();
  EXPECT_EQ(down.loss, 2);
  EXPECT_EQ(down.burst, 8);
  EXPECT_EQ(down.delay, 25ms);
  EXPECT_EQ(down.rate, 500);
  EXPECT_EQ(down.queue, 200ms);
  EXPECT_EQ(down.jitter, 10ms);
  EXPECT_EQ(line.up.impairment().loss, 0);
}

TEST_F(LineCommands, KeepWhatTheyDoNotName) {
  obey(line, "both delay 25");
  obey(line, "up loss 5");
  EXPECT_EQ(line.up.impairment().delay, 25ms);
  EXPECT_EQ(line.up.impairment().loss, 5);
}

TEST_F(LineCommands, ClearEverythingAndMaySetMore) {
  obey(line, "both cut on udp off loss 3");
  EXPECT_TRUE(line.down.impairment().cut);
  EXPECT_FALSE(line.up.impairment().udp);
  EXPECT_EQ(obey(line, "both clear delay 7"), "ok");
  EXPECT_FALSE(line.down.impairment().cut);
  EXPECT_TRUE(line.up.impairment().udp);
  EXPECT_EQ(line.up.impairment().delay, 7ms);
}

TEST_F(LineCommands, CountPackets) {
  obey(line, "up cut on");
  line.down.enter({}, OneWay::Clock::time_point(1h));
  line.up.enter({}, OneWay::Clock::time_point(1h));
  EXPECT_EQ(obey(line, "count"),
            "down passed 1 lost 0 overflowed 0 refused 0 up passed 0 lost 0 overflowed 0 refused 1");
}

TEST_F(LineCommands, ThatMakeNoSenseChangeNothingAndSayWhy) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "error: a command begins with down, up, both or count"},
      {"sideways loss 3", "error: a command begins with down, up, both or count"},
      {"down", "error: an impairment or its value is missing"},
      {"down loss", "error: an impairment or its value is missing"},
      {"down loss many", "error: loss needs a number from 0 to 100"},
      {"down loss 101", "error: loss needs a number from 0 to 100"},
      {"down loss nan", "error: loss needs a number from 0 to 100"},
      {"down delay -1", "error: delay needs a number from 0 to 60000"},
      {"down burst 0", "error: burst needs a number from 1 to 1000"},
      {"down cut maybe", "error: cut is on or off"},
      {"down fog 3", "error: there is no impairment called fog"},
      {"both delay 3 loss 95 burst 8", "error: so much loss leaves nothing between the bursts"},
  };
  for (const auto& [command, answer] : cases) EXPECT_EQ(obey(line, command), answer) << command;
  EXPECT_EQ(line.down.impairment().delay, 0ms);
  EXPECT_EQ(line.down.impairment().loss, 0);
}

}  // namespace
}  // namespace diemcau::line
