#pragma once
#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

#include "scheduler/ids.h"

/// How the types of ids.h and the enumerations stand in a column. Only the .cpp files of this folder include
/// it.
namespace diemcau::scheduler {

/// An enumeration is stored as its word. Specialised next to the queries that need it: an array of all words,
/// in the order of the enumerators.
template <class E>
inline constexpr std::array<std::string_view, 0> words{};

template <class E>
concept Worded = std::is_enum_v<E> &&(words<E>.size() > 0);

/// The distinct row ids of ids.h.
template <class E>
concept RowId = std::is_enum_v<E> && !Worded<E> && std::same_as<std::underlying_type_t<E>, std::int64_t>;

std::string written(Date day);            ///< "2021-01-25"
Date date_read(const std::string& text);  ///< the opposite; what the program itself has written

inline void bind(SQLite::Statement& to, int at, const std::string& value) { to.bind(at, value); }
inline void bind(SQLite::Statement& to, int at, std::int64_t value) { to.bind(at, value); }
inline void bind(SQLite::Statement& to, int at, int value) { to.bind(at, value); }
inline void bind(SQLite::Statement& to, int at, bool value) { to.bind(at, value ? 1 : 0); }
inline void bind(SQLite::Statement& to, int at, Time value) {
  to.bind(at, std::int64_t{value.time_since_epoch().count()});
}
inline void bind(SQLite::Statement& to, int at, Date value) { to.bind(at, written(value)); }
template <RowId Id>
void bind(SQLite::Statement& to, int at, Id value) {
  to.bind(at, number(value));
}
template <Worded E>
void bind(SQLite::Statement& to, int at, E value) {
  to.bind(at, std::string(words<E>.at(static_cast<std::size_t>(value))));
}
template <class T>
void bind(SQLite::Statement& to, int at, const std::optional<T>& value) {
  if (value) {
    bind(to, at, *value);
  } else {
    to.bind(at);
  }
}

/// A statement with its parameters ?1, ?2, … bound.
template <class... Values>
SQLite::Statement statement(const SQLite::Database& database, const std::string& sql,
                            const Values&... values) {
  SQLite::Statement prepared(database, sql);
  int at = 0;
  (bind(prepared, ++at, values), ...);
  return prepared;
}

/// Runs a statement that returns no rows; the number of rows that it changed.
template <class... Values>
int run(SQLite::Database& database, const std::string& sql, const Values&... values) {
  return statement(database, sql, values...).exec();
}

/// Reads one result row from left to right: columns are named once, in the SELECT.
class Row {
 public:
  explicit Row(SQLite::Statement& at) : at_(at) {}

  template <class T>
  T next() {
    return read(at_.getColumn(column_++), static_cast<T*>(nullptr));
  }
  /// next() into a member.
  template <class T>
  Row& operator>>(T& member) {
    member = next<T>();
    return *this;
  }

 private:
  using Column = SQLite::Column;
  static std::string read(const Column& column, std::string*) { return column.getString(); }
  static std::int64_t read(const Column& column, std::int64_t*) { return column.getInt64(); }
  static int read(const Column& column, int*) { return column.getInt(); }
  static bool read(const Column& column, bool*) { return column.getInt() != 0; }
  static Time read(const Column& column, Time*) { return Time(std::chrono::milliseconds(column.getInt64())); }
  static Date read(const Column& column, Date*) { return date_read(column.getString()); }
  template <RowId Id>
  static Id read(const Column& column, Id*) {
    return Id{column.getInt64()};
  }
  template <Worded E>
  static E read(const Column& column, E*) {
    const std::string_view word = column.getText();
    std::size_t found = 0;
    while (words<E>.at(found) != word) ++found;  // at() throws on a word that no CHECK would have let in
    return static_cast<E>(found);
  }
  template <class T>
  static std::optional<T> read(const Column& column, std::optional<T>*) {
    if (column.isNull()) return std::nullopt;
    return read(column, static_cast<T*>(nullptr));
  }

  SQLite::Statement& at_;
  int column_ = 0;
};

}  // namespace diemcau::scheduler
