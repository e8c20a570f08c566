#pragma once
#include <SQLiteCpp/SQLiteCpp.h>

namespace diemcau::scheduler {

/// The FTS5 tokenizer `vi`, for one connection, before it touches the search index. It splits words as
/// unicode61 does and gives each twice at the same place: folded ("nam") and, behind `exact_mark`, with its
/// marks ("\1nậm"). Offsets are those of the original text, so snippet() shows what was written.
///
/// In a query a phrase is folded, unless it begins with `exact_mark`: then its words must be written so.
void install_vietnamese_tokenizer(SQLite::Database& database);

/// U+0001: a control character, which no stored text and no user's word can hold (clean_line).
inline constexpr char exact_mark = '\x01';

}  // namespace diemcau::scheduler
