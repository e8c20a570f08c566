#include "scheduler/documents.h"

#include <algorithm>

#include "scheduler/file_name.h"
#include "scheduler/row.h"
#include "scheduler/search_index.h"
#include "scheduler/text_folding.h"
#include "scheduler/uuid.h"

namespace diemcau::scheduler {

template <>
inline constexpr std::array<std::string_view, 4> words<Urgency>{"normal", "urgent", "very_urgent", "express"};
template <>
inline constexpr std::array<std::string_view, 4> words<Secrecy>{"none", "secret", "top_secret",
                                                                "absolute_secret"};
template <>
inline constexpr std::array<std::string_view, 2> words<DocumentUse>{"paper", "clip"};

namespace {

const std::string columns =
    "SELECT id, uuid, meeting, use, file_name, media_type, sha256, size, added_at, added_by, title, "
    "type_name, "
    "code_number, code_notation, issued_on, issuer, subject, language, page_amount, description, arrived_on, "
    "arrival_number, signer_name, signer_position, urgency, secrecy, to_places, due_on FROM documents ";

Document read(SQLite::Statement& at) {
  Document document;
  DocumentForm& form = document.form;
  Row(at) >> document.id >> document.uuid >> document.meeting >> document.use >> document.file_name >>
      document.media_type >> document.sha256 >> document.size >> document.added_at >> document.added_by >>
      form.title >> form.type_name >> form.code_number >> form.code_notation >> form.issued_on >>
      form.issuer >> form.subject >> form.language >> form.page_amount >> form.description >>
      form.arrived_on >> form.arrival_number >> form.signer_name >> form.signer_position >> form.urgency >>
      form.secrecy >> form.to_places >> form.due_on;
  return document;
}

/// Annex VI of Decree 30/2020/NĐ-CP; the title is ours.
struct TextField {
  std::string DocumentForm::*text;
  const char* name;
  std::size_t most;
};
const TextField text_fields[] = {
    {&DocumentForm::title, "title", 500},
    {&DocumentForm::type_name, "type_name", 100},
    {&DocumentForm::code_number, "code_number", 11},
    {&DocumentForm::code_notation, "code_notation", 30},
    {&DocumentForm::issuer, "issuer", 200},
    {&DocumentForm::subject, "subject", 500},
    {&DocumentForm::language, "language", 30},
    {&DocumentForm::description, "description", 500},
    {&DocumentForm::signer_name, "signer_name", 50},
    {&DocumentForm::signer_position, "signer_position", 100},
    {&DocumentForm::to_places, "to_places", 1000},
};

struct DayField {
  std::optional<Date> DocumentForm::*day;
  const char* name;
};
const DayField day_fields[] = {{&DocumentForm::issued_on, "issued_on"},
                               {&DocumentForm::arrived_on, "arrived_on"},
                               {&DocumentForm::due_on, "due_on"}};

bool can_be_stored(const std::optional<Date>& day) {
  return !day || (day->ok() && day->year() >= std::chrono::year(0) && day->year() <= std::chrono::year(9999));
}

/// The form as it will be stored, or why not.
Result<DocumentForm> checked(DocumentForm form) {
  if (form.secrecy != Secrecy::none) return refuse(ErrorCode::forbidden, "document.secret");
  for (const TextField& field : text_fields) {
    auto& text = form.*field.text;
    text = clean_line(text);
    if (length(text) > field.most) return refuse(ErrorCode::invalid, "document.field_too_long", field.name);
  }
  if (form.title.empty()) return refuse(ErrorCode::invalid, "document.title_missing");
  if (has_secrecy_stamp(form.title) || has_secrecy_stamp(form.subject)) {
    return refuse(ErrorCode::forbidden, "document.secret");
  }
  for (const DayField& field : day_fields) {
    if (!can_be_stored(form.*field.day))
      return refuse(ErrorCode::invalid, "document.field_invalid", field.name);
  }
  if (form.page_amount.value_or(1) < 1)
    return refuse(ErrorCode::invalid, "document.field_invalid", "page_amount");
  if (form.page_amount.value_or(1) > 999)
    return refuse(ErrorCode::invalid, "document.field_too_long", "page_amount");
  if (form.arrival_number.value_or(1) < 1) {
    return refuse(ErrorCode::invalid, "document.field_invalid", "arrival_number");
  }
  if (form.arrival_number.value_or(1) > 9'999'999'999) {
    return refuse(ErrorCode::invalid, "document.field_too_long", "arrival_number");
  }
  return form;
}

/// Issuer, number and notation as they are compared: "05" is 5, blanks and capitals do not count, marks do.
/// Empty when one of the three lacks: "UBND" alone names thousands of issuers.
std::string code_key(const DocumentForm& form) {
  const auto compared = [](const std::string& text) {
    auto key = with_marks(text);
    std::erase(key, ' ');
    return key;
  };
  const auto number = compared(form.code_number);
  const auto notation = compared(form.code_notation);
  const auto issuer = compared(form.issuer);
  if (number.empty() || notation.empty() || issuer.empty()) return {};
  const auto zeros = std::min(number.find_first_not_of('0'), number.size() - 1);
  return number.substr(zeros) + '/' + notation + '/' + issuer;
}

}  // namespace

Result<DocumentId> Documents::add(const Document& document) {
  const auto form = checked(document.form);
  if (!form) return tl::unexpected(form.error());
  const auto file_name = safe_file_name(document.file_name);
  if (has_secrecy_stamp(file_name)) return refuse(ErrorCode::forbidden, "document.secret");
  const auto media_type = clean_line(document.media_type);
  if (length(media_type) > 127) return refuse(ErrorCode::invalid, "document.field_too_long", "media_type");
  if (!statement(database_, "SELECT 1 FROM meetings WHERE id = ?1", document.meeting).executeStep()) {
    return refuse(ErrorCode::not_found, "meeting.not_found");
  }
  run(database_,
      "INSERT INTO documents(uuid, meeting, use, file_name, media_type, sha256, size, added_at, added_by, "
      "title, "
      "type_name, code_number, code_notation, code_key, issued_on, issuer, subject, language, page_amount, "
      "description, "
      "arrived_on, arrival_number, signer_name, signer_position, urgency, secrecy, to_places, due_on) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, "
      "?21, ?22, ?23, "
      "?24, ?25, ?26, ?27, ?28)",
      new_uuid(), document.meeting, document.use, file_name, media_type, document.sha256, document.size,
      document.added_at, document.added_by, form->title, form->type_name, form->code_number,
      form->code_notation, code_key(*form), form->issued_on, form->issuer, form->subject, form->language,
      form->page_amount, form->description, form->arrived_on, form->arrival_number, form->signer_name,
      form->signer_position, form->urgency, form->secrecy, form->to_places, form->due_on);
  const DocumentId id{database_.getLastInsertRowid()};
  index_document(database_, id);
  return id;
}

Result<DocumentId> Documents::change(DocumentId id, const DocumentForm& wanted) {
  const auto form = checked(wanted);
  if (!form) return tl::unexpected(form.error());
  const int changed = run(
      database_,
      "UPDATE documents SET title = ?2, type_name = ?3, code_number = ?4, code_notation = ?5, code_key = ?6, "
      "issued_on = ?7, issuer = ?8, subject = ?9, language = ?10, page_amount = ?11, description = ?12, "
      "arrived_on = ?13, arrival_number = ?14, signer_name = ?15, signer_position = ?16, urgency = ?17, "
      "to_places = ?18, due_on = ?19 WHERE id = ?1",
      id, form->title, form->type_name, form->code_number, form->code_notation, code_key(*form),
      form->issued_on, form->issuer, form->subject, form->language, form->page_amount, form->description,
      form->arrived_on, form->arrival_number, form->signer_name, form->signer_position, form->urgency,
      form->to_places, form->due_on);
  if (changed == 0) return refuse(ErrorCode::not_found, "document.not_found");
  index_document(database_, id);
  return id;
}

Result<DocumentId> Documents::remove(DocumentId id) {
  if (run(database_, "DELETE FROM documents WHERE id = ?1", id) == 0) {
    return refuse(ErrorCode::not_found, "document.not_found");
  }
  forget_document(database_, id);
  return id;
}

std::optional<Document> Documents::find(DocumentId id) const {
  auto query = statement(database_, columns + "WHERE id = ?1", id);
  if (!query.executeStep()) return std::nullopt;
  return read(query);
}

std::vector<Document> Documents::of(MeetingId meeting) const {
  auto query = statement(database_, columns + "WHERE meeting = ?1 ORDER BY id", meeting);
  std::vector<Document> found;
  while (query.executeStep()) found.push_back(read(query));
  return found;
}

std::optional<DocumentId> Documents::same_code(DocumentId id) const {
  // Numbers start anew each year: two known years that differ are two documents.
  auto query = statement(
      database_,
      "SELECT other.id FROM documents this JOIN documents other ON other.code_key = this.code_key "
      "WHERE this.id = ?1 AND this.code_key <> '' AND other.code_key <> '' AND other.id <> this.id AND "
      "coalesce(substr(this.issued_on, 1, 4) = substr(other.issued_on, 1, 4), 1) "
      "ORDER BY other.id LIMIT 1",
      id);
  if (!query.executeStep()) return std::nullopt;
  return Row(query).next<DocumentId>();
}

}  // namespace diemcau::scheduler
