#pragma once
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/load/http.h"
#include "tests/load/room.h"

namespace diemcau::load {

/// The session of `diemcau demo`: halls join by WHIP, players by WHEP (RFC 9725, draft-ietf-wish-whep), and
/// the stage is set by the commands API; addresses and tokens come from the links that the demo writes.
class WhipRoom : public Room {
 public:
  /// `links`: what --links wrote. Opens the session.
  WhipRoom(Http& http, nlohmann::json links, pid_t process, int publishers);

  const char* name() const override { return "diemcau"; }
  pid_t process() const override { return process_; }
  void settle() override;
  void publish(TestPeer& peer) override;
  void view(TestPeer& peer) override;
  void leave(TestPeer& peer) override;

 private:
  void command(const nlohmann::json& command);
  std::size_t programs();
  /// Posts the offer and starts the peer; returns the URL of the resource.
  std::string join(TestPeer& peer, const nlohmann::json& access);

  Http& http_;
  nlohmann::json links_;
  pid_t process_;
  std::vector<nlohmann::json> sites_;  ///< of the halls that publish
  std::size_t publishers_ = 0;
  std::map<const TestPeer*, std::string> resources_;
};

}  // namespace diemcau::load
