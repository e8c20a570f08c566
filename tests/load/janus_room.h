#pragma once
#include <cstdint>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "tests/load/http.h"
#include "tests/load/room.h"

namespace diemcau::load {

/// A room of Janus' videoroom plugin, by its HTTP API: one session, one handle a peer, one subscription to
/// all publishers a viewer (https://janus.conf.meetecho.com/docs/videoroom.html).
class JanusRoom : public Room {
 public:
  /// `url`: of its API, "http://127.0.0.1:8088/janus". Makes a room.
  JanusRoom(Http& http, std::string url, pid_t process, int publishers);

  const char* name() const override { return "janus"; }
  pid_t process() const override { return process_; }
  void publish(TestPeer& peer) override;
  void prepare() override;
  void view(TestPeer& peer) override;
  void leave(TestPeer& peer) override;

 private:
  nlohmann::json post(const std::string& path, nlohmann::json body);
  std::uint64_t attach();
  /// A plugin request and the event that answers it.
  nlohmann::json ask(std::uint64_t handle, nlohmann::json body, nlohmann::json session_description = {});

  Http& http_;
  std::string url_, session_;
  pid_t process_;
  int room_ = 1, publishers_ = 0;
  std::uint64_t prepared_ = 0, transactions_ = 0;
  std::map<const TestPeer*, std::uint64_t> handles_;
};

}  // namespace diemcau::load
