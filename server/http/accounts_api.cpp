#include <sodium.h>

#include "server/auth/cookies.h"
#include "server/auth/passwords.h"
#include "server/http/services.h"

namespace diemcau::http {
namespace {
using scheduler::Account;
using scheduler::Accounts;
using scheduler::ErrorCode;
using scheduler::Result;

using Headers = std::vector<std::pair<std::string, std::string>>;

Me me(const Services& services, const Account& account) {
  return {account, auth::rights_of(account.role), DIEMCAU_VERSION, services.upload_limit};
}

/// Runs slow work on a job thread; a fault of it is answered with 500.
template <class T>
void compute(Services& services, const Reply& reply, std::function<T()> work, std::function<void(T)> then) {
  auto result = std::make_shared<T>();  // shared: filled on the job's thread, read here after its report
  services.jobs.put([result, work = std::move(work)] { *result = work(); },
                    [&services, reply, result, then = std::move(then)](std::exception_ptr fault) {
                      if (!fault) return then(std::move(*result));
                      services.log.error("job.failed");
                      reply.problem(500, "server.fault");
                    });
}

/// Answers with Me and a new cookie.
void log_in(Services& services, const Reply& reply, const Account& account) {
  const auto token = auth::new_log_in_token();
  const auto now = services.now();
  services.store.write<int>(
      [id = account.id, hash = token.hash, now](SQLite::Database& database) -> Result<int> {
        Accounts accounts(database);
        accounts.forget_expired_log_ins(now);
        accounts.log_in(id, hash, now, now + auth::log_in_lasts);
        return 0;
      },
      [&services, reply, account, cookie = token.cookie](Result<int> stored) {
        if (!stored) return reply.problem(stored.error());
        services.log.info("account.logged_in", {{"account", account.id}});
        reply.json(me(services, account), 200, Headers{{"set-cookie", auth::set_cookie(cookie)}});
      });
}

void answer_log_in(Services& services, const Request& request, const Reply& reply) {
  const auto body = body_of<LogIn>(request);
  const auto user = body.user.substr(0, 64);
  const auto address = request.remote;
  const auto now = auth::Throttle::Time::clock::now();
  if (const auto wait = services.throttle.must_wait(user, address, now)) {
    const auto seconds = std::to_string(wait->count());
    return reply.problem(429, "auth.slowed", seconds, Headers{{"retry-after", seconds}});
  }
  services.throttle.wrong(user, address, now);  // until it proves right
  const Accounts accounts(services.store.reading());
  const auto account = accounts.find_by_user(user);
  const auto hash = account && account->active ? accounts.password_hash(account->id) : std::nullopt;
  compute<bool>(
      services, reply,
      [hash, password = body.password] {
        const bool fits = auth::password_fits(password, hash ? *hash : auth::nobodys_hash());
        return fits && hash.has_value();
      },
      [&services, reply, account, user, address](bool fits) {
        if (!fits) {
          services.log.warn("account.wrong_password", {{"address", address}});
          return reply.problem(401, "auth.wrong");
        }
        services.throttle.right(user, address);
        log_in(services, reply, *account);
      });
}

void answer_log_out(Services& services, const Request& request, const Reply& reply) {
  const auto hash = auth::token_hash(request.cookie(auth::cookie_name));
  services.store.write<int>(
      [hash](SQLite::Database& database) -> Result<int> {
        Accounts(database).log_out(hash);
        return 0;
      },
      [&services, reply](Result<int> stored) {
        if (!stored) return reply.problem(stored.error());
        services.accounts_changed();
        reply.no_content(Headers{{"set-cookie", auth::clear_cookie()}});
      });
}

/// Hashes the password, then stores what `store` says with it, then answers with `then`.
void with_hash(Services& services, const Reply& reply, const std::string& password,
               std::function<Result<scheduler::AccountId>(SQLite::Database&, const std::string&)> store,
               std::function<void(const Account&)> then) {
  if (const auto accepted = auth::accept_password(password); !accepted)
    return reply.problem(accepted.error());
  compute<std::string>(
      services, reply, [password] { return auth::hash_password(password); },
      [&services, reply, store = std::move(store), then = std::move(then)](const std::string& hash) {
        services.store.write<scheduler::AccountId>(
            [store, hash](SQLite::Database& database) { return store(database, hash); },
            [&services, reply, then](Result<scheduler::AccountId> stored) {
              if (!stored) return reply.problem(stored.error());
              services.accounts_changed();
              then(*Accounts(services.store.reading()).find(*stored));
            });
      });
}

void answer_setup(Services& services, const Request& request, const Reply& reply) {
  const auto body = body_of<SetUp>(request);
  const auto& token = services.setup_token;
  if (!Accounts(services.store.reading()).none()) return reply.problem(409, "setup.done");
  if (token.empty() || body.token.size() != token.size() ||
      sodium_memcmp(body.token.data(), token.data(), token.size()) != 0)
    return reply.problem(403, "setup.wrong");
  Account account;
  account.user = body.user;
  account.name = body.name;
  account.role = scheduler::Role::administrator;
  with_hash(
      services, reply, body.password,
      [account](SQLite::Database& database, const std::string& hash) -> Result<scheduler::AccountId> {
        // Two at once: only the first is let in.
        Accounts accounts(database);
        if (!accounts.none()) return scheduler::refuse(ErrorCode::conflict, "setup.done");
        return accounts.add(account, hash);
      },
      [&services, reply](const Account& made) {
        services.log.info("account.first_made", {{"account", made.id}});
        log_in(services, reply, made);
      });
}

void answer_add(Services& services, const Request& request, const Reply& reply) {
  const auto body = body_of<NewAccount>(request);
  Account account;
  account.user = body.user;
  account.name = body.name;
  account.role = body.role;
  with_hash(
      services, reply, body.password,
      [account](SQLite::Database& database, const std::string& hash) {
        return Accounts(database).add(account, hash);
      },
      [&services, reply](const Account& made) {
        services.log.info("account.made", {{"account", made.id}});
        reply.json(made);
      });
}

void answer_change(Services& services, const Request& request, const Reply& reply) {
  auto account = body_of<Account>(request);
  account.id = scheduler::AccountId{request.number(0)};
  services.store.write<scheduler::AccountId>(
      [account](SQLite::Database& database) { return Accounts(database).change(account); },
      [&services, reply](Result<scheduler::AccountId> stored) {
        if (!stored) return reply.problem(stored.error());
        services.log.info("account.changed", {{"account", *stored}});
        services.accounts_changed();
        reply.json(*Accounts(services.store.reading()).find(*stored));
      });
}

void set_password(Services& services, const Reply& reply, const Account& account, const std::string& password,
                  bool own) {
  with_hash(
      services, reply, password,
      [id = account.id](SQLite::Database& database, const std::string& hash) -> Result<scheduler::AccountId> {
        Accounts(database).set_password(id, hash);
        return id;
      },
      [&services, reply, own](const Account& changed) {
        services.log.info("account.password_set", {{"account", changed.id}});
        if (!own) return reply.no_content();
        // A new password ends all log-ins, also this one.
        const auto token = auth::new_log_in_token();
        const auto now = services.now();
        services.store.write<int>(
            [id = changed.id, hash = token.hash, now](SQLite::Database& database) -> Result<int> {
              Accounts(database).log_in(id, hash, now, now + auth::log_in_lasts);
              return 0;
            },
            [reply, cookie = token.cookie](Result<int> stored) {
              if (!stored) return reply.problem(stored.error());
              reply.no_content(Headers{{"set-cookie", auth::set_cookie(cookie)}});
            });
      });
}

void answer_password(Services& services, const Request& request, const Reply& reply) {
  const auto body = body_of<NewPassword>(request);
  const scheduler::AccountId id{request.number(0)};
  const bool own = request.account->id == id;
  if (!own && !auth::may(request.account->role, Right::administer))
    return reply.problem(403, "auth.forbidden");
  const Accounts accounts(services.store.reading());
  const auto account = accounts.find(id);
  if (!account) return reply.problem(404, "account.not_found");
  if (!own) return set_password(services, reply, *account, body.password, false);
  const auto now = auth::Throttle::Time::clock::now();
  if (const auto wait = services.throttle.must_wait(account->user, request.remote, now)) {
    const auto seconds = std::to_string(wait->count());
    return reply.problem(429, "auth.slowed", seconds, Headers{{"retry-after", seconds}});
  }
  services.throttle.wrong(account->user, request.remote, now);
  compute<bool>(
      services, reply,
      [hash = accounts.password_hash(id), current = body.current.value_or("")] {
        return hash && auth::password_fits(current, *hash);
      },
      [&services, reply, account, password = body.password, address = request.remote](bool fits) {
        if (!fits) return reply.problem(403, "auth.wrong");
        services.throttle.right(account->user, address);
        set_password(services, reply, *account, password, true);
      });
}

}  // namespace

std::optional<Account> account_of_cookie(server::Store& store, const std::string& cookie, Time now) {
  const auto hash = auth::token_hash(cookie);
  return hash.empty() ? std::nullopt : Accounts(store.reading()).logged_in(hash, now);
}

void add_accounts_api(Router& router, Services& services) {
  const auto with = [&services](auto answer) {
    return
        [&services, answer](const Request& request, const Reply& reply) { answer(services, request, reply); };
  };
  router.add("POST", "/api/login", Right::anyone, with(answer_log_in));
  router.add("POST", "/api/logout", Right::logged_in, with(answer_log_out));
  router.add("POST", "/api/setup", Right::anyone, with(answer_setup));
  router.add("GET", "/api/me", Right::logged_in, [&services](const Request& request, const Reply& reply) {
    reply.json(me(services, *request.account));
  });
  router.add("GET", "/api/accounts", Right::administer, [&services](const Request&, const Reply& reply) {
    reply.json(Accounts(services.store.reading()).all());
  });
  router.add("POST", "/api/accounts", Right::administer, with(answer_add));
  router.add("PUT", "/api/accounts/#", Right::administer, with(answer_change));
  router.add("POST", "/api/accounts/#/password", Right::logged_in, with(answer_password));
}

}  // namespace diemcau::http
