#include "server/http/reply.h"

#include <algorithm>
#include <cctype>

#include "server/http/problem.h"

namespace diemcau::http {

std::string Request::cookie(const std::string& name) const {
  const std::string all = header("cookie");
  for (std::size_t from = 0; from < all.size();) {
    auto until = all.find(';', from);
    if (until == std::string::npos) until = all.size();
    while (from < until && all[from] == ' ') ++from;
    if (all.compare(from, name.size(), name) == 0 && from + name.size() < until &&
        all[from + name.size()] == '=')
      return all.substr(from + name.size() + 1, until - from - name.size() - 1);
    from = until + 1;
  }
  return {};
}

bool Request::has_type(const std::string& type) const {
  auto said = header("content-type");
  said.resize(std::min(said.find_first_of("; \t"), said.size()));
  std::transform(said.begin(), said.end(), said.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return said == type;
}

void Reply::text(std::string body, int status,
                 std::vector<std::pair<std::string, std::string>> headers) const {
  Response response;
  response.status = status;
  response.headers = std::move(headers);
  response.headers.emplace_back("content-type", "application/json");
  response.headers.emplace_back("cache-control", "no-store");
  response.body = std::make_shared<const std::string>(std::move(body));
  send(std::move(response));
}

void Reply::no_content(std::vector<std::pair<std::string, std::string>> headers) const {
  Response response;
  response.status = 204;
  response.headers = std::move(headers);
  response.headers.emplace_back("cache-control", "no-store");
  send(std::move(response));
}

void Reply::problem(const scheduler::Error& error) const {
  problem(status_of(error), error.text_key, error.detail);
}

void Reply::problem(int status, const std::string& text_key, const std::string& detail,
                    std::vector<std::pair<std::string, std::string>> headers) const {
  send(problem_response(status, text_key, detail, request_, std::move(headers)));
}

}  // namespace diemcau::http
