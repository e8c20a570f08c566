#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "media/transport/endpoint.h"
#include "media/transport/udp_port.h"

namespace diemcau::transport {

/// Collects the packets of one turn of the loop and sends them with few system calls: packets of one peer
/// that are alike in size leave as one message with UDP_SEGMENT (GSO), all messages in one sendmmsg. Belongs
/// to the media thread.
class SendBatch {
 public:
  explicit SendBatch(const UdpPort& port);

  /// Room for one packet of at most packet_limit bytes; fill it, then call add() with its size before the
  /// next reserve().
  std::span<std::byte> reserve();
  /// `peer` is any number that only this destination has: packets of one peer leave together and in order.
  void add(const Endpoint& to, std::uint32_t peer, std::size_t size);
  void flush();
  /// Datagrams that the kernel would not take (buffer full).
  std::uint64_t dropped() const { return dropped_; }

 private:
  /// A picture of six packets for 340 viewers. What does not find room leaves in messages of fewer segments:
  /// with 512, forwarding to 200 and 400 viewers cost a sixth and a third more.
  static constexpr std::size_t capacity = 2048;
  // The kernel's limits of one GSO message: UDP_MAX_SEGMENTS and 64 KB less headers.
  static constexpr std::size_t most_segments = 64;
  static constexpr std::size_t most_bytes = 65000;
  struct Item {
    Endpoint to;
    std::uint32_t peer;
    std::uint32_t slot;
    std::size_t size;
  };
  void send_messages();

  const UdpPort& port_;
  std::unique_ptr<std::array<std::array<std::byte, packet_limit>, capacity>> bytes_;
  std::vector<Item> items_;
  std::vector<mmsghdr> messages_;
  std::vector<iovec> parts_;
  std::vector<sockaddr_storage> names_;
  struct Control {
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(std::uint16_t))> bytes;
  };
  std::vector<Control> controls_;
  bool segmentation_ = true;
  std::uint64_t dropped_ = 0;
};

}  // namespace diemcau::transport
