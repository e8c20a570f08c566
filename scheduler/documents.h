#pragma once
#include <optional>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "scheduler/ids.h"
#include "scheduler/result.h"

namespace diemcau::scheduler {

enum class Urgency { normal, urgent, very_urgent, express };  ///< thường, khẩn, thượng khẩn, hỏa tốc

/// State secrets may not be put on a networked system (Law 117/2025/QH15 art. 5(2)): anything but `none` is
/// refused.
enum class Secrecy { none, secret, top_secret, absolute_secret };  ///< -, mật, tối mật, tuyệt mật

/// paper: something to read. clip: a film that can be played into the session.
enum class DocumentUse { paper, clip };

/// The record fields of an incoming document, Annex VI part II of Decree 30/2020/NĐ-CP; lengths as decreed.
struct DocumentForm {
  std::string title;          ///< how people call it in this meeting; 1..500
  std::string type_name;      ///< TypeName, 100: "Giấy mời"
  std::string code_number;    ///< CodeNumber, 11, as written: "05"
  std::string code_notation;  ///< CodeNotation, 30: "GM-UBND"
  std::optional<Date> issued_on;
  std::string issuer;              ///< OrganName, 200
  std::string subject;             ///< trích yếu, 500
  std::string language;            ///< 30
  std::optional<int> page_amount;  ///< 1..999
  std::string description;         ///< 500
  std::optional<Date> arrived_on;
  std::optional<std::int64_t> arrival_number;
  std::string signer_name, signer_position;  ///< 50, 100
  Urgency urgency{};
  Secrecy secrecy{};
  std::string to_places;  ///< 1000
  std::optional<Date> due_on;
};

struct Document {
  DocumentId id{};
  std::string uuid;
  MeetingId meeting{};
  DocumentUse use{};
  std::string file_name;  ///< sanitised, NFC
  std::string media_type;
  std::string sha256;  ///< hex; names the bytes in DocumentBytes
  std::int64_t size{};
  Time added_at{};
  std::optional<AccountId> added_by;
  DocumentForm form;
};

/// The text of a search hit. `snippet` marks what was found with U+0002 … U+0003.
struct SearchHit {
  std::optional<MeetingId> meeting;  ///< always set
  std::optional<DocumentId> document;
  std::string title, snippet;
};

class Documents {
 public:
  explicit Documents(SQLite::Database& database) : database_(database) {}
  /// Refuses document.secret (any secrecy, or a stamp MẬT / TỐI MẬT / TUYỆT MẬT in title, subject or file
  /// name), document.title_missing, document.field_too_long (detail: the field; a number of too many digits
  /// too), document.field_invalid (a day that does not exist, a number below 1), meeting.not_found. Texts are
  /// stored in NFC, trimmed, without control characters; the file name goes through safe_file_name().
  Result<DocumentId> add(const Document& document);
  Result<DocumentId> change(DocumentId id, const DocumentForm& form);  ///< also document.not_found
  /// Refuses document.not_found. The bytes stay: another document may have the same, and the session log may
  /// name them.
  Result<DocumentId> remove(DocumentId id);
  std::optional<Document> find(DocumentId id) const;
  std::vector<Document> of(MeetingId meeting) const;  ///< in the order in which they were added
  /// A document of the same issuer, number and notation elsewhere (Annex VI asks for a warning).
  std::optional<DocumentId> same_code(DocumentId id) const;

 private:
  SQLite::Database& database_;
};

/// Full-text search over meetings (title, agenda, chair, notes) and documents (title, subject, issuer, code,
/// excerpt): with diacritics, without them, and đ/d alike; the last word may be a beginning. At most `limit`
/// (1..100) hits.
std::vector<SearchHit> search(const SQLite::Database& database, const std::string& words, int limit);

/// True for a text that carries the stamp of a state secret: MẬT, TỐI MẬT, TUYỆT MẬT as words of their own in
/// capitals, or "(mật)", "độ mật: …". "Mật độ dân số", "bí mật kinh doanh" and "bảo mật" are not.
bool has_secrecy_stamp(const std::string& text);

/// The same of a paper's own text, where only a line that holds nothing but the stamp is one (Circular
/// 24/2020/TT-BCA: it stands in a frame of its own): MẬT, "TỐI MẬT", also with its letters apart, or "Độ mật:
/// Tối mật".
bool has_secrecy_stamp_line(const std::string& text);

}  // namespace diemcau::scheduler
