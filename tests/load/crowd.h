#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "media/transport/file_descriptor.h"
#include "tests/load/publication.h"
#include "tests/load/test_peer.h"

namespace diemcau::load {

/// Hundreds of peers on one thread: waits for all their sockets at once, lets publishers send in time and
/// viewers report what they receive once a second.
class Crowd {
 public:
  using Clock = std::chrono::steady_clock;

  Crowd();

  /// Readable when a peer has something to take.
  int fd() const { return epoll_.get(); }
  /// `peer` has been started and must outlive this, or be forgotten.
  void watch(TestPeer& peer);
  void forget(TestPeer& peer);
  /// From now on this watched peer publishes.
  Publication& publish(TestPeer& peer, const Publication::Shape& shape, std::chrono::milliseconds phase);

  /// Waits for packets, at most so long and never beyond the time when something is to be sent.
  void turn(std::chrono::milliseconds wait);
  /// Turns until it is so; throws std::runtime_error, saying what was waited for, after `limit`.
  void until(const std::function<bool()>& done, const char* what,
             std::chrono::milliseconds limit = std::chrono::seconds(20));
  void run(std::chrono::milliseconds time);

 private:
  void report();

  transport::FileDescriptor epoll_;
  std::vector<TestPeer*> peers_;
  std::vector<std::unique_ptr<Publication>> publications_;
  Clock::time_point next_tend_{}, next_report_{};
};

}  // namespace diemcau::load
