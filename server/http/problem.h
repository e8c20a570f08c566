#pragma once
#include <string>

#include "scheduler/result.h"
#include "server/http/api.h"
#include "server/http/message.h"

/// RFC 9457 problem details.
namespace diemcau::http {

/// The sentence of a text key in Vietnamese, for tools that show no texts of their own; a general one for the
/// status when the key has none here.
std::string problem_title(int status, const std::string& text_key);

int status_of(const scheduler::Error& error);

Response problem_response(int status, const std::string& text_key, const std::string& detail,
                          const std::string& request,
                          std::vector<std::pair<std::string, std::string>> headers = {});

}  // namespace diemcau::http
