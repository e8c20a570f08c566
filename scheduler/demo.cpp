#include "scheduler/demo.h"

#include <array>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include "scheduler/meetings.h"
#include "scheduler/sites.h"
#include "scheduler/units.h"

namespace diemcau::scheduler {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

/// Vietnam has one zone and no summer time.
constexpr hours vietnam{7};

struct District {
  const char *unit, *code, *site, *room;
};

/// In the order of the statistics office's codes.
constexpr std::array<District, 8> districts{{
    {"Thành phố Lai Châu", "105", "Thành phố Lai Châu", "Phòng họp trực tuyến tầng 3, UBND thành phố"},
    {"Huyện Tam Đường", "106", "Tam Đường", "Phòng họp số 1, UBND huyện"},
    {"Huyện Mường Tè", "107", "Mường Tè", "Phòng họp trực tuyến tầng 2, UBND huyện"},
    {"Huyện Sìn Hồ", "108", "Sìn Hồ", "Phòng họp trực tuyến tầng 2, UBND huyện"},
    {"Huyện Phong Thổ", "109", "Phong Thổ", "Hội trường nhỏ, UBND huyện"},
    {"Huyện Than Uyên", "110", "Than Uyên", "Phòng họp trực tuyến, UBND huyện"},
    {"Huyện Tân Uyên", "111", "Tân Uyên", "Phòng họp số 2, UBND huyện"},
    {"Huyện Nậm Nhùn", "112", "Nậm Nhùn", "Phòng họp trực tuyến tầng 1, UBND huyện"},
}};

const std::string province_committee = "UBND tỉnh Lai Châu";
const std::string main_room = "Phòng họp trực tuyến tầng 2, Văn phòng UBND tỉnh";
const std::string chair = "Chủ tịch UBND tỉnh";

/// The demonstration's own data break no rule; if they do, that is our bug.
template <class T>
T must(const Result<T>& result) {
  if (!result) throw std::logic_error("the demonstration is refused: " + result.error().text_key);
  return *result;
}

Date day_in_vietnam(Time time) { return Date(std::chrono::floor<days>(time + vietnam)); }

/// "tháng 01", as it stands in titles.
std::string two_digits(unsigned value) {
  char text[8];
  std::snprintf(text, sizeof text, "%02u", value);
  return text;
}

/// "ngày 05 tháng 01 năm 2021". A zero stands before days below 10 and before the months 1 and 2 (Decree
/// 30/2020), so that nobody can write another digit there.
std::string spelled(Date day) {
  const auto month = static_cast<unsigned>(day.month());
  return "ngày " + two_digits(static_cast<unsigned>(day.day())) + " tháng " +
         (month < 3 ? two_digits(month) : std::to_string(month)) + " năm " +
         std::to_string(static_cast<int>(day.year()));
}

std::string clock_in_vietnam(Time time) {
  const auto local = time + vietnam;
  const std::chrono::hh_mm_ss clock(std::chrono::floor<minutes>(local - std::chrono::floor<days>(local)));
  return two_digits(static_cast<unsigned>(clock.hours().count())) + " giờ " +
         two_digits(static_cast<unsigned>(clock.minutes().count()));
}

std::string briefing_title(Date day) {
  return "Họp giao ban UBND tỉnh với các huyện, thành phố tháng " +
         two_digits(static_cast<unsigned>(day.month()));
}

std::vector<SiteId> add_places(SQLite::Database& database) {
  Units units(database);
  Sites sites(database);
  const auto unit = [&](std::optional<UnitId> parent, Tier tier, const char* name, const char* code,
                        int order) {
    Unit added;
    added.parent = parent;
    added.tier = tier;
    added.name = name;
    added.code = code;
    added.sort_order = order;
    return must(units.add(added));
  };
  std::vector<SiteId> all;
  const auto site = [&](UnitId of, const std::string& name, const std::string& room,
                        const std::string& contact) {
    Site added;
    added.unit = of;
    added.number = static_cast<int>(all.size()) + 1;
    added.name = name;
    added.room = room;
    added.contact = contact;
    all.push_back(must(sites.add(added)));
  };
  const UnitId government = unit(std::nullopt, Tier::government, "Chính phủ", "", 1);
  const UnitId province = unit(government, Tier::province, "Tỉnh Lai Châu", "12", 1);
  const UnitId office = unit(province, Tier::department, "Văn phòng UBND tỉnh Lai Châu", "", 1);
  site(office, "UBND tỉnh Lai Châu", main_room, "Tổ kỹ thuật Văn phòng UBND tỉnh, máy lẻ 101");
  for (std::size_t i = 0; i < districts.size(); ++i) {
    const District& district = districts.at(i);
    const auto order = static_cast<int>(i);
    const UnitId of = unit(province, Tier::district, district.unit, district.code, order + 2);
    site(of, district.site, district.room,
         "Trực kỹ thuật " + std::string(district.site) + ", máy lẻ " + std::to_string(order + 102));
  }
  return all;
}

std::vector<InvitedSite> invited(const std::vector<SiteId>& sites, bool first_is_main,
                                 std::size_t confirmed) {
  std::vector<InvitedSite> all;
  all.reserve(sites.size());
  for (const SiteId site : sites) {
    all.push_back({.site = site, .main = first_is_main && all.empty(), .confirmed = all.size() < confirmed});
  }
  return all;
}

MeetingForm hosted(const std::string& title, Time starts, const std::vector<SiteId>& sites) {
  MeetingForm form;
  form.mode = MeetingMode::host;
  form.kind = MeetingKind::briefing;
  form.title = title;
  form.organizer = province_committee;
  form.chair = chair;
  form.place = main_room;
  form.starts_at = starts;
  form.ends_at = starts + minutes(150);
  form.sites = invited(sites, true, 7);
  return form;
}

void add_item(MeetingForm& form, const char* title, int minutes_in,
              std::optional<SiteId> speaker = std::nullopt) {
  form.agenda.push_back(
      {.id = {}, .title = title, .planned_at = form.starts_at + minutes(minutes_in), .speaker = speaker});
}

MeetingForm briefing_now(Time starts, const std::vector<SiteId>& sites) {
  auto form = hosted(briefing_title(day_in_vietnam(starts)), starts, sites);
  form.invitation = "12/GM-UBND";
  form.notes = "Các điểm cầu kết nối thử đường truyền trước 30 phút. Mỗi huyện báo cáo không quá 7 phút.";
  add_item(form, "Khai mạc, giới thiệu đại biểu", 0, sites.at(0));
  add_item(form, "Báo cáo tình hình kinh tế - xã hội trong tháng", 10, sites.at(0));
  add_item(form, "Huyện Sìn Hồ: tiến độ giải ngân vốn đầu tư công", 40, sites.at(4));
  add_item(form, "Huyện Mường Tè: công tác phòng, chống rét cho gia súc, cây trồng", 60, sites.at(3));
  add_item(form, "Thảo luận, phát biểu của các điểm cầu", 80);
  add_item(form, "Kết luận của Chủ tịch UBND tỉnh", 130, sites.at(0));
  return form;
}

MeetingForm held_last_week(Time starts, const std::vector<SiteId>& sites) {
  auto form = hosted("Họp triển khai phòng, chống cháy rừng mùa hanh khô", starts, sites);
  form.kind = MeetingKind::coordination;
  form.chair = "Phó Chủ tịch UBND tỉnh";
  form.invitation = "09/GM-UBND";
  add_item(form, "Báo cáo của Chi cục Kiểm lâm", 10, sites.at(0));
  add_item(form, "Huyện Nậm Nhùn: lực lượng và phương án tại chỗ", 40, sites.at(8));
  add_item(form, "Kết luận", 120, sites.at(0));
  return form;
}

MeetingForm of_the_government(Time starts, const std::vector<SiteId>& sites) {
  MeetingForm form;
  form.mode = MeetingMode::guest;
  form.kind = MeetingKind::thematic;
  form.title = "Hội nghị trực tuyến Chính phủ với các địa phương về tình hình kinh tế - xã hội";
  form.organizer = "Văn phòng Chính phủ";
  form.chair = "Thủ tướng Chính phủ";
  form.place = main_room;
  form.invitation = "215/GM-VPCP";
  form.notes =
      "Điểm cầu UBND tỉnh kết nối theo hướng dẫn của Văn phòng Chính phủ; các huyện, thành phố theo dõi qua "
      "tỉnh.";
  form.starts_at = starts;
  form.ends_at = starts + hours(4);
  add_item(form, "Báo cáo tình hình kinh tế - xã hội", 15);
  add_item(form, "Ý kiến của các bộ, ngành và địa phương", 75);
  add_item(form, "Kết luận của Thủ tướng Chính phủ", 210);
  form.sites = invited(sites, true, 3);
  return form;
}

/// 8:00 in Vietnam on the day that lies so far from today.
Time morning(Time now, int days_away) {
  return Time(std::chrono::floor<days>(now + vietnam)) + days(days_away) + hours(8) - vietnam;
}

}  // namespace

Demo seed_demo(SQLite::Database& database, Time now) {
  if (SQLite::Statement(database, "SELECT 1 FROM units LIMIT 1").executeStep()) {
    throw std::logic_error("the demonstration needs an empty record");
  }
  Demo demo;
  demo.sites = add_places(database);
  Meetings meetings(database);
  demo.now = must(meetings.add(briefing_now(std::chrono::floor<minutes>(now), demo.sites), now));
  const Time last_week = morning(now, -7);
  demo.past = must(meetings.add(held_last_week(last_week, demo.sites), last_week - days(5)));
  meetings.mark_live(demo.past, last_week - minutes(4));
  meetings.mark_ended(demo.past, last_week + minutes(138));
  demo.guest = must(meetings.add(of_the_government(morning(now, 7), demo.sites), now));
  return demo;
}

InvitationLetter demo_invitation(Time now) {
  const Date meets_on = day_in_vietnam(now);
  const Date written_on = day_in_vietnam(now - days(3));
  const auto title = briefing_title(meets_on);
  InvitationLetter letter;
  letter.issuer = {"ỦY BAN NHÂN DÂN", "TỈNH LAI CHÂU"};
  letter.number = "Số: 12/GM-UBND";
  letter.about = "V/v " + title;
  letter.country = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM";
  letter.motto = "Độc lập - Tự do - Hạnh phúc";
  letter.place_and_date = "Lai Châu, " + spelled(written_on);
  letter.kind = "GIẤY MỜI";
  letter.abstract = title + " (hình thức trực tuyến)";
  letter.body = {
      "Thực hiện Chương trình công tác của UBND tỉnh, UBND tỉnh tổ chức " + title +
          " bằng hình thức trực tuyến.",
      "1. Thời gian: " + clock_in_vietnam(std::chrono::floor<minutes>(now)) + ", " + spelled(meets_on) +
          ". Các điểm cầu kết nối, thử đường truyền trước giờ họp 30 phút.",
      "2. Địa điểm: điểm cầu chính tại " + main_room +
          "; các điểm cầu thành phần tại phòng họp trực tuyến của UBND các huyện, thành phố.",
      "3. Chủ trì: " + chair + ".",
      ("4. Thành phần: Chủ tịch, các Phó Chủ tịch UBND tỉnh; Giám đốc các sở, Thủ trưởng các ban, ngành "
       "tỉnh; "
       "Chủ tịch UBND các huyện, thành phố và lãnh đạo các phòng chuyên môn có liên quan."),
      ("5. Nội dung: báo cáo tình hình kinh tế - xã hội trong tháng; tiến độ giải ngân vốn đầu tư công "
       "(huyện "
       "Sìn Hồ); công tác phòng, chống rét cho gia súc, cây trồng (huyện Mường Tè); thảo luận và kết luận."),
      "6. Giao Văn phòng UBND tỉnh chủ trì, phối hợp với UBND các huyện, thành phố bảo đảm đường truyền, "
      "trang thiết bị và cán "
      "bộ kỹ thuật trực tại các điểm cầu.",
      "UBND tỉnh trân trọng kính mời các đại biểu tham dự đầy đủ, đúng thời gian và thành phần./.",
  };
  letter.recipients = {"- Như thành phần mời;", "- Thường trực Tỉnh ủy (để báo cáo);",
                       "- Chủ tịch, các Phó Chủ tịch UBND tỉnh;", "- UBND các huyện, thành phố;",
                       "- Lưu: VT, TH."};
  letter.signature = {"TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"};
  DocumentForm& form = letter.form;
  form.title = "Giấy mời " + title;
  form.type_name = "Giấy mời";
  form.code_number = "12";
  form.code_notation = "GM-UBND";
  form.issued_on = written_on;
  form.issuer = province_committee;
  form.subject = title;
  form.language = "Tiếng Việt";
  form.page_amount = 1;
  form.arrived_on = written_on;
  form.signer_position = "Chánh Văn phòng UBND tỉnh";
  form.to_places = "Như thành phần mời; UBND các huyện, thành phố";
  return letter;
}

}  // namespace diemcau::scheduler
