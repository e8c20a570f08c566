#pragma once
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "scheduler/documents.h"
#include "scheduler/ids.h"

/// A province to try the program with: Lai Châu as it was in 2020. Places are real; nobody in it is.
namespace diemcau::scheduler {

struct Demo {
  MeetingId now{};    ///< hosted by the province, all nine halls, starts at the full minute before `now`
  MeetingId past{};   ///< hosted, held a week ago
  MeetingId guest{};  ///< of the Government, next week
  std::vector<SiteId> sites;  ///< by number; the first is the main site
};

/// Fills an empty record; throws std::logic_error when it holds units already. The caller owns the
/// transaction.
Demo seed_demo(SQLite::Database& database, Time now);

/// The letter that invites to Demo::now, in the form of Decree 30/2020/NĐ-CP, for whoever sets it on paper.
struct InvitationLetter {
  std::vector<std::string> issuer;      ///< top left, centred, the last line bold: parent agency, agency
  std::string number;                   ///< "Số: 12/GM-UBND"
  std::string about;                    ///< "V/v …", under the number
  std::string country, motto;           ///< quốc hiệu, tiêu ngữ: top right, centred, bold
  std::string place_and_date;           ///< italic, under the motto
  std::string kind;                     ///< "GIẤY MỜI": centred, bold
  std::string abstract;                 ///< under the kind, bold
  std::vector<std::string> body;        ///< paragraphs
  std::vector<std::string> recipients;  ///< bottom left, after "Nơi nhận:"
  std::vector<std::string>
      signature;      ///< bottom right, centred: capacity, office; then room for hand and seal
  DocumentForm form;  ///< its record fields
};

InvitationLetter demo_invitation(Time now);

}  // namespace diemcau::scheduler
