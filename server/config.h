#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "server/session/scene.h"

namespace diemcau::server {

/// `diemcau render`: the film of a meeting, made anew.
struct RenderWish {
  std::int64_t meeting{};
  std::optional<session::Layout> layout;  ///< instead of those that were directed
  std::filesystem::path out;              ///< empty: "phien-hop-7.mp4"
};

/// What can be set, from server/diemcau.toml and the command line (which wins).
struct Config {
  std::filesystem::path data = "data";     ///< everything that is kept
  std::filesystem::path web = "web/dist";  ///< the built pages
  std::string bind;  ///< numeric address of the interface to listen on; empty: every one, IPv4 and IPv6
  std::uint16_t port = 8443;        ///< HTTPS and signaling
  std::uint16_t media_port = 8444;  ///< media, UDP and TCP
  std::vector<std::string>
      announced;                   ///< addresses that browsers are told for media; none: all of this machine
  std::size_t media_workers = 1;   ///< media threads; 0: one for each core, at most 8
  std::vector<std::string> hosts;  ///< further names under which people reach this server
  std::uint16_t rtsp_port = 0;     ///< the program by RTSP; 0: no
  std::int64_t upload_limit = 200LL << 20;  ///< bytes of one document or film
  std::size_t players = 1000;               ///< most of one session (WHEP)
  bool metrics_for_all = false;             ///< /metrics not only from this machine
  bool log_json = false;
  std::filesystem::path links;       ///< where to write the links of a demo run as JSON
  bool demo = false;                 ///< fill an empty data folder with an example
  std::optional<RenderWish> render;  ///< serve nothing, make a film
  int demo_halls = 0;                ///< so many of the example's halls join by themselves (demo_halls.h)
};

/// The configuration cannot be used; what() says which file, line and key.
struct ConfigError : std::runtime_error {
  using runtime_error::runtime_error;
};

/// Reads a TOML text. A key that is not known is an error: a misspelt one would silently do nothing.
void read_toml(Config& config, const std::string& text, const std::string& file_name);

/// Reads the command line, and the file that it names. nullopt: --help or --version was answered on standard
/// output.
std::optional<Config> read_arguments(int count, const char* const* arguments);

}  // namespace diemcau::server
