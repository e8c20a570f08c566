#include "tests/load/janus_room.h"

#include <stdexcept>
#include <utility>

namespace diemcau::load {

using nlohmann::json;

JanusRoom::JanusRoom(Http& http, std::string url, pid_t process, int publishers)
    : http_(http), url_(std::move(url)), process_(process) {
  session_ = "/" + std::to_string(post("", {{"janus", "create"}}).at("data").at("id").get<std::uint64_t>());
  const auto made = post(session_ + "/" + std::to_string(attach()), {{"janus", "message"},
                                                                     {"body",
                                                                      {{"request", "create"},
                                                                       {"room", room_},
                                                                       {"publishers", publishers},
                                                                       {"bitrate", 0},
                                                                       {"audiocodec", "opus"},
                                                                       {"videocodec", "vp8"}}}});
  if (made.at("plugindata").at("data").value("videoroom", "") != "created")
    throw std::runtime_error("Janus made no room: " + made.dump());
}

json JanusRoom::post(const std::string& path, json body) {
  body["transaction"] = std::to_string(++transactions_);
  const auto answer = http_.request("POST", url_ + path, {"Content-Type: application/json"}, body.dump());
  auto parsed = json::parse(answer.body);
  if (parsed.value("janus", "") == "error") throw std::runtime_error("Janus refuses: " + answer.body);
  return parsed;
}

std::uint64_t JanusRoom::attach() {
  return post(session_, {{"janus", "attach"}, {"plugin", "janus.plugin.videoroom"}}).at("data").at("id");
}

json JanusRoom::ask(std::uint64_t handle, json body, json session_description) {
  json message{{"janus", "message"}, {"body", std::move(body)}};
  if (!session_description.is_null()) message["jsep"] = std::move(session_description);
  post(session_ + "/" + std::to_string(handle), std::move(message));
  const auto transaction = std::to_string(transactions_);
  for (;;) {
    // The session's events one by one; those about others (connections, media) are passed over.
    auto event = json::parse(http_.request("GET", url_ + session_ + "?maxev=1").body);
    if (event.value("transaction", "") != transaction) continue;
    const auto& data = event.at("plugindata").at("data");
    if (data.contains("error")) throw std::runtime_error("Janus refuses: " + event.dump());
    return event;
  }
}

void JanusRoom::publish(TestPeer& peer) {
  const auto handle = handles_[&peer] = attach();
  const auto event =
      ask(handle,
          {{"request", "joinandconfigure"}, {"ptype", "publisher"}, {"room", room_}, {"id", ++publishers_}},
          {{"type", "offer"}, {"sdp", peer.offer()}});
  peer.start(event.at("jsep").at("sdp").get<std::string>());
}

void JanusRoom::prepare() { prepared_ = attach(); }

void JanusRoom::view(TestPeer& peer) {
  const auto handle = handles_[&peer] = std::exchange(prepared_, 0);
  json streams = json::array();
  for (int i = 1; i <= publishers_; ++i) streams.push_back({{"feed", i}});
  const auto event =
      ask(handle, {{"request", "join"}, {"ptype", "subscriber"}, {"room", room_}, {"streams", streams}});
  const auto answer = peer.answer(event.at("jsep").at("sdp").get<std::string>());
  ask(handle, {{"request", "start"}, {"room", room_}}, {{"type", "answer"}, {"sdp", answer}});
  peer.start();
}

void JanusRoom::leave(TestPeer& peer) {
  post(session_ + "/" + std::to_string(handles_.at(&peer)), {{"janus", "detach"}});
  handles_.erase(&peer);
}

}  // namespace diemcau::load
