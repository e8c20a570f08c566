#include "scheduler/site_cameras.h"
#include "tests/unit/scheduler/record.h"

namespace diemcau::scheduler {
namespace {

class SitesTest : public RecordTest {
 protected:
  Site made(int number, const std::string& name) const {
    Site site;
    site.unit = province_;
    site.number = number;
    site.name = name;
    return site;
  }
};

TEST_F(SitesTest, KeepWhatTheyWereGiven) {
  auto given = made(27, " Nậm Cha ");
  given.room = "Phòng họp\ttầng 2";
  given.contact = "Trực kỹ thuật\r\nmáy lẻ 101";
  given.active = false;
  const auto found = sites_.find(must(sites_.add(given)));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "Nậm Cha");
  EXPECT_EQ(found->room, "Phòng họp tầng 2");
  EXPECT_EQ(found->contact, "Trực kỹ thuật\nmáy lẻ 101");
  EXPECT_EQ(found->number, 27);
  EXPECT_EQ(found->unit, province_);
  EXPECT_FALSE(found->active);
  EXPECT_EQ(found->uuid.size(), 36u);
}

TEST_F(SitesTest, OfACameraOnlyItsPlaceIsSeen) {
  const auto id = must(sites_.add(made(27, "Nậm Cha")));
  EXPECT_EQ(sites_.find(id)->camera, "");
  SiteCameras cameras(database_);
  must(cameras.set(id, "rtsp://10.1.3.7:554", "locked"));
  auto site = *sites_.find(id);
  EXPECT_EQ(site.camera, "rtsp://10.1.3.7:554");
  site.camera = "rtsp://10.9.9.9:554";
  site.room = "Phòng họp";
  must(sites_.change(site));
  EXPECT_EQ(sites_.find(id)->camera, "rtsp://10.1.3.7:554") << "it is not changed with the rest";
  must(cameras.set(id, "rtsp://10.1.3.8:554", "locked anew"));
  EXPECT_EQ(cameras.all(), (std::map<SiteId, std::string>{{id, "locked anew"}}));
  must(cameras.remove(id));
  EXPECT_EQ(sites_.find(id)->camera, "");
  EXPECT_EQ(answer(cameras.set(SiteId{999}, "rtsp://10.1.3.7:554", "locked")), "site.not_found");
  EXPECT_EQ(answer(cameras.remove(SiteId{999})), "site.not_found");
}

TEST_F(SitesTest, TwoThatDifferByAMarkAreTwo) {
  site(27, "Nậm Cha");
  site(9, "Nậm Chà");
  const auto all = sites_.all();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all.at(0).name, "Nậm Chà");
  EXPECT_EQ(all.at(1).name, "Nậm Cha");
}

TEST_F(SitesTest, RefuseWhatCannotBe) {
  site(1, "UBND tỉnh");
  EXPECT_EQ(answer(sites_.add(made(2, " "))), "site.name_missing");
  EXPECT_EQ(answer(sites_.add(made(2, repeated("ậ", 101)))), "site.field_too_long name");
  EXPECT_EQ(answer(sites_.add(made(0, "Sìn Hồ"))), "site.number_out_of_range");
  EXPECT_EQ(answer(sites_.add(made(10000, "Sìn Hồ"))), "site.number_out_of_range");
  EXPECT_EQ(answer(sites_.add(made(1, "Sìn Hồ"))), "site.number_taken UBND tỉnh");
  auto other = made(2, "Sìn Hồ");
  other.unit = UnitId{99};
  EXPECT_EQ(answer(sites_.add(other)), "site.unit_not_found");
  other = made(2, "Sìn Hồ");
  other.room = std::string(201, 'x');
  EXPECT_EQ(answer(sites_.add(other)), "site.field_too_long room");
  other = made(2, "Sìn Hồ");
  other.contact = std::string(501, 'x');
  EXPECT_EQ(answer(sites_.add(other)), "site.field_too_long contact");
  EXPECT_EQ(sites_.all().size(), 1u);
}

TEST_F(SitesTest, AreChangedAndKeepTheirNumber) {
  site(1, "UBND tỉnh");
  auto changed = made(2, "Sìn Hồ");
  changed.id = must(sites_.add(changed));
  changed.name = "Huyện Sìn Hồ";
  EXPECT_EQ(answer(sites_.change(changed)), "stored");
  EXPECT_EQ(sites_.find(changed.id)->name, "Huyện Sìn Hồ");
  changed.number = 1;
  EXPECT_EQ(answer(sites_.change(changed)), "site.number_taken UBND tỉnh");
  changed.number = 9999;
  EXPECT_EQ(answer(sites_.change(changed)), "stored");
  changed.id = SiteId{99};
  EXPECT_EQ(answer(sites_.change(changed)), "site.not_found");
}

}  // namespace
}  // namespace diemcau::scheduler
