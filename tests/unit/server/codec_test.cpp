#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "server/session/events.h"
#include "server/signaling/protocol.h"
#include "server/signaling/typescript.h"

namespace diemcau::protocol {
namespace {

struct BrokenCase {
  const char* name;
  const char* text;
  const char* error;
};
const std::vector<BrokenCase> broken_cases{
    {"NotAnObject", R"([])", "/type: expected a string"},
    {"UnknownType", R"({"type":"fly"})", "/type: unknown \"fly\""},
    {"UnknownField", R"({"type":"ask_whole","x":1})", ": unknown field"},
    {"MissingField", R"({"type":"offer","id":1})", "/sdp: missing"},
    {"UnknownLayout",
     R"({"type":"give","id":1,"command":{"type":"stage_scene","scene":{"layout":"spiral","cells":[]}}})",
     "/command/scene/layout: unknown value"},
    {"SiteIsText",
     R"({"type":"give","id":1,"command":{"type":"stage_scene","scene":{"layout":"single","cells":[{"source":{"type":"camera","site":"x"}}]}}})",
     "/command/scene/cells/0/source/site: expected an integer"},
    {"SecondsTooFew", R"({"type":"give","id":1,"command":{"type":"give_floor","site":1,"seconds":9}})",
     "/command/seconds: out of range"},
    {"NoFreezes", R"({"type":"report_freezes","count":0,"milliseconds":1})", "/count: out of range"},
    {"FreezesTooLong", R"({"type":"report_freezes","count":1,"milliseconds":60001})",
     "/milliseconds: out of range"},
    {"IdNegative", R"({"type":"offer","id":-1,"sdp":""})", "/id: out of range"},
    {"IdTooLarge", R"({"type":"offer","id":18446744073709551615,"sdp":""})", "/id: out of range"},
    {"Fraction", R"({"type":"offer","id":1.5,"sdp":""})", "/id: expected an integer"},
};
class Broken : public testing::TestWithParam<BrokenCase> {};
TEST_P(Broken, MessageSaysWhere) {
  try {
    decode<ClientMessage>(json::parse(GetParam().text));
    FAIL() << "was accepted";
  } catch (const DecodeError& e) {
    EXPECT_STREQ(e.what(), GetParam().error);
  }
}
INSTANTIATE_TEST_SUITE_P(All, Broken, testing::ValuesIn(broken_cases),
                         [](const auto& test) { return test.param.name; });

TEST(Codec, GivesBackWhatItTook) {
  const session::Event event = session::SceneStaged{
      {session::Layout::side_by_side, {{session::Camera{SiteId{5}}}, {session::Clip{}}}}};
  const auto text = encode(event).dump();
  EXPECT_EQ(encode(decode<session::Event>(json::parse(text))).dump(), text);
}

TEST(Codec, TakesNullForAnOptionalThatIsNotThere) {
  const auto command =
      decode<session::Command>(json::parse(R"({"type":"give_floor","site":5,"seconds":null})"));
  EXPECT_FALSE(std::get<session::GiveFloor>(command).seconds);
}

TEST(ProtocolTs, IsUpToDate) {
  std::ifstream in(SOURCE_DIR "/web/shared/protocol.ts");
  std::ostringstream text;
  text << in.rdbuf();
  EXPECT_EQ(text.str(), typescript()) << "rewrite it: build/protocol_ts > web/shared/protocol.ts";
}

}  // namespace
}  // namespace diemcau::protocol
