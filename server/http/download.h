#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "server/http/message.h"
#include "server/http/reply.h"

/// Files with ranges (RFC 9110 section 14): films are looked into, long documents are continued.
namespace diemcau::http {

struct ByteRange {
  std::int64_t first{}, last{};  ///< both included
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

enum class RangeKind { whole, part, unsatisfiable };
struct RangeChoice {
  RangeKind kind{};
  ByteRange range;
};
/// What a Range header asks of a file of `size` bytes. Several ranges, other units and nonsense are ignored,
/// as the standard allows: the whole is sent.
RangeChoice choose_range(const std::string& header, std::int64_t size);

struct Download {
  std::filesystem::path path;
  std::string type;
  std::string file_name;  ///< for "save as"
  std::string etag;       ///< with its quotes
  bool save = false;      ///< the browser is to save it, not to show it
};
void send_file(const Request& request, const Reply& reply, const Download& download);

}  // namespace diemcau::http
