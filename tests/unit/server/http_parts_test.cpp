#include <sstream>

#include <gtest/gtest.h>

#include "server/config.h"
#include "server/http/download.h"
#include "server/http/file_type.h"
#include "server/http/problem.h"
#include "server/log.h"
#include "server/signaling/json_codec.h"

namespace diemcau {
namespace {
using namespace std::string_literals;
using http::RangeKind;
using scheduler::DocumentUse;

struct RangeCase {
  const char* name;
  const char* header;
  RangeKind kind;
  http::ByteRange range;
};
const std::vector<RangeCase> range_cases{
    {"None", "", RangeKind::whole, {0, 99}},
    {"First", "bytes=0-9", RangeKind::part, {0, 9}},
    {"Open", "bytes=90-", RangeKind::part, {90, 99}},
    {"Suffix", "bytes=-5", RangeKind::part, {95, 99}},
    {"SuffixLonger", "bytes=-500", RangeKind::part, {0, 99}},
    {"EndBeyond", "bytes=98-1000", RangeKind::part, {98, 99}},
    {"StartBeyond", "bytes=100-", RangeKind::unsatisfiable, {0, 0}},
    {"SuffixZero", "bytes=-0", RangeKind::unsatisfiable, {0, 0}},
    {"Backwards", "bytes=9-0", RangeKind::whole, {0, 99}},
    {"Several", "bytes=0-1,3-4", RangeKind::whole, {0, 99}},
    {"OtherUnit", "lines=0-1", RangeKind::whole, {0, 99}},
    {"Nonsense", "bytes=a-b", RangeKind::whole, {0, 99}},
    {"Dash", "bytes=-", RangeKind::whole, {0, 99}},
    {"Overflow", "bytes=99999999999999999999-", RangeKind::whole, {0, 99}},
};
class Range : public testing::TestWithParam<RangeCase> {};
TEST_P(Range, IsChosen) {
  const auto choice = http::choose_range(GetParam().header, 100);
  EXPECT_EQ(choice.kind, GetParam().kind);
  EXPECT_EQ(choice.range, GetParam().range);
}
INSTANTIATE_TEST_SUITE_P(All, Range, testing::ValuesIn(range_cases),
                         [](const auto& test) { return test.param.name; });

struct TypeCase {
  const char* name;
  std::string bytes;
  const char* file_name;
  DocumentUse use;
  const char* type;  ///< empty: refused
};
const std::vector<TypeCase> type_cases{
    {"Pdf", "%PDF-1.7\n", "a.pdf", DocumentUse::paper, "application/pdf"},
    {"PdfByAnyName", "%PDF-1.7\n", "a", DocumentUse::paper, "application/pdf"},
    {"PdfAsClip", "%PDF-1.7\n", "a.pdf", DocumentUse::clip, ""},
    {"Docx", "PK\x03\x04....", "Báo cáo.DOCX", DocumentUse::paper,
     "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"Docm", "PK\x03\x04....", "a.docm", DocumentUse::paper, ""},
    {"Zip", "PK\x03\x04....", "a.zip", DocumentUse::paper, ""},
    {"OldWord", "\xd0\xcf\x11\xe0", "a.doc", DocumentUse::paper, ""},
    {"Jpeg", "\xff\xd8\xff\xe0", "a.jpg", DocumentUse::paper, "image/jpeg"},
    {"Png", "\x89PNG\r\n\x1a\n", "a.png", DocumentUse::paper, "image/png"},
    {"Mp4", "\0\0\0\x20"s + "ftypisom", "a.mp4", DocumentUse::clip, "video/mp4"},
    {"Mp4AsPaper", "\0\0\0\x20"s + "ftypisom", "a.mp4", DocumentUse::paper, ""},
    {"Webm", "\x1a\x45\xdf\xa3....B\x82\x84webm", "a.webm", DocumentUse::clip, "video/webm"},
    {"Matroska", "\x1a\x45\xdf\xa3....B\x82\x88matroska", "a.mkv", DocumentUse::clip, "video/x-matroska"},
    {"Exe", "MZ\x90", "a.pdf", DocumentUse::paper, ""},
    {"Html", "<html>", "a.html", DocumentUse::paper, ""},
    {"Script", "#!/bin/sh", "a.pdf", DocumentUse::paper, ""},
    {"Empty", "", "a.pdf", DocumentUse::paper, ""},
};
class FileType : public testing::TestWithParam<TypeCase> {};
TEST_P(FileType, IsReadFromTheContent) {
  const auto type = http::file_type(GetParam().bytes, GetParam().file_name, GetParam().use);
  EXPECT_EQ(type ? *type : "", GetParam().type);
  EXPECT_EQ(type ? "document.type_forbidden" : type.error().text_key, "document.type_forbidden");
}
INSTANTIATE_TEST_SUITE_P(All, FileType, testing::ValuesIn(type_cases),
                         [](const auto& test) { return test.param.name; });

TEST(Problem, IsRfc9457InVietnamese) {
  const auto response = http::problem_response(409, "meeting.changed_meanwhile", "d\xff", "17");
  EXPECT_EQ(response.headers.at(0).second, "application/problem+json");
  const auto body = nlohmann::json::parse(*response.body);
  EXPECT_EQ(body.at("type"), "about:blank#meeting.changed_meanwhile");
  EXPECT_EQ(body.at("title"), "Phiên họp vừa được người khác sửa");
  EXPECT_EQ(body.at("status"), 409);
  EXPECT_EQ(body.at("request"), "17");
  EXPECT_EQ(http::problem_title(404, "no.such_key"), "Không tìm thấy");
  EXPECT_EQ(http::status_of({scheduler::ErrorCode::unavailable, "document.disk_full", ""}), 507);
}

std::string refusal(const std::string& toml) {
  server::Config config;
  try {
    server::read_toml(config, toml, "d.toml");
  } catch (const server::ConfigError& e) {
    return e.what();
  }
  return "accepted";
}

TEST(Config, NamesTheLineAndTheKeyOfAMistake) {
  EXPECT_EQ(refusal("port = 1\n[media]\nprot = 2"), "d.toml:3: media.prot: khóa không có / unknown key");
  EXPECT_EQ(refusal("\nport = \"8443\""), "d.toml:2: port: expected a number from 1 to 65535");
  EXPECT_EQ(refusal("port = 70000"), "d.toml:1: port: expected a number from 1 to 65535");
  EXPECT_EQ(refusal("[media]\nworkers = 17"), "d.toml:2: media.workers: expected a number from 0 to 16");
  EXPECT_EQ(refusal("[media]\nannounced = [1]"), "d.toml:2: media.announced: expected a list of texts");
  EXPECT_TRUE(refusal("port = = 2").starts_with("d.toml:1: ")) << refusal("port = = 2");
}

TEST(Config, HasADocumentedExampleThatIsRead) {
  const char* arguments[] = {"diemcau", "--config", SOURCE_DIR "/server/diemcau.toml",
                             "--port",  "9000",     "demo"};
  const auto config = server::read_arguments(6, arguments);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->port, 9000);
  EXPECT_EQ(config->media_port, 8444);
  EXPECT_TRUE(config->demo);
}

TEST(Config, ReadsWhichFilmToMakeAnew) {
  const auto read = [](std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), {"diemcau", "render"});
    return server::read_arguments(static_cast<int>(arguments.size()), arguments.data());
  };
  const auto config = read({"7", "--layout", "grid_2x2", "--out", "a.mp4", "--data", "elsewhere"});
  ASSERT_TRUE(config && config->render);
  EXPECT_EQ(config->data, "elsewhere");
  EXPECT_EQ(config->render->meeting, 7);
  EXPECT_EQ(config->render->layout, session::Layout::grid_2x2);
  EXPECT_EQ(config->render->out, "a.mp4");
  EXPECT_FALSE(read({"7"})->render->layout);
  EXPECT_THROW(read({}), server::ConfigError);
  EXPECT_THROW(read({"seven"}), server::ConfigError);
  EXPECT_THROW(read({"7", "--layout", "mosaic"}), server::ConfigError);
  EXPECT_THROW(read({"7", "--out", "a.mkv"}), server::ConfigError);
}

TEST(Log, EscapesWhatComesFromPeople) {
  std::ostringstream out;
  server::Log log(server::Log::Form::json, &out);
  log.info("site.joined", {{"name", "Sìn \"Hồ\"\n\xff"}, {"site", scheduler::SiteId{5}}, {"late", true}});
  const auto line = nlohmann::json::parse(out.str());
  EXPECT_EQ(line.at("event"), "site.joined");
  EXPECT_EQ(line.at("site"), 5);
  EXPECT_EQ(line.at("late"), true);
  EXPECT_EQ(line.at("name"), "Sìn \"Hồ\"\n\uFFFD");
  std::ostringstream text;
  server::Log plain(server::Log::Form::text, &text);
  plain.warn("a.b", {{"why", "two\nlines"}, {"port", 5}});
  EXPECT_TRUE(text.str().ends_with(" warn a.b why=\"two\\nlines\" port=5\n")) << text.str();
}

}  // namespace
}  // namespace diemcau
