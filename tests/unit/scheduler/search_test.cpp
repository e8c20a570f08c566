#include "tests/unit/scheduler/record.h"

namespace diemcau::scheduler {
namespace {

using Titles = std::vector<std::string>;

class SearchTest : public RecordTest {
 protected:
  Titles found(const std::string& words, int limit = 100) const {
    Titles titles;
    for (const auto& hit : search(database_, words, limit)) titles.push_back(hit.title);
    return titles;
  }
};

TEST_F(SearchTest, FindsWithMarksWithoutThemAndInCapitals) {
  meeting("Họp khẩn tại huyện Điện Biên Đông");
  const Titles title{"Họp khẩn tại huyện Điện Biên Đông"};
  for (const std::string words : {"Điện Biên", "dien bien", "DIEN BIEN", "ĐIỆN", "đien", "dien bien dong",
                                  "\u00d0iện", "hop khan", "die", "die\u0323\u0302n"}) {
    EXPECT_EQ(found(words), title) << words;
  }
  EXPECT_EQ(found("Điện Biên Phủ"), Titles{});
  EXPECT_EQ(found("ien"), Titles{});
}

TEST_F(SearchTest, FindsWhatWasStoredDecomposed) {
  meeting("Na\u0323\u0302m Cha");
  EXPECT_EQ(found("Nậm"), Titles{"Nậm Cha"});
}

TEST_F(SearchTest, BothTonePlacementsFindEachOther) {
  meeting("Pa Khóa");
  meeting("Pa Khoá");
  EXPECT_EQ(found("Pa Khoá").size(), 2u);
  EXPECT_EQ(found("pa khóa").size(), 2u);
  EXPECT_EQ(found("pa khoa").size(), 2u);
}

TEST_F(SearchTest, NamesThatDifferByAMarkAreBothFoundAndNeverMerged) {
  meeting("Xã Nậm Cha");
  meeting("Xã Nậm Chà");
  EXPECT_EQ(found("nam cha").size(), 2u);
  EXPECT_EQ(found("Nậm Cha"), (Titles{"Xã Nậm Cha", "Xã Nậm Chà"}));
  EXPECT_EQ(found("Nậm Chà"), (Titles{"Xã Nậm Chà", "Xã Nậm Cha"}));
}

TEST_F(SearchTest, TypedMarksComeFirstHoweverManyOthersThereAre) {
  // More of the others than a search gives, and each ranks higher: the name stands alone in it.
  for (int i = 0; i < 30; ++i) meeting("Nậm Chà");
  meeting("Họp khẩn ứng phó mưa lũ, sạt lở đất tại nhiều xã trong đó có Nậm Cha");
  const auto titles = found("Nậm Cha", 5);
  ASSERT_EQ(titles.size(), 5u);
  EXPECT_NE(titles.at(0), "Nậm Chà");
  EXPECT_EQ(titles.at(1), "Nậm Chà");
}

TEST_F(SearchTest, FindsAMeetingByAllThatIsInIt) {
  Site hall;
  hall.unit = province_;
  hall.number = 27;
  hall.name = "Sin Suối Hồ";
  hall.id = must(sites_.add(hall));
  auto given = form("Họp giao ban");
  given.organizer = "Văn phòng Chính phủ";
  given.chair = "Phó Chủ tịch";
  given.place = "Hội trường nhỏ";
  given.invitation = "12/GM-UBND";
  given.notes = "mang theo báo cáo giải ngân";
  given.agenda = {item("Phòng, chống rét cho gia súc")};
  given.sites = {invited(hall.id)};
  const auto id = must(meetings_.add(given, christmas));
  for (const std::string words :
       {"chính phủ", "pho chu tich", "hoi truong", "12/GM-UBND", "giải ngân", "chống rét", "suoi ho"}) {
    EXPECT_EQ(found(words), Titles{"Họp giao ban"}) << words;
  }
  hall.name = "Dào San";
  must(sites_.change(hall));
  EXPECT_EQ(found("suoi ho"), Titles{});
  EXPECT_EQ(found("dao san"), Titles{"Họp giao ban"});
  given.agenda.clear();
  must(meetings_.change(id, 1, given, christmas));
  EXPECT_EQ(found("chống rét"), Titles{});
}

TEST_F(SearchTest, FindsADocumentByAllThatIsInItsRecord) {
  const auto of = meeting("Họp");
  auto given = document(of, "Báo cáo quý");
  given.file_name = "tong_hop_so_lieu.xlsx";
  given.form.type_name = "Báo cáo";
  given.form.code_number = "123";
  given.form.code_notation = "UBND-VX";
  given.form.subject = "V/v phòng cháy rừng";
  given.form.issuer = "Chi cục Kiểm lâm";
  const auto id = must(documents_.add(given));
  for (const std::string words :
       {"bao cao quy", "123/UBND-VX", "chay rung", "kiem lam", "so_lieu", "tong_hop_so_lieu.xlsx"}) {
    const auto hits = search(database_, words, 10);
    ASSERT_EQ(hits.size(), 1u) << words;
    EXPECT_EQ(hits.at(0).document, id);
    EXPECT_EQ(hits.at(0).meeting, of);
  }
  given.form.subject = "";
  must(documents_.change(id, given.form));
  EXPECT_EQ(found("chay rung"), Titles{});
}

TEST_F(SearchTest, ATitleCountsMoreThanTheRest) {
  auto given = form("Họp chuyên đề");
  given.agenda = {item("Giải ngân"), item("Giải ngân vốn đầu tư công")};
  must(meetings_.add(given, christmas));
  meeting("Giải ngân");
  EXPECT_EQ(found("giai ngan").at(0), "Giải ngân");
}

TEST_F(SearchTest, ASnippetMarksTheOriginalWords) {
  auto given = form("Họp");
  given.agenda = {item("Báo cáo của huyện Sìn Hồ")};
  must(meetings_.add(given, christmas));
  const auto hits = search(database_, "sin ho", 10);
  ASSERT_EQ(hits.size(), 1u);
  EXPECT_NE(hits.at(0).snippet.find("\x02Sìn\x03 \x02Hồ\x03"), std::string::npos) << hits.at(0).snippet;
  EXPECT_NE(search(database_, "Sìn Hồ", 10).at(0).snippet.find("\x02Sìn\x03"), std::string::npos);
}

TEST_F(SearchTest, NothingThatIsTypedIsAnOperator) {
  meeting("Họp AND \"giao\" NOT ban");
  for (const std::string words : {"\"",
                                  "\"\"",
                                  "giao\"",
                                  "*",
                                  "NEAR(",
                                  "AND",
                                  "NOT",
                                  "OR",
                                  "title:x",
                                  "-x",
                                  "^giao",
                                  "{a}",
                                  "(giao",
                                  "giao)",
                                  "a+b",
                                  "'; DROP TABLE meetings; --",
                                  "\x01giao",
                                  "%",
                                  "\xff\xfe",
                                  "giao*",
                                  "\"giao\" OR \"x\"",
                                  "///",
                                  "´",
                                  "\u0323"}) {
    EXPECT_NO_THROW(found(words)) << words;
  }
  EXPECT_EQ(found("AND").size(), 1u);
  EXPECT_EQ(found("\"giao\"").size(), 1u);
  EXPECT_EQ(found("giao OR zebra").size(), 0u);
  EXPECT_EQ(found("title:giao").size(), 0u);
}

TEST_F(SearchTest, NothingTypedFindsNothing) {
  meeting("Họp");
  EXPECT_EQ(found(""), Titles{});
  EXPECT_EQ(found(" \t\n"), Titles{});
  EXPECT_EQ(found("… / -"), Titles{});
}

TEST_F(SearchTest, GivesAtMostTheLimit) {
  for (int i = 0; i < 120; ++i) meeting("Họp giao ban");
  EXPECT_EQ(found("hop", 3).size(), 3u);
  EXPECT_EQ(found("Họp", 3).size(), 3u);
  EXPECT_EQ(found("hop", 1000).size(), 100u);
  EXPECT_EQ(found("hop", -1).size(), 1u);
}

TEST_F(SearchTest, APastedPageIsCutAndNotRefused) {
  meeting("Họp giao ban");
  EXPECT_EQ(found(repeated("họp giao ban ", 5000)), Titles{"Họp giao ban"});
}

TEST_F(SearchTest, TheIndexIsSound) {
  const auto of = meeting("Họp giao ban tại Điện Biên");
  must(documents_.add(document(of, "Giấy mời")));
  must(meetings_.change(of, 1, form("Họp"), christmas));
  EXPECT_NO_THROW(database_.exec("INSERT INTO search_index(search_index) VALUES ('integrity-check')"));
}

TEST_F(SearchTest, AReaderSearchesToo) {
  meeting("Họp giao ban");
  const auto reading = open_for_reading(folder_.path());
  EXPECT_EQ(search(reading, "giao ban", 10).size(), 1u);
}

}  // namespace
}  // namespace diemcau::scheduler
