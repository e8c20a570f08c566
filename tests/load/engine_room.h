#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "media/transport/file_descriptor.h"
#include "tests/load/room.h"

namespace diemcau::load {

/// The media engine alone in a process of its own, without HTTP: offers and answers go through a socket pair.
class EngineRoom : public Room {
 public:
  /// Forks: before this process has threads. The child, with so many media workers, stays on these
  /// processors. More than one worker: each takes its share of the viewers.
  EngineRoom(const std::vector<int>& processors, std::size_t workers, int publishers);
  ~EngineRoom() override;

  const char* name() const override { return "engine"; }
  pid_t process() const override { return child_; }
  void publish(TestPeer& peer) override;
  void view(TestPeer& peer) override;
  void leave(TestPeer& peer) override;

 private:
  void join(TestPeer& peer, char as);

  transport::FileDescriptor socket_;
  pid_t child_ = -1;
  std::map<const TestPeer*, std::uint64_t> numbers_;
  std::uint64_t last_ = 0;
};

}  // namespace diemcau::load
