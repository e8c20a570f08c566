#include "scheduler/documents.h"

#include "tests/unit/scheduler/record.h"

namespace diemcau::scheduler {
namespace {

class DocumentsTest : public RecordTest {
 protected:
  MeetingId meeting_ = meeting("Họp giao ban");

  Document letter(const std::string& number, const std::string& notation, const std::string& issuer) const {
    auto made = document(meeting_, "Giấy mời");
    made.form.code_number = number;
    made.form.code_notation = notation;
    made.form.issuer = issuer;
    return made;
  }
};

TEST_F(DocumentsTest, KeepWhatTheyWereGiven) {
  auto given = document(meeting_, " Giấy mời ");
  given.use = DocumentUse::clip;
  given.file_name = "../Na\u0323\u0302m.mp4";
  given.media_type = "video/mp4";
  given.form.type_name = "Giấy mời";
  given.form.code_number = "05";
  given.form.code_notation = "GM-UBND";
  given.form.issued_on = std::chrono::year(2021) / 1 / 5;
  given.form.issuer = "UBND tỉnh Lai Châu";
  given.form.page_amount = 999;
  given.form.arrival_number = 9'999'999'999;
  given.form.urgency = Urgency::express;
  given.form.due_on = std::chrono::year(2021) / 1 / 25;
  const auto id = must(documents_.add(given));
  const auto found = documents_.find(id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->meeting, meeting_);
  EXPECT_EQ(found->use, DocumentUse::clip);
  EXPECT_EQ(found->file_name, "Nậm.mp4");
  EXPECT_EQ(found->media_type, "video/mp4");
  EXPECT_EQ(found->sha256, given.sha256);
  EXPECT_EQ(found->size, 10);
  EXPECT_EQ(found->added_at, christmas);
  EXPECT_EQ(found->added_by, std::nullopt);
  EXPECT_EQ(found->uuid.size(), 36u);
  EXPECT_EQ(found->form.title, "Giấy mời");
  EXPECT_EQ(found->form.code_number, "05");
  EXPECT_EQ(found->form.issued_on, given.form.issued_on);
  EXPECT_EQ(found->form.page_amount, 999);
  EXPECT_EQ(found->form.arrival_number, 9'999'999'999);
  EXPECT_EQ(found->form.urgency, Urgency::express);
  EXPECT_EQ(found->form.due_on, given.form.due_on);
  EXPECT_EQ(found->form.arrived_on, std::nullopt);
}

struct Limit {
  const char* name;
  std::string DocumentForm::*field;
  int most;
};
class FieldLimit : public RecordTest, public testing::WithParamInterface<Limit> {};

TEST_P(FieldLimit, CountsCodePointsAndNamesTheField) {
  auto made = document(meeting("Họp"), "Giấy mời");
  made.form.*GetParam().field =
      repeated("a\u0323\u0302", GetParam().most);  // two code points more each, before NFC
  EXPECT_EQ(answer(documents_.add(made)), "stored");
  made.form.*GetParam().field += "x";
  EXPECT_EQ(answer(documents_.add(made)), std::string("document.field_too_long ") + GetParam().name);
}

INSTANTIATE_TEST_SUITE_P(, FieldLimit,
                         testing::Values(Limit{"title", &DocumentForm::title, 500},
                                         Limit{"type_name", &DocumentForm::type_name, 100},
                                         Limit{"code_number", &DocumentForm::code_number, 11},
                                         Limit{"code_notation", &DocumentForm::code_notation, 30},
                                         Limit{"issuer", &DocumentForm::issuer, 200},
                                         Limit{"subject", &DocumentForm::subject, 500},
                                         Limit{"language", &DocumentForm::language, 30},
                                         Limit{"description", &DocumentForm::description, 500},
                                         Limit{"signer_name", &DocumentForm::signer_name, 50},
                                         Limit{"signer_position", &DocumentForm::signer_position, 100},
                                         Limit{"to_places", &DocumentForm::to_places, 1000}),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST_F(DocumentsTest, RefuseNumbersAndDaysThatCannotBe) {
  const auto asked = [&](auto change) {
    auto made = document(meeting_, "Giấy mời");
    change(made.form);
    return answer(documents_.add(made));
  };
  EXPECT_EQ(asked([](auto& form) { form.page_amount = 0; }), "document.field_invalid page_amount");
  EXPECT_EQ(asked([](auto& form) { form.page_amount = 1000; }), "document.field_too_long page_amount");
  EXPECT_EQ(asked([](auto& form) { form.arrival_number = 0; }), "document.field_invalid arrival_number");
  EXPECT_EQ(asked([](auto& form) { form.arrival_number = 10'000'000'000; }),
            "document.field_too_long arrival_number");
  EXPECT_EQ(asked([](auto& form) { form.issued_on = std::chrono::year(2021) / 2 / 29; }),
            "document.field_invalid issued_on");
  EXPECT_EQ(asked([](auto& form) { form.arrived_on = std::chrono::year(-4) / 1 / 1; }),
            "document.field_invalid arrived_on");
  EXPECT_EQ(asked([](auto& form) { form.due_on = std::chrono::year(2021) / 13 / 1; }),
            "document.field_invalid due_on");
}

TEST_F(DocumentsTest, RefuseAStateSecretWhereverItSaysSo) {
  auto made = document(meeting_, "Giấy mời");
  for (const auto degree : {Secrecy::secret, Secrecy::top_secret, Secrecy::absolute_secret}) {
    made.form.secrecy = degree;
    EXPECT_EQ(answer(documents_.add(made)), "document.secret");
  }
  made.form.secrecy = Secrecy::none;
  made.form.subject = "V/v kế hoạch TỐI MẬT";
  EXPECT_EQ(answer(documents_.add(made)), "document.secret");
  made.form.subject = "";
  made.file_name = "BC_MẬT.pdf";
  EXPECT_EQ(answer(documents_.add(made)), "document.secret");
  made.file_name = "x.pdf";
  made.form.title = "Kế hoạch (mật)";
  EXPECT_EQ(answer(documents_.add(made)), "document.secret");
  EXPECT_TRUE(documents_.of(meeting_).empty());
}

TEST_F(DocumentsTest, TheTableItselfTakesNoSecret) {
  must(documents_.add(document(meeting_, "Giấy mời")));
  EXPECT_THROW(database_.exec("UPDATE documents SET secrecy = 'secret'"), SQLite::Exception);
}

TEST_F(DocumentsTest, RefuseWhatHasNoTitleOrNoMeeting) {
  EXPECT_EQ(answer(documents_.add(document(meeting_, " \n"))), "document.title_missing");
  EXPECT_EQ(answer(documents_.add(document(MeetingId{99}, "Giấy mời"))), "meeting.not_found");
  auto typed = document(meeting_, "Giấy mời");
  typed.media_type = std::string(128, 'x');
  EXPECT_EQ(answer(documents_.add(typed)), "document.field_too_long media_type");
}

TEST_F(DocumentsTest, AHashThatIsNoneIsABug) {
  auto made = document(meeting_, "Giấy mời");
  made.sha256 = std::string(64, 'G');
  EXPECT_THROW(static_cast<void>(documents_.add(made)), SQLite::Exception);
}

TEST_F(DocumentsTest, AreListedAsTheyWereAdded) {
  const auto first = must(documents_.add(document(meeting_, "Z")));
  const auto second = must(documents_.add(document(meeting_, "A")));
  must(documents_.add(document(meeting("Họp khác"), "B")));
  const auto all = documents_.of(meeting_);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all.at(0).id, first);
  EXPECT_EQ(all.at(1).id, second);
}

TEST_F(DocumentsTest, ChangeTheirRecordAndNotTheirBytes) {
  const auto id = must(documents_.add(document(meeting_, "Giấy mời")));
  DocumentForm form;
  form.title = "Giấy mời họp";
  form.subject = "V/v họp giao ban";
  EXPECT_EQ(answer(documents_.change(id, form)), "stored");
  EXPECT_EQ(documents_.find(id)->form.title, "Giấy mời họp");
  EXPECT_EQ(documents_.find(id)->sha256, std::string(64, 'a'));
  form.secrecy = Secrecy::secret;
  EXPECT_EQ(answer(documents_.change(id, form)), "document.secret");
  form.secrecy = Secrecy::none;
  form.title = "";
  EXPECT_EQ(answer(documents_.change(id, form)), "document.title_missing");
  form.title = "x";
  EXPECT_EQ(answer(documents_.change(DocumentId{99}, form)), "document.not_found");
}

TEST_F(DocumentsTest, ARemovedOneIsGoneAndItsIdIsNeverGivenAgain) {
  const auto id = must(documents_.add(document(meeting_, "Giấy mời")));
  EXPECT_EQ(answer(documents_.remove(id)), "stored");
  EXPECT_FALSE(documents_.find(id));
  EXPECT_TRUE(search(database_, "giay moi", 10).empty());
  EXPECT_EQ(answer(documents_.remove(id)), "document.not_found");
  EXPECT_GT(must(documents_.add(document(meeting_, "Giấy mời"))), id);
}

TEST_F(DocumentsTest, WarnOfTheSameCode) {
  const auto first = must(documents_.add(letter("05", "GM-UBND", "UBND tỉnh Lai Châu")));
  EXPECT_FALSE(documents_.same_code(first));
  const auto same = must(documents_.add(letter("5", "GM - UBND", "UBND TỈNH LAI CHÂU")));
  EXPECT_EQ(documents_.same_code(same), first);
  EXPECT_EQ(documents_.same_code(first), same);
}

TEST_F(DocumentsTest, ANumberAloneIsNoCode) {
  must(documents_.add(letter("05", "GM-UBND", "UBND tỉnh Lai Châu")));
  EXPECT_FALSE(documents_.same_code(must(documents_.add(letter("05", "GM-UBND", "")))));
  EXPECT_FALSE(documents_.same_code(must(documents_.add(letter("", "", "UBND tỉnh Lai Châu")))));
  EXPECT_FALSE(documents_.same_code(must(documents_.add(letter("06", "GM-UBND", "UBND tỉnh Lai Châu")))));
  EXPECT_FALSE(documents_.same_code(must(documents_.add(letter("05", "GM-UBND", "UBND huyện Sìn Hồ")))));
  EXPECT_FALSE(documents_.same_code(DocumentId{99}));
}

TEST_F(DocumentsTest, IssuersThatDifferByAMarkAreTwo) {
  must(documents_.add(letter("05", "GM-UBND", "UBND xã Nậm Cha")));
  EXPECT_FALSE(documents_.same_code(must(documents_.add(letter("05", "GM-UBND", "UBND xã Nậm Chà")))));
}

TEST_F(DocumentsTest, NumbersStartAnewEachYear) {
  auto old = letter("05", "GM-UBND", "UBND tỉnh");
  old.form.issued_on = std::chrono::year(2020) / 1 / 5;
  must(documents_.add(old));
  auto young = letter("05", "GM-UBND", "UBND tỉnh");
  young.form.issued_on = std::chrono::year(2021) / 1 / 5;
  const auto id = must(documents_.add(young));
  EXPECT_FALSE(documents_.same_code(id));
  young.form.issued_on.reset();
  must(documents_.change(id, young.form));
  EXPECT_TRUE(documents_.same_code(id));
}

}  // namespace
}  // namespace diemcau::scheduler
