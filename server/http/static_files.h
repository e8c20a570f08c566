#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "server/http/message.h"
#include "server/http/reply.h"

namespace diemcau::http {

/// The built pages, read into memory at the start (a few MB): nothing is read from disk on the main thread. A
/// path with a ready-made .br or .gz beside it goes out compressed.
class StaticFiles {
 public:
  explicit StaticFiles(const std::filesystem::path& folder);
  bool empty() const { return files_.empty(); }
  /// Answers GET for any path that is no API: a file, or the page whose client-side route it is.
  void answer(const Request& request, const Reply& reply) const;

 private:
  struct File {
    std::shared_ptr<const std::string> raw, br, gz;  // shared with answers under way
    std::string type, etag;
  };
  const File* page_for(const std::string& path) const;
  std::map<std::string, File> files_;  ///< by path: "/assets/hall-1a2b.js"
};

}  // namespace diemcau::http
