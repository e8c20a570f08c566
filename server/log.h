#pragma once
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace spdlog {
class logger;
}

namespace diemcau::server {

/// One named value of a line: a number, an id, a truth or a text.
struct LogField {
  using Value = std::variant<std::int64_t, bool, std::string>;
  template <class T>
  LogField(std::string_view field_name, const T& field_value)
      : name(field_name), value(to_value(field_value)) {}

  std::string_view name;
  Value value;

 private:
  template <class T>
  static Value to_value(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      return value;
    } else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
      return static_cast<std::int64_t>(value);
    } else {
      return std::string(value);
    }
  }
};

/// One line per event that matters: `log.info("site.joined", {{"meeting", m}, {"site", s}})`. Passwords,
/// tokens and hall links never go in. Any thread.
class Log {
 public:
  enum class Form { text, json };
  /// Lines go to `out` (the standard error stream when none is given), which must outlive this.
  explicit Log(Form form, std::ostream* out = nullptr);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  using Fields = std::initializer_list<LogField>;
  void info(std::string_view event, Fields fields = {}) { write("info", event, fields); }
  void warn(std::string_view event, Fields fields = {}) { write("warn", event, fields); }
  void error(std::string_view event, Fields fields = {}) { write("error", event, fields); }

 private:
  void write(const char* level, std::string_view event, Fields fields);

  Form form_;
  std::shared_ptr<spdlog::logger> logger_;  // shared: spdlog's own way to hold one
};

}  // namespace diemcau::server
