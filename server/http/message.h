#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include "scheduler/accounts.h"

/// One HTTP request and its answer as handlers see them: no socket, no library.
namespace diemcau::http {

/// An open file, closed with its owner.
class OpenFile {
 public:
  OpenFile() = default;
  explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
  OpenFile(OpenFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  OpenFile& operator=(OpenFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  explicit operator bool() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_ = -1;
};

struct Request {
  std::string method, path;  ///< the path decoded, without "..": the library has removed them
  std::vector<std::pair<std::string, std::string>> query;
  std::map<std::string, std::string> headers;  ///< lower-case names; those that we read
  std::int64_t content_length = -1;            ///< -1: none
  std::string remote;                          ///< numeric address of the client
  std::string body;
  std::string id;                             ///< stands in the log and in problem details
  std::vector<std::string> parameters;        ///< what the `#` and `*` of the route matched
  std::optional<scheduler::Account> account;  ///< who is logged in

  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
  std::optional<std::string> query_value(const std::string& name) const {
    for (const auto& [key, value] : query)
      if (key == name) return value;
    return std::nullopt;
  }
  std::string cookie(const std::string& name) const;
  /// Whether the body is said to be of that media type (lower case), with whatever parameters.
  bool has_type(const std::string& type) const;
  /// The n-th parameter of the route, where the route says `#`: always a number.
  std::int64_t number(std::size_t n) const { return std::stoll(parameters.at(n)); }
};

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;  ///< lower-case names
  std::shared_ptr<const std::string> body;                   ///< shared: the same page goes to many at once
  OpenFile file;                                             ///< or these bytes of a file
  std::int64_t offset = 0, length = 0;
};

using ExchangeId = std::uint64_t;

/// Where answers go. A client may be gone when its answer comes: an id that is not known any more is ignored.
class Answering {
 public:
  virtual ~Answering() = default;
  virtual void answer(ExchangeId id, Response response) = 0;
  /// Stops (true) and continues the arrival of the body: the disk is slower than the line.
  virtual void hold_back(ExchangeId id, bool held) = 0;
};

/// Takes the body of an upload piece by piece. Destroyed before finish(): the client broke off.
class BodySink {
 public:
  virtual ~BodySink() = default;
  virtual void take(std::string_view bytes) = 0;
  virtual void finish() = 0;
};

}  // namespace diemcau::http
