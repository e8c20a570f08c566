#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "media/transport/endpoint.h"
#include "media/transport/file_descriptor.h"

namespace diemcau::transport {

/// Cuts a byte stream into the packets of RFC 4571: two bytes of length, then the packet.
class FrameReader {
 public:
  /// Appends what was read and hands each whole packet to `visit(span<byte>)`. False when the stream is no
  /// such framing (a length over packet_limit): the connection must be closed.
  template <class Visit>
  bool feed(std::span<const std::byte> bytes, Visit visit) {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    while (buffer_.size() - at_ >= 2) {
      const auto length =
          std::to_integer<std::size_t>(buffer_[at_]) << 8 | std::to_integer<std::size_t>(buffer_[at_ + 1]);
      if (length > frame_limit) return false;
      if (buffer_.size() - at_ - 2 < length) break;
      visit(std::span(buffer_).subspan(at_ + 2, length));
      at_ += 2 + length;
    }
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ = 0;
    return true;
  }
  /// Within `visit`: the bytes from the packet's own length on.
  std::span<const std::byte> unread() const { return std::span(buffer_).subspan(at_); }

 private:
  static constexpr std::size_t frame_limit = 1600;
  std::vector<std::byte> buffer_;
  std::size_t at_ = 0;
};

/// ICE-TCP, passive (RFC 6544): the listener for networks that block UDP, and its connections. Belongs to the
/// media thread.
class TcpPort {
 public:
  struct Watch {
    int fd;
    bool writable;  ///< also wake when it can be written
    bool closed;    ///< forget it; the fd is closed already
  };
  /// Called when the set of watched fds changes: the loop adds, changes or removes them in its epoll.
  using OnWatch = std::function<void(const Watch&)>;
  using OnPacket = std::function<void(const Endpoint&, std::span<std::byte>)>;
  using Clock = std::chrono::steady_clock;

  TcpPort(OnWatch on_watch, OnPacket on_packet);
  ~TcpPort();
  /// Takes connections from now on. Throws std::system_error naming address and port.
  void listen(const std::string& address, std::uint16_t port);
  int fd() const { return listener_.get(); }  ///< of the listener; -1: it takes none
  void accept_all(Clock::time_point now);
  bool owns(int fd) const { return by_fd_.contains(fd); }
  void on_readable(int fd);
  void on_writable(int fd);
  /// Queues one packet. A connection whose queue is over queue_limit loses the packet, as a full router
  /// would.
  void send(const Endpoint& to, std::span<const std::byte> packet);
  void close(std::uint32_t connection);

  /// A connection between two ports of this program.
  struct Transfer {
    FileDescriptor socket;
    Endpoint from;                  ///< without number
    std::vector<std::byte> unread;  ///< from the packet on that is being handed to OnPacket
  };
  /// Within OnPacket: gives the connection that the packet came on away. nullopt: there is none of that
  /// number.
  std::optional<Transfer> release(std::uint32_t connection);
  /// Goes on where another port has released it.
  void adopt(Transfer transfer, Clock::time_point now);

  /// A peer has proved that this connection is its own: it stays. Others make room for who comes, oldest
  /// first, and are closed after silence_limit: whoever only holds connections open must not keep halls out.
  void keep(std::uint32_t connection);
  void close_silent(Clock::time_point now);
  std::size_t connections() const { return by_fd_.size(); }

  static constexpr std::size_t most_connections = 512;
  static constexpr std::chrono::seconds silence_limit{10};

 private:
  static constexpr std::size_t queue_limit = 256 * 1024;
  struct Connection;
  Connection* add(FileDescriptor socket, const Endpoint& from, Clock::time_point now);
  bool take_in(Connection& connection, std::span<const std::byte> bytes);
  void close_fd(int fd);
  void read_all(int fd);
  void flush(Connection& connection);

  FileDescriptor listener_;
  OnWatch on_watch_;
  OnPacket on_packet_;
  std::uint32_t last_number_ = 0;
  std::unordered_map<int, std::unique_ptr<Connection>> by_fd_;
  std::unordered_map<std::uint32_t, int> by_number_;
  /// A packet may close the connection that it came on: its reader must outlive the call.
  std::vector<std::unique_ptr<Connection>> closing_;
  bool reading_ = false;
  std::map<std::uint32_t, Clock::time_point>
      silent_;  ///< connections that nobody has proved his, by number: oldest first
};

}  // namespace diemcau::transport
