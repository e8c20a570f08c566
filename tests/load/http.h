#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace diemcau::load {

/// HTTP requests by libcurl, connections kept. The peers go on while one is under way. One thread.
class Http {
 public:
  struct Answer {
    long status = 0;
    std::string location;  ///< header, empty when absent
    std::string body;
  };

  /// While a request waits, `meanwhile` is called when `watched` is readable, and every few milliseconds.
  /// `authority`: the PEM file of the CA that HTTPS servers are held against; may be empty.
  Http(int watched, std::function<void()> meanwhile, std::string authority = {});
  ~Http();
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  /// Throws std::runtime_error when there is no answer at all.
  Answer request(const std::string& method, const std::string& url,
                 const std::vector<std::string>& headers = {}, const std::string& body = {});

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace diemcau::load
