#include "tests/load/whip_room.h"

#include <stdexcept>
#include <utility>

namespace diemcau::load {
namespace {

using nlohmann::json;

std::string bearer(const json& access) {
  return "Authorization: Bearer " + access.at("token").get<std::string>();
}

}  // namespace

WhipRoom::WhipRoom(Http& http, json links, pid_t process, int publishers)
    : http_(http), links_(std::move(links)), process_(process) {
  command({{"type", "open"}});
  // Opening starts the recording, which decodes and encodes: the other servers only forward.
  command({{"type", "stop_recording"}});
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
