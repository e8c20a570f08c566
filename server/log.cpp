#include "server/log.h"

#include <chrono>

#include <nlohmann/json.hpp>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace diemcau::server {
namespace {

std::string utc_now() {
  const auto now = std::chrono::system_clock::now();
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  const std::time_t seconds = milliseconds / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  const auto length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text + length, sizeof text - length, ".%03dZ", static_cast<int>(milliseconds % 1000));
  return text;
}

// spdlog's own JSON pattern does not escape; bad UTF-8 is replaced, never thrown at.
std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool plain(const std::string& text) {
  if (text.empty()) return false;
  for (const unsigned char c : text)
    if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f) return false;
  return true;
}

struct Text {
  bool always_quoted;
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(bool truth) const { return truth ? "true" : "false"; }
  std::string operator()(const std::string& text) const {
    return !always_quoted && plain(text) ? text : quoted(text);
  }
};

}  // namespace

Log::Log(Form form, std::ostream* out) : form_(form) {
  spdlog::sink_ptr sink;
  if (out != nullptr) {
    sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(*out, true);
  } else {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  }
  logger_ = std::make_shared<spdlog::logger>("diemcau", sink);
  logger_->set_pattern("%v");
  logger_->flush_on(spdlog::level::trace);
}

Log::~Log() = default;

void Log::write(const char* level, std::string_view event, Fields fields) {
  std::string line;
  if (form_ == Form::json) {
    line =
        R"({"time":")" + utc_now() + R"(","level":")" + level + R"(","event":)" + quoted(std::string(event));
    for (const auto& field : fields)
      line += "," + quoted(std::string(field.name)) + ":" + std::visit(Text{true}, field.value);
    line += "}";
  } else {
    line = utc_now() + " " + level + " " + std::string(event);
    for (const auto& field : fields)
      line += " " + std::string(field.name) + "=" + std::visit(Text{false}, field.value);
  }
  logger_->info(spdlog::string_view_t(line));
}

}  // namespace diemcau::server
