#include "tests/load/engine_room.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "media/media.h"
#include "tests/free_port.h"

namespace diemcau::load {
namespace {

constexpr std::size_t longest_message = 128 * 1024;
constexpr media::StageId stage{1};

/// A request is 'p', 'v' or 'l' (publish, view, leave), the peer's number, and the offer.
struct Head {
  char what;
  std::uint64_t peer;
};

void serve(int socket, std::size_t workers, int publishers) {
  const auto port = free_port();
  media::Config config{"127.0.0.1", port, {{"127.0.0.1", port}}, workers};
  // What is measured is the fan-out, not when it begins.
  if (workers > 1) {
    config.peers_per_worker = 1;
    config.core_per_worker = 1000;
  }
  media::Engine engine(config, [] {});
  engine.open_stage(stage);
  media::Scene scene{media::Layout::grid_3x3, {}};
  std::vector<media::SourceId> audible;
  for (int i = 0; i < publishers; ++i) {
    scene.cells.push_back({media::SourceId{i + 1}, {}});
    audible.push_back(media::SourceId{i + 1});
  }
  engine.set_scene(stage, scene);
  engine.set_audible(stage, audible);
  std::vector<char> message(longest_message);
  for (;;) {
    pollfd ready{socket, POLLIN, 0};
    ::poll(&ready, 1, 1000);
    engine.take_events();
    if (ready.revents == 0) continue;
    const auto size = recv(socket, message.data(), message.size(), 0);
    if (size <= 0) return;  // the measurement is over
    Head head{};
    std::memcpy(&head, message.data(), sizeof head);
    const media::PeerId peer{head.peer};
    if (head.what == 'l') {
      engine.disconnect(peer);
      continue;
    }
    const std::string offer(message.data() + sizeof head, static_cast<std::size_t>(size) - sizeof head);
    const auto source = head.what == 'p'
                            ? std::optional(media::SourceId{static_cast<std::int64_t>(head.peer)})
                            : std::nullopt;
    const auto answer = engine.connect(peer, stage, source, offer);
    const auto* const text = std::get_if<std::string>(&answer);
    const std::string reply = text != nullptr ? *text : "";
    if (send(socket, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) return;
  }
}

}  // namespace

EngineRoom::EngineRoom(const std::vector<int>& processors, std::size_t workers, int publishers) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw std::system_error(errno, std::generic_category(), "socketpair");
  socket_ = transport::FileDescriptor(ends[0]);
  const transport::FileDescriptor theirs(ends[1]);
  child_ = fork();
  if (child_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child_ > 0) return;
  socket_ = transport::FileDescriptor();
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int processor : processors) CPU_SET(static_cast<std::size_t>(processor), &set);
  sched_setaffinity(0, sizeof set, &set);
  serve(theirs.get(), workers, publishers);
  _exit(0);
}

EngineRoom::~EngineRoom() {
  socket_ = transport::FileDescriptor();
  waitpid(child_, nullptr, 0);
}

void EngineRoom::join(TestPeer& peer, char as) {
  // Publishers come first, so that their numbers are those of the sources.
  const Head head{as, ++last_};
  numbers_[&peer] = head.peer;
  const auto offer = peer.offer();
  std::string message(reinterpret_cast<const char*>(&head), sizeof head);
  message += offer;
  std::vector<char> reply(longest_message);
  if (send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL) < 0)
    throw std::system_error(errno, std::generic_category(), "the engine's process");
  const auto size = recv(socket_.get(), reply.data(), reply.size(), 0);
  if (size <= 0) throw std::runtime_error("the engine refused the offer");
  peer.start(std::string(reply.data(), static_cast<std::size_t>(size)));
}

void EngineRoom::publish(TestPeer& peer) { join(peer, 'p'); }
void EngineRoom::view(TestPeer& peer) { join(peer, 'v'); }

void EngineRoom::leave(TestPeer& peer) {
  const Head head{'l', numbers_.at(&peer)};
  send(socket_.get(), &head, sizeof head, MSG_NOSIGNAL);
  numbers_.erase(&peer);
}

}  // namespace diemcau::load
