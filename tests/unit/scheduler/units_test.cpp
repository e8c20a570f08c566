#include "tests/unit/scheduler/record.h"

namespace diemcau::scheduler {
namespace {

constexpr Date before_the_reform = std::chrono::year(2025) / 6 / 30;
constexpr Date reform = std::chrono::year(2025) / 7 / 1;

class UnitsTest : public RecordTest {
 protected:
  Unit dated(const std::string& name, const std::string& code, std::optional<Date> from,
             std::optional<Date> to) {
    auto made = unit(name, Tier::commune, province_);
    made.code = code;
    made.valid_from = from;
    made.valid_to = to;
    made.id = must(units_.add(made));
    return made;
  }
  std::vector<std::string> names_on(Date day) const {
    std::vector<std::string> names;
    for (const auto& found : units_.on(day)) names.push_back(found.name);
    return names;
  }
};

using Names = std::vector<std::string>;

TEST_F(UnitsTest, KeepWhatTheyWereGiven) {
  auto given = unit(" Huyện Si\u0300n Hồ\n", Tier::district, province_);
  given.code = "108";
  given.valid_to = reform;
  given.sort_order = 4;
  const auto found = units_.find(must(units_.add(given)));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "Huyện Sìn Hồ");
  EXPECT_EQ(found->parent, province_);
  EXPECT_EQ(found->tier, Tier::district);
  EXPECT_EQ(found->code, "108");
  EXPECT_EQ(found->valid_from, std::nullopt);
  EXPECT_EQ(found->valid_to, reform);
  EXPECT_EQ(found->sort_order, 4);
  EXPECT_EQ(found->uuid.size(), 36u);
  EXPECT_NE(found->uuid, units_.find(province_)->uuid);
}

TEST_F(UnitsTest, ACodeMeansAnotherUnitAfterTheReform) {
  dated("Phường Quyết Tiến", "03388", std::nullopt, reform);
  dated("Phường Đoàn Kết", "03388", reform, std::nullopt);
  EXPECT_EQ(names_on(before_the_reform), (Names{"Tỉnh Lai Châu", "Phường Quyết Tiến"}));
  EXPECT_EQ(names_on(reform), (Names{"Tỉnh Lai Châu", "Phường Đoàn Kết"}));
}

TEST_F(UnitsTest, OneNameMayBeADistrictATownAndACommune) {
  const auto district = must(units_.add(unit("Mường Tè", Tier::district, province_)));
  must(units_.add(unit("Mường Tè", Tier::commune, district)));
  must(units_.add(unit("Mường Tè", Tier::commune, district)));
  EXPECT_EQ(names_on(reform), (Names{"Tỉnh Lai Châu", "Mường Tè", "Mường Tè", "Mường Tè"}));
}

TEST_F(UnitsTest, StandBelowTheirParentsInProtocolOrder) {
  auto second = unit("Huyện Sìn Hồ", Tier::district, province_);
  second.sort_order = 2;
  const auto sin_ho = must(units_.add(second));
  auto first = unit("Huyện Tam Đường", Tier::district, province_);
  first.sort_order = 1;
  must(units_.add(first));
  must(units_.add(unit("Xã Nậm Cha", Tier::commune, sin_ho)));
  EXPECT_EQ(names_on(reform), (Names{"Tỉnh Lai Châu", "Huyện Tam Đường", "Huyện Sìn Hồ", "Xã Nậm Cha"}));
}

TEST_F(UnitsTest, ACommuneOutlivesItsDistrict) {
  auto district = unit("Huyện Sìn Hồ", Tier::district, province_);
  district.valid_to = reform;
  must(units_.add(unit("Xã Nậm Tăm", Tier::commune, must(units_.add(district)))));
  EXPECT_EQ(names_on(reform), (Names{"Tỉnh Lai Châu", "Xã Nậm Tăm"}));
}

TEST_F(UnitsTest, RefuseWhatCannotBe) {
  EXPECT_EQ(answer(units_.add(unit(" \u200b ", Tier::commune))), "unit.name_missing");
  EXPECT_EQ(answer(units_.add(unit(repeated("ậ", 200), Tier::commune))), "stored");
  EXPECT_EQ(answer(units_.add(unit(repeated("ậ", 201), Tier::commune))), "unit.field_too_long name");
  EXPECT_EQ(answer(units_.add(unit("Xã", Tier::commune, UnitId{99}))), "unit.parent_not_found");
  auto coded = unit("Xã", Tier::commune);
  coded.code = std::string(36, '1');
  EXPECT_EQ(answer(units_.add(coded)), "unit.field_too_long code");
  auto days = unit("Xã", Tier::commune);
  days.valid_from = reform;
  days.valid_to = reform;
  EXPECT_EQ(answer(units_.add(days)), "unit.dates_out_of_order");
  days.valid_to = std::chrono::year(2025) / 2 / 30;
  EXPECT_EQ(answer(units_.add(days)), "unit.field_invalid valid_to");
  days.valid_from = std::chrono::year(12000) / 1 / 1;
  EXPECT_EQ(answer(units_.add(days)), "unit.field_invalid valid_from");
}

TEST_F(UnitsTest, AreChangedButNeverPutBelowThemselves) {
  auto district = unit("Huyện Sìn Hồ", Tier::district, province_);
  district.id = must(units_.add(district));
  const auto commune = must(units_.add(unit("Xã Nậm Cha", Tier::commune, district.id)));
  district.valid_to = reform;
  EXPECT_EQ(answer(units_.change(district)), "stored");
  EXPECT_EQ(units_.find(district.id)->valid_to, reform);
  district.parent = commune;
  EXPECT_EQ(answer(units_.change(district)), "unit.parent_below_itself");
  district.parent = district.id;
  EXPECT_EQ(answer(units_.change(district)), "unit.parent_below_itself");
  district.parent = UnitId{99};
  EXPECT_EQ(answer(units_.change(district)), "unit.parent_not_found");
  district.id = UnitId{98};
  EXPECT_EQ(answer(units_.change(district)), "unit.not_found");
  district.name = "";
  EXPECT_EQ(answer(units_.change(district)), "unit.name_missing");
}

}  // namespace
}  // namespace diemcau::scheduler
