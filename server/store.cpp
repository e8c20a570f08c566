#include "server/store.h"

#include <sqlite3.h>

#include "scheduler/database.h"

namespace diemcau::server {

Store::Store(const std::filesystem::path& folder, Loop& loop, Log& log)
    : loop_(loop),
      log_(log),
      reserve_(folder),
      writer_(folder),
      reading_(scheduler::open_for_reading(folder)) {}

void Store::probe() {
  write<int>(
      [](SQLite::Database& database) -> Result<int> {
        // The same number again: a page is written, nothing is changed.
        const int version = database.execAndGet("PRAGMA user_version").getInt();
        database.exec("PRAGMA user_version = " + std::to_string(version));
        return version;
      },
      [this](Result<int> stored) {
        if (stored && !writable_) log_.info("store.writable_again");
        if (stored) writable_ = true;
        reserve_.restore();
      });
}

void Store::on_disk_full() {
  if (reserve_.release()) log_.warn("disk.reserve_released");
}

Error Store::explain(std::exception_ptr fault) {
  std::string text_key = "server.not_stored";
  std::string why = "unknown";
  try {
    std::rethrow_exception(fault);
  } catch (const SQLite::Exception& e) {
    why = e.what();
    if (e.getErrorCode() == SQLITE_FULL) {
      text_key = "server.disk_full";
      on_disk_full();
    }
    writable_ = false;
  } catch (const std::exception& e) {
    why = e.what();
  }
  log_.error("store.write_failed", {{"why", why}});
  return {ErrorCode::unavailable, text_key, ""};
}

}  // namespace diemcau::server
