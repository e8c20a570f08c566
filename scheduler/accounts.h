#pragma once
#include <optional>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "scheduler/ids.h"
#include "scheduler/result.h"

namespace diemcau::scheduler {

enum class Role { administrator, operator_, clerk, chair, official };

struct Account {
  AccountId id{};
  std::string user;  ///< log-in name: 2..64 of a-z 0-9 . _ -
  std::string name;  ///< the person's
  Role role{};
  bool active = true;
};

/// Accounts and their log-in sessions. Knows nothing of argon2 or cookies: `password_hash` is an opaque text
/// made and checked by server/auth, and a log-in is known here by the SHA-256 of its token.
class Accounts {
 public:
  explicit Accounts(SQLite::Database& database) : database_(database) {}
  /// Refuses account.user_invalid, account.user_taken (conflict), account.name_missing,
  /// account.field_too_long (name, 100).
  Result<AccountId> add(const Account& account, const std::string& password_hash);
  /// Also refuses account.not_found and account.last_administrator (conflict): someone must be able to let
  /// others in.
  Result<AccountId> change(
      const Account& account);  ///< name, role, active; ends its log-ins when made inactive
  void set_password(AccountId id, const std::string& password_hash);  ///< also ends its log-ins
  std::optional<Account> find(AccountId id) const;
  std::optional<Account> find_by_user(const std::string& user) const;
  std::optional<std::string> password_hash(AccountId id) const;
  std::vector<Account> all() const;
  bool none() const;  ///< true while there is no account at all: the first administrator may be made

  void log_in(AccountId id, const std::string& token_hash, Time now, Time expires);
  /// The active account whose log-in this is; nullopt when unknown or expired.
  std::optional<Account> logged_in(const std::string& token_hash, Time now) const;
  void log_out(const std::string& token_hash);
  void forget_expired_log_ins(Time now);

 private:
  SQLite::Database& database_;
};

}  // namespace diemcau::scheduler
