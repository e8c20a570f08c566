#include "scheduler/accounts.h"

#include <algorithm>
#include <stdexcept>

#include "scheduler/row.h"
#include "scheduler/text_folding.h"

namespace diemcau::scheduler {

template <>
inline constexpr std::array<std::string_view, 5> words<Role>{"administrator", "operator", "clerk", "chair",
                                                             "official"};

namespace {

const std::string columns = "SELECT id, user, name, role, active FROM accounts ";

Account read(SQLite::Statement& at) {
  Account account;
  Row(at) >> account.id >> account.user >> account.name >> account.role >> account.active;
  return account;
}

std::optional<Account> first(SQLite::Statement query) {
  if (!query.executeStep()) return std::nullopt;
  return read(query);
}

/// ASCII on purpose: two names that look alike on screen are the same bytes.
bool is_log_in_name(const std::string& user) {
  return user.size() >= 2 && user.size() <= 64 && std::all_of(user.begin(), user.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
         });
}

Result<std::string> checked_name(const std::string& name) {
  auto cleaned = clean_line(name);
  if (cleaned.empty()) return refuse(ErrorCode::invalid, "account.name_missing");
  if (length(cleaned) > 100) return refuse(ErrorCode::invalid, "account.field_too_long", "name");
  return cleaned;
}

}  // namespace

Result<AccountId> Accounts::add(const Account& account, const std::string& password_hash) {
  if (!is_log_in_name(account.user)) return refuse(ErrorCode::invalid, "account.user_invalid");
  const auto name = checked_name(account.name);
  if (!name) return tl::unexpected(name.error());
  if (find_by_user(account.user)) return refuse(ErrorCode::conflict, "account.user_taken", account.user);
  run(database_, "INSERT INTO accounts(user, name, role, active, password_hash) VALUES (?1, ?2, ?3, ?4, ?5)",
      account.user, *name, account.role, account.active, password_hash);
  return AccountId{database_.getLastInsertRowid()};
}

Result<AccountId> Accounts::change(const Account& account) {
  const auto name = checked_name(account.name);
  if (!name) return tl::unexpected(name.error());
  if (!find(account.id)) return refuse(ErrorCode::not_found, "account.not_found");
  const bool stays_administrator = account.active && account.role == Role::administrator;
  if (!stays_administrator) {
    auto others = statement(
        database_,
        "SELECT (SELECT role = 'administrator' AND active FROM accounts WHERE id = ?1) AND NOT EXISTS "
        "(SELECT 1 FROM accounts WHERE role = 'administrator' AND active AND id <> ?1)",
        account.id);
    others.executeStep();
    if (others.getColumn(0).getInt() != 0) return refuse(ErrorCode::conflict, "account.last_administrator");
  }
  run(database_, "UPDATE accounts SET name = ?2, role = ?3, active = ?4 WHERE id = ?1", account.id, *name,
      account.role, account.active);
  if (!account.active) run(database_, "DELETE FROM log_ins WHERE account = ?1", account.id);
  return account.id;
}

void Accounts::set_password(AccountId id, const std::string& password_hash) {
  if (run(database_, "UPDATE accounts SET password_hash = ?2 WHERE id = ?1", id, password_hash) == 0) {
    throw std::logic_error("there is no account " + std::to_string(number(id)));
  }
  run(database_, "DELETE FROM log_ins WHERE account = ?1", id);
}

std::optional<Account> Accounts::find(AccountId id) const {
  return first(statement(database_, columns + "WHERE id = ?1", id));
}

std::optional<Account> Accounts::find_by_user(const std::string& user) const {
  return first(statement(database_, columns + "WHERE user = ?1", user));
}

std::optional<std::string> Accounts::password_hash(AccountId id) const {
  auto query = statement(database_, "SELECT password_hash FROM accounts WHERE id = ?1", id);
  if (!query.executeStep()) return std::nullopt;
  return query.getColumn(0).getString();
}

std::vector<Account> Accounts::all() const {
  SQLite::Statement query(database_, columns + "ORDER BY user");
  std::vector<Account> found;
  while (query.executeStep()) found.push_back(read(query));
  return found;
}

bool Accounts::none() const {
  return !SQLite::Statement(database_, "SELECT 1 FROM accounts LIMIT 1").executeStep();
}

void Accounts::log_in(AccountId id, const std::string& token_hash, Time now, Time expires) {
  run(database_, "INSERT INTO log_ins(token_hash, account, logged_in_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
      token_hash, id, now, expires);
}

std::optional<Account> Accounts::logged_in(const std::string& token_hash, Time now) const {
  return first(statement(database_,
                         columns + "WHERE active AND id = "
                                   "(SELECT account FROM log_ins WHERE token_hash = ?1 AND expires_at > ?2)",
                         token_hash, now));
}

void Accounts::log_out(const std::string& token_hash) {
  run(database_, "DELETE FROM log_ins WHERE token_hash = ?1", token_hash);
}

void Accounts::forget_expired_log_ins(Time now) {
  run(database_, "DELETE FROM log_ins WHERE expires_at <= ?1", now);
}

}  // namespace diemcau::scheduler
