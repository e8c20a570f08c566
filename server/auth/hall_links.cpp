#include "server/auth/hall_links.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "server/auth/random.h"
#include "server/auth/seal.h"

namespace diemcau::auth {
namespace {
using scheduler::ErrorCode;
using scheduler::refuse;

constexpr std::size_t key_size = 32;
constexpr std::size_t pass_size = 8 + 8 + 4;
constexpr std::chrono::hours still_opens_after_end{12};

std::string written(const HallPass& pass) {
  std::string bytes;
  append_number(bytes, static_cast<std::uint64_t>(number(pass.meeting)), 8);
  append_number(bytes, static_cast<std::uint64_t>(number(pass.site)), 8);
  append_number(bytes, static_cast<std::uint64_t>(pass.generation), 4);
  return bytes;
}

}  // namespace

std::string HallLinks::token(const HallPass& pass) const { return sealed(key_, written(pass)); }

scheduler::Result<HallPass> HallLinks::read(const std::string& token) const {
  const auto bytes = unsealed(key_, token, pass_size);
  if (!bytes) return refuse(ErrorCode::not_found, "link.wrong");
  return HallPass{MeetingId{static_cast<std::int64_t>(read_number(*bytes, 0, 8))},
                  SiteId{static_cast<std::int64_t>(read_number(*bytes, 8, 8))},
                  static_cast<int>(read_number(*bytes, 16, 4))};
}

scheduler::Result<HallPass> HallLinks::check(const HallPass& pass, const scheduler::Meeting& meeting,
                                             scheduler::Time now) {
  const auto& sites = meeting.form.sites;
  const auto invited =
      std::find_if(sites.begin(), sites.end(), [&](const auto& one) { return one.site == pass.site; });
  if (invited == sites.end()) return refuse(ErrorCode::not_found, "link.wrong");
  if (invited->link_generation != pass.generation) return refuse(ErrorCode::gone, "link.renewed");
  if (const auto in_time = check(meeting, now); !in_time) return tl::unexpected(in_time.error());
  return pass;
}

scheduler::Result<int> HallLinks::check(const scheduler::Meeting& meeting, scheduler::Time now) {
  if (meeting.state == scheduler::MeetingState::cancelled) return refuse(ErrorCode::gone, "link.cancelled");
  // A session that runs late is not cut off by its plan.
  const bool live = meeting.state == scheduler::MeetingState::live;
  const auto end = std::max(meeting.form.ends_at, meeting.ended_at.value_or(meeting.form.ends_at));
  if (!live && now > end + still_opens_after_end) return refuse(ErrorCode::gone, "link.expired");
  return 0;
}

std::string secret_key(const std::filesystem::path& file) {
  {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream bytes;
    if (in) {
      bytes << in.rdbuf();
      if (bytes.str().size() == key_size) return bytes.str();
      throw std::runtime_error(file.string() +
                               " is damaged: it must hold 32 bytes. Removing it makes all hall links new");
    }
  }
  const auto key = random_bytes(key_size);
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), file.string());
  const bool stored =
      write(descriptor, key.data(), key.size()) == static_cast<ssize_t>(key.size()) && fsync(descriptor) == 0;
  const int why = errno;
  close(descriptor);
  if (!stored) {
    std::filesystem::remove(file);
    throw std::system_error(why, std::generic_category(), file.string());
  }
  return key;
}

}  // namespace diemcau::auth
