#include "tests/load/whip_room.h"

#include <chrono>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

namespace diemcau::load {
namespace {

using nlohmann::json;

constexpr auto patience = std::chrono::seconds(30);
constexpr auto look_interval = std::chrono::milliseconds(100);

std::string bearer(const json& access) {
  return "Authorization: Bearer " + access.at("token").get<std::string>();
}

}  // namespace

WhipRoom::WhipRoom(Http& http, json links, pid_t process, int publishers)
    : http_(http), links_(std::move(links)), process_(process) {
  command({{"type", "open"}});
  json cells = json::array();
  for (int i = 0; i < publishers; ++i) {
    const std::string page = links_.at("halls").at(static_cast<std::size_t>(i)).at("url");
    const auto token = page.substr(page.rfind('/') + 1);
    const auto hall = http_.request("GET", links_.at("base").get<std::string>() + "/api/hall/" + token);
    sites_.push_back(json::parse(hall.body).at("site"));
    cells.push_back({{"source", {{"type", "camera"}, {"site", sites_.back()}}}});
  }
  const std::size_t all = publishers == 1 ? 1 : 9;
  while (cells.size() < all) cells.push_back(json::object());
  command(
      {{"type", "stage_scene"}, {"scene", {{"layout", all == 1 ? "single" : "grid_3x3"}, {"cells", cells}}}});
}

void WhipRoom::command(const json& command) {
  const auto& access = links_.at("commands");
  const auto answer = http_.request("POST", access.at("url"),
                                    {"Content-Type: application/json", bearer(access)}, command.dump());
  if (answer.status != 204) throw std::runtime_error(command.dump() + " is refused: " + answer.body);
}

std::size_t WhipRoom::programs() {
  const auto metrics = http_.request("GET", links_.at("base").get<std::string>() + "/metrics").body;
  constexpr std::string_view name = "\ndiemcau_media_programs ";
  const auto at = metrics.find(name);
  if (at == std::string::npos) throw std::runtime_error("/metrics does not tell the programs");
  return std::stoul(metrics.substr(at + name.size()));
}

/// Opening has started the recording, which decodes and encodes, and goes on for ten seconds after it was
/// stopped.
void WhipRoom::settle() {
  const auto wait_for = [&](std::size_t count) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (programs() != count) {
      if (std::chrono::steady_clock::now() > end)
        throw std::runtime_error("the session's program did not begin or end in time");
      std::this_thread::sleep_for(look_interval);
    }
  };
  wait_for(1);
  command({{"type", "stop_recording"}});
  wait_for(0);
}

std::string WhipRoom::join(TestPeer& peer, const json& access) {
  const auto answer = http_.request("POST", access.at("url"),
                                    {"Content-Type: application/sdp", bearer(access)}, peer.offer());
  if (answer.status != 201) throw std::runtime_error("an offer is refused: " + answer.body);
  peer.start(answer.body);
  return answer.location;
}

void WhipRoom::publish(TestPeer& peer) {
  join(peer, links_.at("halls").at(publishers_).at("whip"));
  command({{"type", "open_microphone"}, {"site", sites_.at(publishers_)}});
  ++publishers_;
}

void WhipRoom::view(TestPeer& peer) { resources_[&peer] = join(peer, links_.at("whep")); }

void WhipRoom::leave(TestPeer& peer) {
  http_.request("DELETE", resources_.at(&peer), {bearer(links_.at("whep"))});
  resources_.erase(&peer);
}

}  // namespace diemcau::load
