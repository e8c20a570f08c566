#include "scheduler/text_folding.h"

#include <gtest/gtest.h>

namespace diemcau::scheduler {
namespace {

TEST(TextFolding, ComposesWhatAMacSends) {
  EXPECT_EQ(nfc("Na\u0323\u0302m"), "Nậm");
  EXPECT_EQ(nfc("Nâ\u0323m"), "Nậm");
  EXPECT_EQ(nfc("Sin Ho"), "Sin Ho");
}

TEST(TextFolding, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(clean_line("a\xff"
                       "b"),
            "a\ufffd"
            "b");
  EXPECT_EQ(clean_line("cut \xe1\xba"), "cut \ufffd");
}

TEST(TextFolding, DropsAllMarks) {
  EXPECT_EQ(fold("Điện Biên"), "dien bien");
  EXPECT_EQ(fold("ƯỜNG ƠN Ữ"), "uong on u");
  EXPECT_EQ(fold("Na\u0323\u0302m"), "nam");
}

TEST(TextFolding, TheIcelandicEthThatSomeKeyboardsGiveIsD) {
  EXPECT_EQ(fold("\u00d0iện \u00f0ường"), "dien duong");
  EXPECT_EQ(with_marks("\u00d0iện"), "điện");
}

TEST(TextFolding, BothTonePlacementsAreOneWord) {
  EXPECT_EQ(fold("hòa"), fold("hoà"));
  EXPECT_EQ(with_marks("Khoá"), with_marks("khóa"));
  EXPECT_EQ(with_marks("UỶ"), with_marks("ủy"));
  EXPECT_EQ(with_marks("khoẻ"), "khỏe");
  EXPECT_EQ(with_marks("hoàn"), "hoàn");
}

TEST(TextFolding, MarksTellNamesApart) {
  EXPECT_NE(with_marks("Cha"), with_marks("Chà"));
  EXPECT_TRUE(has_marks("Chà"));
  EXPECT_TRUE(has_marks("Đan"));
  EXPECT_FALSE(has_marks("CHA 12/GM"));
}

TEST(TextFolding, TrimsALineAndTakesControlCharactersOut) {
  EXPECT_EQ(clean_line("  Sìn\tHồ \r\n"), "Sìn Hồ");
  EXPECT_EQ(clean_line("a\x01\x02"
                       "b\x7f"),
            "ab");
  EXPECT_EQ(clean_line("a\u202eb\u200bc\ufeffd"), "abcd");
  EXPECT_EQ(clean_line("\u00a0\u3000Sìn Hồ\u00a0"), "Sìn Hồ");
  EXPECT_EQ(clean_line(std::string("a\0b", 3)), "ab");
  EXPECT_EQ(clean_line(" \t\n "), "");
}

TEST(TextFolding, KeepsTheLinesOfANote) { EXPECT_EQ(clean_lines("một\r\nhai\u2028ba\n\n"), "một\nhai\nba"); }

TEST(TextFolding, CountsCodePoints) {
  EXPECT_EQ(length("Nậm"), 3u);
  EXPECT_EQ(length("\U0001f600"), 1u);
  EXPECT_EQ(length(""), 0u);
}

}  // namespace
}  // namespace diemcau::scheduler
