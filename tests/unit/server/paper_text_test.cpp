#include "server/http/paper_text.h"

#include <chrono>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <zlib.h>

#include "scheduler/documents.h"
#include "server/auth/random.h"
#include "server/demo.h"

namespace diemcau::server {
namespace {
namespace fs = std::filesystem;

void put(std::string& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i, value /= 256) out += static_cast<char>(value);
}

/// A ZIP whose one entry is not squeezed (APPNOTE.TXT 4.3).
std::string zip(const std::string& name, const std::string& content) {
  const auto sum = static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const unsigned char*>(content.data()),
                                                    static_cast<unsigned>(content.size())));
  const auto size = static_cast<std::uint32_t>(content.size());
  const auto common = [&](std::string& out) {
    put(out, 20, 2);
    put(out, 0, 8);  // flags, method, time, date
    put(out, sum, 4);
    put(out, size, 4);
    put(out, size, 4);
    put(out, static_cast<std::uint32_t>(name.size()), 2);
    put(out, 0, 2);
  };
  std::string out = "PK\x03\x04";
  common(out);
  out += name + content;
  const auto directory_at = static_cast<std::uint32_t>(out.size());
  out += "PK\x01\x02";
  put(out, 20, 2);
  common(out);
  put(out, 0, 14);  // comment, disk, attributes, offset
  out += name;
  const auto directory_size = static_cast<std::uint32_t>(out.size()) - directory_at;
  out += "PK\x05\x06";
  put(out, 0, 4);
  put(out, 1, 2);
  put(out, 1, 2);
  put(out, directory_size, 4);
  put(out, directory_at, 4);
  put(out, 0, 2);
  return out;
}

class PaperText : public testing::Test {
 protected:
  ~PaperText() override { fs::remove(file_); }
  std::string text_of(const std::string& bytes, const std::string& media_type) const {
    std::ofstream(file_, std::ios::binary) << bytes;
    return http::paper_text(file_, media_type);
  }
  static std::string letter(const std::string& first_line) {
    auto invitation = scheduler::demo_invitation(scheduler::Time(std::chrono::days(20000)));
    invitation.issuer.insert(invitation.issuer.begin(), first_line);
    return letter_pdf(invitation);
  }
  static std::string docx(const std::string& paragraphs) {
    return zip("word/document.xml", R"(<?xml version="1.0"?><w:document xmlns:w="w"><w:body>)" + paragraphs +
                                        "</w:body></w:document>");
  }

  const std::string pdf = "application/pdf";
  const std::string word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
  fs::path file_ = fs::temp_directory_path() / ("diemcau-paper-" + auth::base64url(auth::random_bytes(9)));
};

TEST_F(PaperText, OfALetterIsWhatStandsOnItsFirstPage) {
  const auto text = text_of(letter("ỦY BAN NHÂN DÂN"), pdf);
  EXPECT_NE(text.find("GIẤY MỜI"), std::string::npos) << text;
  EXPECT_FALSE(scheduler::has_secrecy_stamp_line(text)) << text;
}

TEST_F(PaperText, AStampOnALetterIsSeen) {
  for (const std::string stamp : {"MẬT", "TỐI MẬT", "TUYỆT MẬT", "T U Y Ệ T  M Ậ T"})
    EXPECT_TRUE(scheduler::has_secrecy_stamp_line(text_of(letter(stamp), pdf))) << stamp;
  EXPECT_FALSE(scheduler::has_secrecy_stamp_line(text_of(letter("QUY CHẾ BẢO MẬT"), pdf)));
}

TEST_F(PaperText, OfAWordDocumentHasALineForEachParagraph) {
  const auto text =
      text_of(docx("<w:p><w:r><w:t>TỐI M</w:t></w:r><w:r><w:t>ẬT</w:t></w:r></w:p><w:p><w:r><w:t>Kế hoạch "
                   "&amp; dự toán</w:t></w:r></w:p>"),
              word);
  EXPECT_EQ(text, "TỐI MẬT\nKế hoạch & dự toán\n");
  EXPECT_TRUE(scheduler::has_secrecy_stamp_line(text));
}

TEST_F(PaperText, OfWhatCannotBeReadIsEmpty) {
  EXPECT_EQ(text_of("%PDF-1.7\nnot a page", pdf), "");
  EXPECT_EQ(text_of("PK\x03\x04 no directory", word), "");
  EXPECT_EQ(text_of("\xff\xd8\xff", "image/jpeg"), "");
  EXPECT_EQ(http::paper_text("/nowhere/at/all.pdf", pdf), "");
}

TEST_F(PaperText, OfAnEndlessDocumentIsItsBeginning) {
  std::string paragraphs;
  while (paragraphs.size() < 3 << 20) paragraphs += "<w:p><w:r><w:t>một hai ba bốn</w:t></w:r></w:p>";
  const auto text = text_of(docx(paragraphs), word);
  EXPECT_GT(text.size(), 100'000U);
  EXPECT_LE(text.size(), 256U * 1024 + 100);
}

}  // namespace
}  // namespace diemcau::server
