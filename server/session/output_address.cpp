#include "server/session/output_address.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

namespace diemcau::session {
namespace {
using scheduler::ErrorCode;
using scheduler::Result;

constexpr std::size_t longest_url = 1000;
constexpr std::size_t longest_host = 253;       // RFC 1035
constexpr std::size_t longest_stream_id = 512;  // of SRT
constexpr std::size_t shortest_passphrase = 10, longest_passphrase = 79;
constexpr int least_latency = 20, most_latency = 8000;  // ms

tl::unexpected<scheduler::Error> refuse(const char* text_key, std::string_view detail = {}) {
  return scheduler::refuse(ErrorCode::invalid, text_key, std::string(detail));
}

std::optional<int> number_in(std::string_view text, int least, int most) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most)
    return std::nullopt;
  return value;
}

/// "%2F" → "/"; nullopt: a '%' without two hex digits.
std::optional<std::string> unescaped(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = static_cast<unsigned char>(text[i]);
    if (text[i] == '%') {
      const auto digits = text.substr(i + 1, 2);
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
      if (digits.size() != 2 || error != std::errc() || end != digits.data() + 2) return std::nullopt;
      i += 2;
    }
    result += static_cast<char>(value);
  }
  return result;
}

bool is_host(std::string_view text, bool numeric_v6) {
  const auto fits = [numeric_v6](char c) {
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (numeric_v6) return hex || c == ':' || c == '.';
    return hex || (c >= 'g' && c <= 'z') || (c >= 'G' && c <= 'Z') || c == '-' || c == '.' || c == '_';
  };
  return !text.empty() && text.size() <= longest_host && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), fits) &&
         (!numeric_v6 || text.find(':') != std::string_view::npos);
}

struct Scheme {
  std::string_view name;
  OutputKind kind;
  int port;  ///< unless said; 0: must be said
};
constexpr Scheme schemes[] = {{"rtmp://", OutputKind::rtmp, 1935},
                              {"rtmps://", OutputKind::rtmps, 443},
                              {"srt://", OutputKind::srt, 0}};

Result<OutputAddress> read_stream(OutputAddress address, std::string_view path) {
  const auto last = path.substr(0, path.find('?')).rfind('/');
  if (path.empty() || last == std::string_view::npos || last < 2 || last + 1 == path.size())
    return refuse("output.stream_missing");
  address.application = path.substr(1, last - 1);
  address.stream = path.substr(last + 1);
  return address;
}

Result<OutputAddress> read_parameter(OutputAddress address, std::string_view name, const std::string& value) {
  if (name == "streamid") {
    if (value.size() > longest_stream_id) return refuse("output.stream_id_long");
    address.stream_id = value;
  } else if (name == "passphrase") {
    if (value.size() < shortest_passphrase || value.size() > longest_passphrase)
      return refuse("output.passphrase_length");
    address.passphrase = value;
  } else if (name == "latency") {
    const auto latency = number_in(value, least_latency, most_latency);
    if (!latency) return refuse("output.latency_wrong");
    address.latency = std::chrono::milliseconds(*latency);
  } else if (name != "mode" || value != "caller") {
    return refuse("output.parameter_unknown", name.substr(0, 40));
  }
  return address;
}

Result<OutputAddress> read_parameters(OutputAddress address, std::string_view rest) {
  if (rest.starts_with('/')) rest.remove_prefix(1);
  if (rest.empty()) return address;
  if (!rest.starts_with('?')) return refuse("output.srt_path");
  rest.remove_prefix(1);
  Result<OutputAddress> read = std::move(address);
  while (read && !rest.empty()) {
    const auto pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const auto equals = pair.find('=');
    const auto value = unescaped(equals == std::string_view::npos ? "" : pair.substr(equals + 1));
    if (!value) return refuse("output.escape_wrong");
    read = read_parameter(std::move(*read), pair.substr(0, equals), *value);
  }
  return read;
}

}  // namespace

Result<OutputAddress> read_output_address(const std::string& url) {
  if (url.size() > longest_url) return refuse("output.address_long");
  if (std::any_of(url.begin(), url.end(), [](char c) { return c <= ' ' || c > '~'; }))
    return refuse("output.letters_wrong");
  const auto* const scheme = std::find_if(std::begin(schemes), std::end(schemes),
                                          [&](const Scheme& one) { return url.starts_with(one.name); });
  if (scheme == std::end(schemes)) return refuse("output.scheme_wrong");
  std::string_view rest(url);
  rest.remove_prefix(scheme->name.size());
  auto authority = rest.substr(0, rest.find_first_of("/?"));
  rest.remove_prefix(authority.size());

  OutputAddress address;
  address.place.kind = scheme->kind;
  address.place.port = scheme->port;
  const bool v6 = authority.starts_with('[');
  const auto host_end = v6 ? authority.find(']') : authority.find(':');
  if (v6 && host_end == std::string_view::npos) return refuse("output.host_wrong");
  const auto host = authority.substr(v6 ? 1 : 0, v6 ? host_end - 1 : host_end);
  if (!is_host(host, v6)) return refuse("output.host_wrong");
  address.place.host = host;
  if (v6) authority.remove_prefix(host_end + 1);
  if (const auto colon = v6 ? (authority.empty() ? std::string_view::npos : 0) : host_end;
      colon != std::string_view::npos) {
    const auto port =
        authority[colon] == ':' ? number_in(authority.substr(colon + 1), 1, 65535) : std::nullopt;
    if (!port) return refuse("output.port_wrong");
    address.place.port = *port;
  }
  if (address.place.port == 0) return refuse("output.port_missing");
  return scheme->kind == OutputKind::srt ? read_parameters(std::move(address), rest)
                                         : read_stream(std::move(address), rest);
}

}  // namespace diemcau::session
