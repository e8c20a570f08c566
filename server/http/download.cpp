#include "server/http/download.h"

#include <algorithm>

#include <fcntl.h>
#include <sys/stat.h>

namespace diemcau::http {
namespace {

std::optional<std::int64_t> number_of(const std::string& digits) {
  if (digits.empty() || digits.size() > 18 || digits.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  return std::stoll(digits);
}

/// RFC 6266 with RFC 8187: browsers read the second, encoded form.
std::string disposition(const Download& download) {
  std::string encoded;
  std::string plain;
  for (const unsigned char c : download.file_name) {
    const bool safe = std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
    char hex[4];
    std::snprintf(hex, sizeof hex, "%%%02X", static_cast<unsigned>(c));
    encoded += safe ? std::string(1, static_cast<char>(c)) : hex;
    plain += safe ? static_cast<char>(c) : '_';
  }
  return std::string(download.save ? "attachment" : "inline") + "; filename=\"" + plain +
         "\"; filename*=UTF-8''" + encoded;
}

}  // namespace

RangeChoice choose_range(const std::string& header, std::int64_t size) {
  const RangeChoice whole{RangeKind::whole, {0, size - 1}};
  if (!header.starts_with("bytes=") || header.find(',') != std::string::npos) return whole;
  const auto text = header.substr(6);
  const auto dash = text.find('-');
  if (dash == std::string::npos) return whole;
  const auto from = number_of(text.substr(0, dash));
  const auto until = number_of(text.substr(dash + 1));
  if (dash == 0) {  // the last n bytes
    if (!until) return whole;
    if (*until == 0 || size == 0) return {RangeKind::unsatisfiable, {}};
    return {RangeKind::part, {std::max<std::int64_t>(0, size - *until), size - 1}};
  }
  if (!from || (!until && dash + 1 != text.size()) || (until && *until < *from)) return whole;
  if (*from >= size) return {RangeKind::unsatisfiable, {}};
  return {RangeKind::part, {*from, std::min(until.value_or(size - 1), size - 1)}};
}

void send_file(const Request& request, const Reply& reply, const Download& download) {
  OpenFile file(open(download.path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat about {};
  if (!file || fstat(file.descriptor(), &about) != 0 || !S_ISREG(about.st_mode))
    return reply.problem(404, "file.not_found");
  Response response;
  response.headers = {{"content-type", download.type},
                      {"etag", download.etag},
                      {"accept-ranges", "bytes"},
                      {"cache-control", "private, no-cache"},
                      {"content-disposition", disposition(download)},
                      // A document is shown by itself and may run nothing of ours.
                      {"content-security-policy",
                       "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; "
                       "media-src 'self'; object-src 'self'; frame-ancestors 'self'"}};
  if (request.header("if-none-match") == download.etag) {
    response.status = 304;
    return reply.send(std::move(response));
  }
  const auto if_range = request.header("if-range");
  const bool current = if_range.empty() || if_range == download.etag;
  const auto choice = choose_range(current ? request.header("range") : "", about.st_size);
  const auto total = std::to_string(about.st_size);
  if (choice.kind == RangeKind::unsatisfiable) {
    response.status = 416;
    response.headers.emplace_back("content-range", "bytes */" + total);
    return reply.send(std::move(response));
  }
  if (choice.kind == RangeKind::part) {
    response.status = 206;
    response.headers.emplace_back("content-range", "bytes " + std::to_string(choice.range.first) + "-" +
                                                       std::to_string(choice.range.last) + "/" + total);
  }
  response.offset = choice.range.first;
  response.length = choice.range.last - choice.range.first + 1;
  response.file = std::move(file);
  reply.send(std::move(response));
}

}  // namespace diemcau::http
