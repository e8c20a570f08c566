#pragma once
#include <filesystem>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>
#include <stdlib.h>

#include "scheduler/database.h"
#include "scheduler/documents.h"
#include "scheduler/meetings.h"
#include "scheduler/sites.h"
#include "scheduler/units.h"

/// A folder of its own for a test, gone with it.
class TestFolder {
 public:
  TestFolder() {
    auto name = (std::filesystem::temp_directory_path() / "diemcau-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for a test");
    path_ = name;
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

namespace diemcau::scheduler {

/// 2020-12-25 14:00 in Vietnam.
inline constexpr Time christmas{std::chrono::sys_days(std::chrono::year(2020) / 12 / 25) +
                                std::chrono::hours(7)};

template <class T>
T must(const Result<T>& result) {
  if (!result) throw std::runtime_error("refused: " + result.error().text_key + " " + result.error().detail);
  return *result;
}

/// "meeting.too_long", or "stored"; with the detail after a blank when there is one.
template <class T>
std::string answer(const Result<T>& result) {
  if (result) return "stored";
  return result.error().detail.empty() ? result.error().text_key
                                       : result.error().text_key + " " + result.error().detail;
}

inline std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

/// A record on a real file, with one province to hang things on.
class RecordTest : public testing::Test {
 protected:
  TestFolder folder_;
  SQLite::Database database_ = open_for_writing(folder_.path());
  Units units_{database_};
  Sites sites_{database_};
  Meetings meetings_{database_};
  Documents documents_{database_};
  UnitId province_ = must(units_.add(unit("Tỉnh Lai Châu", Tier::province)));

  static Unit unit(const std::string& name, Tier tier, std::optional<UnitId> parent = std::nullopt) {
    Unit made;
    made.name = name;
    made.tier = tier;
    made.parent = parent;
    return made;
  }

  SiteId site(int number, const std::string& name) {
    Site made;
    made.unit = province_;
    made.number = number;
    made.name = name;
    return must(sites_.add(made));
  }

  static InvitedSite invited(SiteId site, bool main = false) {
    InvitedSite made;
    made.site = site;
    made.main = main;
    return made;
  }

  static AgendaItem item(const std::string& title) {
    AgendaItem made;
    made.title = title;
    return made;
  }

  static MeetingForm form(const std::string& title) {
    MeetingForm made;
    made.title = title;
    made.starts_at = christmas;
    made.ends_at = christmas + std::chrono::hours(2);
    return made;
  }

  MeetingId meeting(const std::string& title) { return must(meetings_.add(form(title), christmas)); }

  static Document document(MeetingId of, const std::string& title) {
    Document made;
    made.meeting = of;
    made.file_name = "giay moi.pdf";
    made.media_type = "application/pdf";
    made.sha256 = std::string(64, 'a');
    made.size = 10;
    made.added_at = christmas;
    made.form.title = title;
    return made;
  }
};

}  // namespace diemcau::scheduler
