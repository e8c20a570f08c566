#include <string>

#include <gtest/gtest.h>

#include "scheduler/documents.h"

namespace diemcau::scheduler {
namespace {

class Stamped : public testing::TestWithParam<std::string> {};
TEST_P(Stamped, IsASecret) { EXPECT_TRUE(has_secrecy_stamp(GetParam())) << GetParam(); }
INSTANTIATE_TEST_SUITE_P(, Stamped,
                         testing::Values("MẬT", "TỐI MẬT", "TUYỆT MẬT", "Báo cáo MẬT về biên giới",
                                         "BÁO CÁO MẬT VỀ BIÊN GIỚI", "BC_TUYỆT_MẬT_05.pdf", "bao-cao-MẬT.pdf",
                                         "[MẬT] Kế hoạch", "Kế hoạch (mật)", "Kế hoạch (Tối mật)",
                                         "Kế hoạch [tuyệt mật]", "Độ mật: Tối mật", "độ mật: mật",
                                         "Mức độ mật: A", "TỐI\n  MẬT", "MA\u0323\u0302T", "TÀI LIỆU MẬT",
                                         "BC TUYET MAT.pdf", "TOI_MAT.docx", "bảo mật thông tin MẬT"));

class Unstamped : public testing::TestWithParam<std::string> {};
TEST_P(Unstamped, IsNoSecret) { EXPECT_FALSE(has_secrecy_stamp(GetParam())) << GetParam(); }
INSTANTIATE_TEST_SUITE_P(, Unstamped,
                         testing::Values("", "Mật độ dân số", "MẬT ĐỘ DÂN SỐ", "bí mật kinh doanh",
                                         "BÍ MẬT KINH DOANH", "Luật Bảo vệ bí mật nhà nước",
                                         "LUẬT BẢO VỆ BÍ MẬT NHÀ NƯỚC", "bảo mật", "QUY CHẾ BẢO MẬT",
                                         "Mật ong rừng", "ĐỔI MẬT KHẨU", "Bệnh sỏi mật", "BỆNH SỎI MẬT",
                                         "MẶT TRẬN TỔ QUỐC", "MAT TRAN TO QUOC", "Tài liệu không mật",
                                         "Độ mật: không", "Độ mật: thường", "Độ mật:", "MẬTX",
                                         "tối nay mật ong (rừng)", "(mật ong)"));

TEST(StampLine, StandsAloneInItsLine) {
  for (const std::string text : {"MẬT", "UBND TỈNH\n  TỐI MẬT \nSố: 12", "a\r\nTUYỆT MẬT\r\nb",
                                 "T U Y Ệ T  M Ậ T", "Độ mật: Tối mật", "ĐỘ MẬT: MẬT", "MA\u0323\u0302T"})
    EXPECT_TRUE(has_secrecy_stamp_line(text)) << text;
  for (const std::string text : {"", "Báo cáo MẬT về biên giới", "BẢO MẬT\nTHÔNG TIN", "mật", "Mật độ dân số",
                                 "TỐI", "TỐI\nMẬT ONG", "Độ mật: không"})
    EXPECT_FALSE(has_secrecy_stamp_line(text)) << text;
}

}  // namespace
}  // namespace diemcau::scheduler
