#include "scheduler/search_index.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "scheduler/documents.h"
#include "scheduler/row.h"
#include "scheduler/text_folding.h"
#include "scheduler/vietnamese_tokenizer.h"

namespace diemcau::scheduler {
namespace {

// concat_ws came with SQLite 3.44: an empty part must leave no separator, since people read the snippet.
const std::string meeting_text =
    "SELECT 2 * m.id, m.title, rtrim("
    "iif(m.chair = '', '', m.chair || ' · ') || iif(m.organizer = '', '', m.organizer || ' · ') ||"
    "iif(m.place = '', '', m.place || ' · ') || iif(m.invitation = '', '', m.invitation || ' · ') ||"
    "coalesce((SELECT group_concat(title, ' · ') FROM (SELECT title FROM agenda_items WHERE meeting = m.id "
    "ORDER BY position)) || ' · ', '') ||"
    "coalesce((SELECT group_concat(name, ' · ') FROM (SELECT coalesce(held_sites.name, sites.name) AS name "
    "FROM invited_sites i JOIN sites ON sites.id = i.site "
    "LEFT JOIN held_sites ON held_sites.meeting = m.id AND held_sites.site = i.site "
    "WHERE i.meeting = m.id ORDER BY i.position)) || ' · ', '') || m.notes, ' ·'), m.id, NULL FROM meetings "
    "m ";

const std::string document_text =
    "SELECT 2 * id + 1, title, rtrim("
    "iif(code_number = '' AND code_notation = '', '', type_name || ' ' || code_number || '/' || "
    "code_notation || ' · ') "
    "|| iif(subject = '', '', subject || ' · ') || iif(issuer = '', '', issuer || ' · ') || "
    "iif(signer_name = '', '', signer_name || ' · ') || iif(description = '', '', description || ' · ') || "
    "file_name,"
    " ' ·'), meeting, id FROM documents ";

/// Longer queries are pasted texts; what counts in them stands in front.
constexpr std::size_t most_words = 16;

bool holds_a_word(const std::string& text) {
  const auto folded = fold(text);
  return std::any_of(folded.begin(), folded.end(), [](char c) {
    return static_cast<signed char>(c) < 0 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
  });
}

/// What was typed, cut at blanks. "12/GM-UBND" stays one word: a phrase to FTS5.
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> found;
  const std::string line = clean_line(text);
  for (std::size_t at = 0; at < line.size() && found.size() < most_words;) {
    const auto end = std::min(line.find(' ', at), line.size());
    if (auto word = line.substr(at, end - at); holds_a_word(word)) found.push_back(std::move(word));
    at = end + 1;
  }
  return found;
}

/// An FTS5 query in which everything that was typed is inside quotes, so that nothing of it is an operator.
/// The last word may be a beginning.
std::string query_for(const std::vector<std::string>& wanted, bool exact) {
  std::string query;
  for (const auto& word : wanted) {
    query += query.empty() ? "\"" : " \"";
    if (exact) query += exact_mark;
    for (const char c : word) query += c == '"' ? std::string("\"\"") : std::string(1, c);
    query += '"';
  }
  return query + " *";
}

}  // namespace

void index_meeting(SQLite::Database& database, MeetingId id) {
  run(database, "DELETE FROM search_index WHERE rowid = 2 * ?1", id);
  run(database,
      "INSERT INTO search_index(rowid, title, text, meeting, document) " + meeting_text + "WHERE m.id = ?1",
      id);
}

void index_meetings_of(SQLite::Database& database, SiteId site) {
  auto query = statement(database, "SELECT meeting FROM invited_sites WHERE site = ?1", site);
  std::vector<MeetingId> touched;
  while (query.executeStep()) touched.push_back(Row(query).next<MeetingId>());
  for (const MeetingId meeting : touched) index_meeting(database, meeting);
}

void index_document(SQLite::Database& database, DocumentId id) {
  forget_document(database, id);
  run(database,
      "INSERT INTO search_index(rowid, title, text, meeting, document) " + document_text + "WHERE id = ?1",
      id);
}

void forget_document(SQLite::Database& database, DocumentId id) {
  run(database, "DELETE FROM search_index WHERE rowid = 2 * ?1 + 1", id);
}

std::vector<SearchHit> search(const SQLite::Database& database, const std::string& typed, int limit) {
  const auto wanted = words_of(typed);
  if (wanted.empty()) return {};
  const auto most = static_cast<std::size_t>(std::clamp(limit, 1, 100));
  std::vector<SearchHit> hits;
  std::set<std::int64_t> seen;
  const auto take = [&](bool exact) {
    // A title weighs more than the rest.
    auto query = statement(
        database,
        "SELECT rowid, meeting, document, title, snippet(search_index, -1, char(2), char(3), '…', 24) "
        "FROM search_index WHERE search_index MATCH ?1 AND rank MATCH 'bm25(4.0, 1.0)' "
        "ORDER BY rank LIMIT ?2",
        query_for(wanted, exact), static_cast<int>(most));
    while (hits.size() < most && query.executeStep()) {
      Row row(query);
      if (!seen.insert(row.next<std::int64_t>()).second) continue;
      SearchHit& hit = hits.emplace_back();
      row >> hit.meeting >> hit.document >> hit.title >> hit.snippet;
    }
  };
  // Who types marks means these letters: Nậm Chà comes after every Nậm Cha. Who types none means all of them.
  const bool marked =
      std::any_of(wanted.begin(), wanted.end(), [](const auto& word) { return has_marks(word); });
  if (marked) take(true);
  if (hits.size() < most) take(false);
  return hits;
}

}  // namespace diemcau::scheduler
