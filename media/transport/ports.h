#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "media/transport/send_batch.h"
#include "media/transport/tcp_port.h"
#include "media/transport/udp_port.h"

namespace diemcau::transport {

/// The UDP and the TCP port of one worker and what leaves through them. Belongs to the media thread.
class Ports {
 public:
  /// Of workers that share the port, the first listens for TCP connections.
  Ports(const std::string& address, std::uint16_t port, TcpPort::OnWatch on_watch,
        TcpPort::OnPacket on_packet, Sharing sharing = Sharing::alone)
      : udp_(address, port, sharing), tcp_(std::move(on_watch), std::move(on_packet)), batch_(udp_) {
    if (sharing != Sharing::further) tcp_.listen(address, port);
  }

  UdpPort& udp() { return udp_; }
  TcpPort& tcp() { return tcp_; }

  /// One packet at once: STUN, DTLS.
  void send_now(const Endpoint& to, std::span<const std::byte> packet) {
    if (to.is_tcp()) {
      tcp_.send(to, packet);
    } else {
      udp_.send(to, packet);
    }
  }
  /// Room for one packet of the batch, then commit() with its size.
  std::span<std::byte> reserve() { return room_ = batch_.reserve(); }
  void commit(const Endpoint& to, std::uint32_t peer, std::size_t size) {
    if (to.is_tcp()) {
      tcp_.send(to, room_.first(size));
    } else {
      batch_.add(to, peer, size);
    }
  }
  void flush() { batch_.flush(); }

 private:
  UdpPort udp_;
  TcpPort tcp_;
  SendBatch batch_;
  std::span<std::byte> room_;
};

}  // namespace diemcau::transport
