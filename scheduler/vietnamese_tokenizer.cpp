#include "scheduler/vietnamese_tokenizer.h"

#include <memory>
#include <new>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include "scheduler/text_folding.h"

namespace diemcau::scheduler {
namespace {

/// The tokenizer that finds where words begin and end. One per connection; SQLite deletes it with the
/// connection.
struct WordSplitter {
  fts5_tokenizer calls{};
  void* user = nullptr;
};

struct Tokenizer {
  const WordSplitter& splitter;
  Fts5Tokenizer* words = nullptr;
};

using TakeToken = int (*)(void*, int, const char*, int, int, int);

/// One xTokenize call on its way through unicode61.
struct Pass {
  std::string_view text;
  bool folded, exact;
  TakeToken take;
  void* taker;
};

int create(void* user, const char**, int, Fts5Tokenizer** made) noexcept {
  const auto& splitter = *static_cast<WordSplitter*>(user);
  auto tokenizer = std::unique_ptr<Tokenizer>(new (std::nothrow) Tokenizer{splitter});
  if (!tokenizer) return SQLITE_NOMEM;
  const int status = splitter.calls.xCreate(splitter.user, nullptr, 0, &tokenizer->words);
  if (status == SQLITE_OK) *made = reinterpret_cast<Fts5Tokenizer*>(tokenizer.release());
  return status;
}

void destroy(Fts5Tokenizer* made) noexcept {
  const std::unique_ptr<Tokenizer> tokenizer(reinterpret_cast<Tokenizer*>(made));
  tokenizer->splitter.calls.xDelete(tokenizer->words);
}

int give(const Pass& pass, int flags, const std::string& token, int begin, int end) {
  return pass.take(pass.taker, flags, token.data(), static_cast<int>(token.size()), begin, end);
}

int take_word(void* context, int flags, const char*, int, int begin, int end) noexcept {
  try {
    const auto& pass = *static_cast<Pass*>(context);
    const auto word =
        pass.text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
    if (pass.folded) {
      if (const int status = give(pass, flags, fold(word), begin, end); status != SQLITE_OK) return status;
    }
    if (!pass.exact) return SQLITE_OK;
    const int same_place = pass.folded ? FTS5_TOKEN_COLOCATED : 0;
    return give(pass, flags | same_place, exact_mark + with_marks(word), begin, end);
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  } catch (...) {
    return SQLITE_ERROR;
  }
}

int tokenize(Fts5Tokenizer* made, void* taker, int flags, const char* text, int size,
             TakeToken take) noexcept {
  auto& tokenizer = *reinterpret_cast<Tokenizer*>(made);
  const std::string_view whole(text, static_cast<std::size_t>(size));
  const bool query = (flags & FTS5_TOKENIZE_QUERY) != 0;
  const bool exact = query ? whole.starts_with(exact_mark) : (flags & FTS5_TOKENIZE_AUX) == 0;
  Pass pass{whole, !query || !exact, exact, take, taker};
  return tokenizer.splitter.calls.xTokenize(tokenizer.words, &pass, flags, text, size, take_word);
}

fts5_api& fts5(sqlite3* connection) {
  fts5_api* api = nullptr;
  sqlite3_stmt* raw = nullptr;
  sqlite3_prepare_v2(connection, "SELECT fts5(?1)", -1, &raw, nullptr);
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> ask(raw, sqlite3_finalize);
  if (!ask || sqlite3_bind_pointer(ask.get(), 1, &api, "fts5_api_ptr", nullptr) != SQLITE_OK ||
      sqlite3_step(ask.get()) != SQLITE_ROW || api == nullptr) {
    throw SQLite::Exception("this SQLite has no FTS5");
  }
  return *api;
}

}  // namespace

void install_vietnamese_tokenizer(SQLite::Database& database) {
  fts5_api& api = fts5(database.getHandle());
  auto splitter = std::make_unique<WordSplitter>();
  if (api.xFindTokenizer(&api, "unicode61", &splitter->user, &splitter->calls) != SQLITE_OK) {
    throw SQLite::Exception("this SQLite has no unicode61 tokenizer");
  }
  fts5_tokenizer calls{create, destroy, tokenize};
  const auto forget = [](void* user) { delete static_cast<WordSplitter*>(user); };
  if (api.xCreateTokenizer(&api, "vi", splitter.get(), &calls, forget) != SQLITE_OK) {
    throw SQLite::Exception("cannot install the tokenizer");
  }
  splitter.release();  // the connection's now
}

}  // namespace diemcau::scheduler
