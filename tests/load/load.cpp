#include <fstream>
#include <iostream>
#include <memory>
#include <vector>

#include <CLI/CLI.hpp>
#include <curl/curl.h>
#include <sched.h>

#include "tests/load/engine_room.h"
#include "tests/load/http.h"
#include "tests/load/janus_room.h"
#include "tests/load/measurement.h"
#include "tests/load/whip_room.h"

/// Measures one server in one case and prints one line of JSON. tests/load/run starts the servers.
int main(int argc, char** argv) try {
  namespace load = diemcau::load;
  std::string server, name, url, links;
  int process = 0;
  std::vector<int> server_cores{0}, client_cores{1};
  std::size_t workers = 1;
  load::Windows windows;
  int seconds = 10;
  CLI::App app("Điểm Cầu's load client");
  app.add_option("--server", server)->required()->check(CLI::IsMember({"diemcau", "engine", "janus"}));
  app.add_option("--case", name, "one_N, nine or main_eight_N")->required();
  app.add_option("--url", url, "of Janus' API");
  app.add_option("--links", links, "file of the demo's links");
  app.add_option("--process", process, "the server's process id");
  app.add_option("--server-cores", server_cores, "where the engine's own process runs")->delimiter(',');
  app.add_option("--client-cores", client_cores, "where this process runs")->delimiter(',');
  app.add_option("--workers", workers, "media threads of the engine's own process")->check(CLI::Range(1, 16));
  app.add_option("--windows", windows.count)->check(CLI::Range(1, 100));
  app.add_option("--seconds", seconds, "length of each window")->check(CLI::Range(1, 3600));
  CLI11_PARSE(app, argc, argv);
  windows.length = std::chrono::seconds(seconds);
  const auto what = load::find_case(name);
  const auto publishers = static_cast<int>(what.publishers.size());

  std::unique_ptr<load::Room> room;
  if (server == "engine") room = std::make_unique<load::EngineRoom>(server_cores, workers, publishers);
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int core : client_cores) CPU_SET(static_cast<std::size_t>(core), &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) throw std::runtime_error("there is no such processor");
  load::Crowd crowd;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  nlohmann::json access;
  std::string authority;
  if (server == "diemcau") {
    std::ifstream(links) >> access;
    authority = access.at("ca");
  }
  load::Http http(
      crowd.fd(), [&] { crowd.turn(std::chrono::milliseconds(0)); }, authority);
  if (server == "diemcau") room = std::make_unique<load::WhipRoom>(http, access, process, publishers);
  if (server == "janus") room = std::make_unique<load::JanusRoom>(http, url, process, publishers);
  auto line = load::measure(what, *room, crowd, windows);
  if (server_cores.size() > 1) line["server"] = "engine_" + std::to_string(workers);
  std::cout << line.dump() << std::endl;
  return 0;
} catch (const std::exception& error) {
  std::cerr << "load: " << error.what() << "\n";
  return 1;
}
