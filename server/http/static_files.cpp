#include "server/http/static_files.h"

#include <fstream>
#include <sstream>

#include "server/auth/random.h"

namespace diemcau::http {
namespace {
namespace fs = std::filesystem;

std::shared_ptr<const std::string> content(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return nullptr;
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return std::make_shared<const std::string>(std::move(bytes).str());
}

std::string type_of(const fs::path& path) {
  static const std::map<std::string, const char*> types{{".html", "text/html; charset=utf-8"},
                                                        {".js", "text/javascript; charset=utf-8"},
                                                        {".mjs", "text/javascript; charset=utf-8"},
                                                        {".css", "text/css; charset=utf-8"},
                                                        {".json", "application/json"},
                                                        {".webmanifest", "application/manifest+json"},
                                                        {".svg", "image/svg+xml"},
                                                        {".png", "image/png"},
                                                        {".jpg", "image/jpeg"},
                                                        {".webp", "image/webp"},
                                                        {".ico", "image/x-icon"},
                                                        {".woff2", "font/woff2"},
                                                        {".wasm", "application/wasm"},
                                                        {".mp3", "audio/mpeg"},
                                                        {".wav", "audio/wav"},
                                                        {".txt", "text/plain; charset=utf-8"}};
  const auto found = types.find(path.extension());
  return found == types.end() ? "application/octet-stream" : found->second;
}

bool accepts(const Request& request, const std::string& encoding) {
  const auto all = request.header("accept-encoding");
  const auto at = all.find(encoding);
  return at != std::string::npos && all.compare(at + encoding.size(), 4, ";q=0") != 0;
}

}  // namespace

StaticFiles::StaticFiles(const fs::path& folder) {
  if (!fs::is_directory(folder)) return;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto extension = entry.path().extension();
    if (!entry.is_regular_file() || extension == ".br" || extension == ".gz" || extension == ".map") continue;
    File file;
    file.raw = content(entry.path());
    if (!file.raw) continue;
    file.br = content(entry.path().string() + ".br");
    file.gz = content(entry.path().string() + ".gz");
    file.type = type_of(entry.path());
    file.etag = auth::sha256_hex(*file.raw).substr(0, 16);
    files_.emplace("/" + fs::relative(entry.path(), folder).generic_string(), std::move(file));
  }
}

const StaticFiles::File* StaticFiles::page_for(const std::string& path) const {
  const auto exact = files_.find(path);
  if (exact != files_.end()) return &exact->second;
  // What looks like a file is one that is not there; everything else is a route of a page.
  if (path.starts_with("/assets/") || path.find('.', path.rfind('/')) != std::string::npos) return nullptr;
  const auto* page = path.starts_with("/console/") ? "/console.html"
                     : path.starts_with("/hall/")  ? "/hall.html"
                                                   : "/index.html";
  const auto found = files_.find(page);
  return found == files_.end() ? nullptr : &found->second;
}

void StaticFiles::answer(const Request& request, const Reply& reply) const {
  const auto* file = page_for(request.path);
  if (file == nullptr) return reply.problem(404, "http.not_found");
  Response response;
  response.body = file->raw;
  std::string etag = file->etag;
  response.headers = {
      {"content-type", file->type},
      {"vary", "accept-encoding"},
      {"cache-control",
       request.path.starts_with("/assets/") ? "public, max-age=31536000, immutable" : "no-cache"}};
  if (file->br && accepts(request, "br")) {
    response.body = file->br;
    response.headers.emplace_back("content-encoding", "br");
    etag += "-br";
  } else if (file->gz && accepts(request, "gzip")) {
    response.body = file->gz;
    response.headers.emplace_back("content-encoding", "gzip");
    etag += "-gz";
  }
  etag = "\"" + etag + "\"";
  response.headers.emplace_back("etag", etag);
  if (request.header("if-none-match") == etag) {
    response.status = 304;
    response.body = nullptr;
  }
  reply.send(std::move(response));
}

}  // namespace diemcau::http
