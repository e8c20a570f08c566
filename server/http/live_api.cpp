#include <algorithm>

#include <sys/stat.h>

#include "server/http/download.h"
#include "server/http/services.h"
#include "server/session/sessions.h"

namespace diemcau::http {
namespace {

constexpr std::string_view playlist = "live.m3u8";

/// What HlsOutput writes, and nothing that leads out of its folder.
bool is_segment(const std::string& name) {
  const auto plain = [](char c) { return (c >= '0' && c <= '9') || c == '-'; };
  return name.size() > 3 && name.ends_with(".ts") && std::all_of(name.begin(), name.end() - 3, plain);
}

/// The same name is another file a moment later.
std::string etag_of(const std::filesystem::path& file) {
  struct stat about {};
  if (stat(file.c_str(), &about) != 0) return "\"\"";
  return "\"" + std::to_string(about.st_mtim.tv_sec) + "." + std::to_string(about.st_mtim.tv_nsec) + "\"";
}

void answer_live(Services& services, const Request& request, const Reply& reply) {
  const MeetingId meeting{request.number(0)};
  const auto& name = request.parameters.at(1);
  const auto* session = services.sessions.find(meeting);
  if (session == nullptr) return reply.problem(404, "meeting.not_found");
  const auto hls = session::watched_live(session->shown());
  if (!hls) return reply.problem(404, "live.off");
  if (name != playlist && !is_segment(name)) return reply.problem(404, "file.not_found");
  if (name == playlist) services.watched_live(meeting, *hls, request.account->id);
  const auto file = session::live_folder(services.live, meeting) / name;
  send_file(request, reply,
            {file, name == playlist ? "application/vnd.apple.mpegurl" : "video/mp2t", name, etag_of(file)});
}

}  // namespace

void add_live_api(Router& router, Services& services) {
  router.add(
      "GET", "/api/meetings/#/live/*", Right::logged_in,
      [&services](const Request& request, const Reply& reply) { answer_live(services, request, reply); });
}

}  // namespace diemcau::http
