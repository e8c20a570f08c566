#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace diemcau::auth {

/// Slows guessing of passwords: after 10 wrong tries for one account from one address, and after 50 from one
/// address for whatever accounts, each further one has to wait, twice as long every time, up to 15 minutes.
/// Nobody is locked out by what another address does; of IPv6, addresses of one /64 are one. Main thread;
/// `now` is the caller's.
class Throttle {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Seconds = std::chrono::seconds;

  /// How long to wait before a try may be made; nullopt: now.
  std::optional<Seconds> must_wait(const std::string& user, const std::string& address, Time now) const;
  /// A try was made and was wrong. Count it when it begins, so that many at once are no way around.
  void wrong(const std::string& user, const std::string& address, Time now);
  /// It was right after all.
  void right(const std::string& user, const std::string& address);
  std::size_t size() const { return tries_.size(); }

 private:
  struct Tries {
    int wrong = 0;
    Time next;  ///< not before
    Time last;
  };
  static void count(Tries& tries, int free, Time now);
  void forget_old(Time now);

  std::map<std::string, Tries> tries_;  ///< by "user\naddress", and by "\naddress"
};

}  // namespace diemcau::auth
