#pragma once
#include <sys/types.h>

#include "tests/load/test_peer.h"

namespace diemcau::load {

/// A server under measurement and the one place in it where all publishers are shown to all viewers. Each
/// call starts the peer: its first check is on its way when it returns.
class Room {
 public:
  Room() = default;
  virtual ~Room() = default;
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

  virtual const char* name() const = 0;
  virtual pid_t process() const = 0;
  /// Returns when the server does nothing but forward.
  virtual void settle() {}
  /// Publishers are numbered from 0, in this order.
  virtual void publish(TestPeer& peer) = 0;
  /// All publishers are there. What is slow but no part of joining (a session, a handle), for the next
  /// view().
  virtual void prepare() {}
  virtual void view(TestPeer& peer) = 0;
  /// A viewer leaves.
  virtual void leave(TestPeer& peer) = 0;
};

}  // namespace diemcau::load
