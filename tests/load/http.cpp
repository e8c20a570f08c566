#include "tests/load/http.h"

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <string_view>

#include <curl/curl.h>

namespace diemcau::load {
namespace {

constexpr int longest_wait = 5;  // ms between two calls of `meanwhile`

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* answer) {
  static_cast<Http::Answer*>(answer)->body.append(data, size * count);
  return size * count;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* answer) {
  std::string_view line(data, size * count);
  constexpr std::string_view wanted = "location:";
  const bool found = line.size() > wanted.size() &&
                     std::equal(wanted.begin(), wanted.end(), line.begin(), [](char a, char b) {
                       return a == std::tolower(static_cast<unsigned char>(b));
                     });
  if (found) {
    line.remove_prefix(wanted.size());
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.front())) != 0)
      line.remove_prefix(1);
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())) != 0) line.remove_suffix(1);
    static_cast<Http::Answer*>(answer)->location = line;
  }
  return size * count;
}

}  // namespace

struct Http::Parts {
  int watched;
  std::function<void()> meanwhile;
  std::string authority;
  CURLM* multi = curl_multi_init();
};

Http::Http(int watched, std::function<void()> meanwhile, std::string authority)
    : parts_(std::make_unique<Parts>()) {
  parts_->watched = watched;
  parts_->meanwhile = std::move(meanwhile);
  parts_->authority = std::move(authority);
}

Http::~Http() { curl_multi_cleanup(parts_->multi); }

Http::Answer Http::request(const std::string& method, const std::string& url,
                           const std::vector<std::string>& headers, const std::string& body) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> owner(curl_easy_init(), curl_easy_cleanup);
  CURL* const easy = owner.get();
  Answer answer;
  curl_slist* list = curl_slist_append(nullptr, "Expect:");
  for (const auto& header : headers) list = curl_slist_append(list, header.c_str());
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> list_owner(list, curl_slist_free_all);
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
  if (!body.empty()) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
  }
  if (!parts_->authority.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, parts_->authority.c_str());
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_TIMEOUT, 60L);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &answer);
  curl_multi_add_handle(parts_->multi, easy);
  for (int running = 1; running > 0;) {
    curl_multi_perform(parts_->multi, &running);
    if (running == 0) break;
    curl_waitfd watched{parts_->watched, CURL_WAIT_POLLIN, 0};
    curl_multi_poll(parts_->multi, &watched, 1, longest_wait, nullptr);
    parts_->meanwhile();
  }
  int left = 0;
  const auto* const message = curl_multi_info_read(parts_->multi, &left);
  const auto result = message != nullptr ? message->data.result : CURLE_FAILED_INIT;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &answer.status);
  curl_multi_remove_handle(parts_->multi, easy);
  if (result != CURLE_OK) throw std::runtime_error(method + " " + url + ": " + curl_easy_strerror(result));
  return answer;
}

}  // namespace diemcau::load
