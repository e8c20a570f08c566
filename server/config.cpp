#include "server/config.h"

#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>

#include <CLI/CLI.hpp>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <toml++/toml.h>

namespace diemcau::server {
namespace {

/// Where a value stands, for messages: "diemcau.toml:12: port".
struct Place {
  const std::string& file;
  const std::string& key;
  const toml::node& node;

  [[noreturn]] void refuse(const std::string& why) const {
    std::ostringstream text;
    text << file << ":" << node.source().begin.line << ": " << key << ": " << why;
    throw ConfigError(text.str());
  }
  std::string text() const {
    if (const auto value = node.value_exact<std::string>()) return *value;
    refuse("expected a text in quotes");
  }
  bool truth() const {
    if (const auto value = node.value_exact<bool>()) return *value;
    refuse("expected true or false");
  }
  std::int64_t number(std::int64_t min, std::int64_t max) const {
    const auto value = node.value_exact<std::int64_t>();
    if (!value || *value < min || *value > max)
      refuse("expected a number from " + std::to_string(min) + " to " + std::to_string(max));
    return *value;
  }
  std::vector<std::string> texts() const {
    std::vector<std::string> all;
    const auto* array = node.as_array();
    if (array == nullptr) refuse("expected a list of texts");
    for (const auto& entry : *array) {
      const auto value = entry.value_exact<std::string>();
      if (!value) refuse("expected a list of texts");
      all.push_back(*value);
    }
    return all;
  }
  std::uint16_t port() const { return static_cast<std::uint16_t>(number(1, 65535)); }
};

using Setter = std::function<void(Config&, const Place&)>;

const std::map<std::string, Setter>& setters() {
  static const std::map<std::string, Setter> all{
      {"data", [](Config& c, const Place& at) { c.data = at.text(); }},
      {"web", [](Config& c, const Place& at) { c.web = at.text(); }},
      {"bind", [](Config& c, const Place& at) { c.bind = at.text(); }},
      {"port", [](Config& c, const Place& at) { c.port = at.port(); }},
      {"hosts", [](Config& c, const Place& at) { c.hosts = at.texts(); }},
      {"media.port", [](Config& c, const Place& at) { c.media_port = at.port(); }},
      {"media.announced", [](Config& c, const Place& at) { c.announced = at.texts(); }},
      {"media.workers",
       [](Config& c, const Place& at) { c.media_workers = static_cast<std::size_t>(at.number(0, 16)); }},
      {"media.players",
       [](Config& c, const Place& at) { c.players = static_cast<std::size_t>(at.number(0, 100000)); }},
      {"outputs.rtsp_port",
       [](Config& c, const Place& at) { c.rtsp_port = static_cast<std::uint16_t>(at.number(0, 65535)); }},
      {"uploads.limit_mb", [](Config& c, const Place& at) { c.upload_limit = at.number(1, 20000) << 20; }},
      {"metrics.for_all", [](Config& c, const Place& at) { c.metrics_for_all = at.truth(); }},
      {"log.json", [](Config& c, const Place& at) { c.log_json = at.truth(); }},
  };
  return all;
}

void read_table(Config& config, const toml::table& table, const std::string& prefix,
                const std::string& file_name) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    if (const auto* inner = node.as_table()) {
      read_table(config, *inner, key + ".", file_name);
      continue;
    }
    const Place place{file_name, key, node};
    const auto setter = setters().find(key);
    if (setter == setters().end()) place.refuse("khóa không có / unknown key");
    setter->second(config, place);
  }
}

std::map<std::string, session::Layout> names_of_layouts() {
  std::map<std::string, session::Layout> all;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<session::Layout>>(
      [&all](auto layout) { all.emplace(layout.name, layout.value); });
  return all;
}

}  // namespace

void read_toml(Config& config, const std::string& text, const std::string& file_name) {
  toml::table table;
  try {
    table = toml::parse(text, file_name);
  } catch (const toml::parse_error& e) {
    std::ostringstream message;
    message << file_name << ":" << e.source().begin.line << ": " << e.description();
    throw ConfigError(message.str());
  }
  read_table(config, table, "", file_name);
}

std::optional<Config> read_arguments(int count, const char* const* arguments) {
  Config from_flags;
  std::filesystem::path file;
  CLI::App app("Điểm Cầu: họp trực tuyến của tỉnh / online meetings of a province", "diemcau");
  app.set_version_flag("--version", DIEMCAU_VERSION);
  const auto* data = app.add_option("--data", from_flags.data, "thư mục dữ liệu / data folder (./data)");
  const auto* port = app.add_option("--port", from_flags.port, "cổng HTTPS / HTTPS port (8443)")
                         ->check(CLI::Range(1, 65535));
  const auto* media_port =
      app.add_option("--media-port", from_flags.media_port, "cổng hình và tiếng / media port (8444)")
          ->check(CLI::Range(1, 65535));
  const auto* web =
      app.add_option("--web", from_flags.web, "thư mục trang web đã dựng / built pages (web/dist)");
  app.add_option("--config", file, "tệp cấu hình / configuration file (TOML)");
  app.add_flag("--log-json", from_flags.log_json, "nhật ký dạng JSON / log lines as JSON");
  app.add_option("--links", from_flags.links,
                 "ghi các liên kết của bản mẫu vào tệp / write the demo's links to a file");
  auto* const demo = app.add_subcommand(
      "demo", "nạp dữ liệu mẫu vào thư mục trống / fill an empty data folder with an example");
  demo->fallthrough()->callback([&] { from_flags.demo = true; });
  demo->add_option("--halls", from_flags.demo_halls,
                   "số điểm cầu mẫu tự vào phiên họp / so many demo halls join by themselves (0)")
      ->check(CLI::Range(0, 9));
  RenderWish render;
  std::string layout;
  auto* const render_command =
      app.add_subcommand("render",
                         "dựng lại phim của một phiên họp từ bản gốc các điểm cầu đã gửi / make a meeting's "
                         "film anew from what the sites sent");
  render_command->fallthrough();
  render_command
      ->add_option(
          "meeting", render.meeting,
          "số của phiên họp, như trong địa chỉ trang / the meeting's number, as in its page's address")
      ->required()
      ->check(CLI::PositiveNumber);
  const auto layouts = names_of_layouts();
  render_command
      ->add_option("--layout", layout, "bố cục thay cho bố cục đã dựng / layout instead of what was directed")
      ->check(CLI::IsMember(layouts));
  render_command->add_option("--out", render.out, "tệp phim / film to write (phien-hop-N.mp4)")
      ->check([](const std::string& name) {
        return name.ends_with(".mp4") ? "" : name + ": phải là tệp .mp4 / must be an .mp4 file";
      });
  try {
    app.parse(count, arguments);
  } catch (const CLI::Success& e) {
    app.exit(e);
    return std::nullopt;
  } catch (const CLI::ParseError& e) {
    throw ConfigError(e.what());
  }
  Config config;
  if (!file.empty()) {
    std::ifstream in(file);
    if (!in) throw ConfigError(file.string() + ": không đọc được / cannot be read");
    std::ostringstream text;
    text << in.rdbuf();
    read_toml(config, text.str(), file.string());
  }
  if (data->count() > 0) config.data = from_flags.data;
  if (port->count() > 0) config.port = from_flags.port;
  if (media_port->count() > 0) config.media_port = from_flags.media_port;
  if (web->count() > 0) config.web = from_flags.web;
  config.log_json = config.log_json || from_flags.log_json;
  config.links = from_flags.links;
  config.demo = from_flags.demo;
  config.demo_halls = from_flags.demo_halls;
  if (render_command->parsed()) {
    if (!layout.empty()) render.layout = layouts.at(layout);
    config.render = render;
  }
  return config;
}

}  // namespace diemcau::server
