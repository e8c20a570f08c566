#include "scheduler/file_name.h"

#include <string>

#include <gtest/gtest.h>

namespace diemcau::scheduler {
namespace {

struct Case {
  const char* name;
  std::string given, safe;
};

class FileName : public testing::TestWithParam<Case> {};

TEST_P(FileName, IsSafe) { EXPECT_EQ(safe_file_name(GetParam().given), GetParam().safe); }

INSTANTIATE_TEST_SUITE_P(
    , FileName,
    testing::Values(
        Case{"plain", "Giấy mời 05.pdf", "Giấy mời 05.pdf"}, Case{"climbs", "../../x.pdf", "x.pdf"},
        Case{"climbs_as_windows_does", "..\\..\\x.pdf", "x.pdf"}, Case{"absolute", "/etc/passwd", "passwd"},
        Case{"fake_path_of_a_browser", "C:\\fakepath\\x.pdf", "x.pdf"},
        Case{"turned_round", "baocao\u202efdp.exe", "baocaofdp.exe"},
        Case{"control_characters",
             "a\x01"
             "b\x1f"
             "c.pdf",
             "abc.pdf"},
        Case{"new_line", "a\nb.pdf", "a b.pdf"}, Case{"nul", std::string("a.pdf\0.exe", 10), "a.pdf.exe"},
        Case{"trailing_dots", "x.pdf. . .", "x.pdf"}, Case{"hidden", ".bashrc", "bashrc"},
        Case{"decomposed", "Na\u0323\u0302m.pdf", "Nậm.pdf"},
        Case{"reserved_characters", "a<b>:\"|?*.pdf", "a_b______.pdf"}, Case{"device", "CON.txt", "_CON.txt"},
        Case{"numbered_device", "com7", "_com7"}, Case{"no_device", "concert.pdf", "concert.pdf"},
        Case{"nothing", "", "tài liệu"}, Case{"only_dots", "...", "tài liệu"},
        Case{"only_folders", "a/b/", "tài liệu"}, Case{"not_utf8", "a\xff.pdf", "a\ufffd.pdf"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(FileNameLength, IsCutBetweenCharactersAndKeepsTheExtension) {
  std::string name;
  for (int i = 0; i < 100; ++i) name += "ậ";  // three bytes each
  const auto safe = safe_file_name("a" + name + ".pdf");
  EXPECT_LE(safe.size(), 180u);
  EXPECT_GE(safe.size(), 176u);
  EXPECT_TRUE(safe.ends_with("ậ.pdf"));
}

TEST(FileNameLength, AnExtensionThatIsASentenceIsCutToo) {
  const auto safe = safe_file_name("a." + std::string(400, 'b'));
  EXPECT_EQ(safe.size(), 180u);
}

}  // namespace
}  // namespace diemcau::scheduler
