#pragma once
#include "scheduler/result.h"
#include "server/http/message.h"
#include "server/signaling/json_codec.h"

namespace diemcau::http {

/// Answers one exchange, now or when the writer or a job has reported. Copies are the same answer; the first
/// one counts. Main thread.
class Reply {
 public:
  Reply(Answering& answering, ExchangeId exchange, std::string request)
      : answering_(&answering), exchange_(exchange), request_(std::move(request)) {}

  void send(Response response) const { answering_->answer(exchange_, std::move(response)); }
  /// A described struct, or a vector of them, as JSON.
  template <class T>
  void json(const T& body, int status = 200,
            std::vector<std::pair<std::string, std::string>> headers = {}) const {
    text(protocol::encode(body).dump(), status, std::move(headers));
  }
  void no_content(std::vector<std::pair<std::string, std::string>> headers = {}) const;
  /// RFC 9457.
  void problem(const scheduler::Error& error) const;
  void problem(int status, const std::string& text_key, const std::string& detail = {},
               std::vector<std::pair<std::string, std::string>> headers = {}) const;
  void hold_back(bool held) const { answering_->hold_back(exchange_, held); }

 private:
  void text(std::string body, int status, std::vector<std::pair<std::string, std::string>> headers) const;

  Answering* answering_;
  ExchangeId exchange_;
  std::string request_;
};

}  // namespace diemcau::http
