#include "media/transport/tcp_port.h"

#include <array>
#include <cerrno>
#include <system_error>

#include <netinet/tcp.h>

#include "media/transport/listen.h"

namespace diemcau::transport {

struct TcpPort::Connection {
  FileDescriptor socket;
  Endpoint endpoint;
  FrameReader reader;
  std::vector<std::byte> out;
  std::size_t sent = 0;
  bool waits_to_write = false;
};

TcpPort::TcpPort(OnWatch on_watch, OnPacket on_packet)
    : on_watch_(std::move(on_watch)), on_packet_(std::move(on_packet)) {}

TcpPort::~TcpPort() = default;

void TcpPort::listen(const std::string& address, std::uint16_t port) {
  int family = 0;
  listener_ = bound_socket(address, port, SOCK_STREAM, family);
  if (::listen(listener_.get(), 128) != 0)
    throw std::system_error(errno, std::generic_category(), "tcp " + address + ":" + std::to_string(port));
}

void TcpPort::accept_all(Clock::time_point now) {
  for (;;) {
    sockaddr_storage name{};
    socklen_t size = sizeof name;
    FileDescriptor accepted(
        accept4(listener_.get(), reinterpret_cast<sockaddr*>(&name), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!accepted) return;
    const int yes = 1;
    setsockopt(accepted.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    add(std::move(accepted), endpoint_from(name), now);
  }
}

TcpPort::Connection* TcpPort::add(FileDescriptor socket, const Endpoint& from, Clock::time_point now) {
  if (by_fd_.size() >= most_connections) {
    if (silent_.empty()) return nullptr;  // closed again by its owner going out of scope
    close(silent_.begin()->first);
  }
  auto connection = std::make_unique<Connection>();
  connection->endpoint = from;
  connection->endpoint.connection = ++last_number_;
  const int fd = socket.get();
  connection->socket = std::move(socket);
  by_number_[last_number_] = fd;
  silent_[last_number_] = now;
  auto* const added = (by_fd_[fd] = std::move(connection)).get();
  on_watch_({fd, false, false});
  return added;
}

std::optional<TcpPort::Transfer> TcpPort::release(std::uint32_t number) {
  const auto found = by_number_.find(number);
  if (found == by_number_.end()) return std::nullopt;
  auto& connection = *by_fd_.at(found->second);
  const auto unread = connection.reader.unread();
  Transfer transfer{std::move(connection.socket), connection.endpoint, {unread.begin(), unread.end()}};
  transfer.from.connection = 0;
  close_fd(found->second);
  return transfer;
}

void TcpPort::adopt(Transfer transfer, Clock::time_point now) {
  const int fd = transfer.socket.get();
  auto* const connection = add(std::move(transfer.socket), transfer.from, now);
  if (connection == nullptr) return;
  reading_ = true;
  if (!take_in(*connection, transfer.unread)) close_fd(fd);
  reading_ = false;
  closing_.clear();
}

void TcpPort::on_readable(int fd) {
  reading_ = true;
  read_all(fd);
  reading_ = false;
  closing_.clear();
}

void TcpPort::read_all(int fd) {
  std::array<std::byte, 16384> bytes;
  for (;;) {
    const auto found = by_fd_.find(fd);
    if (found == by_fd_.end()) return;
    auto& connection = *found->second;
    const auto count = recv(fd, bytes.data(), bytes.size(), 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) return close_fd(fd);
    if (!take_in(connection, std::span(bytes).first(static_cast<std::size_t>(count)))) return close_fd(fd);
  }
}

bool TcpPort::take_in(Connection& connection, std::span<const std::byte> bytes) {
  return connection.reader.feed(bytes, [&](std::span<std::byte> packet) {
    // One before may have closed or released it.
    if (by_number_.contains(connection.endpoint.connection)) on_packet_(connection.endpoint, packet);
  });
}

void TcpPort::on_writable(int fd) {
  if (const auto found = by_fd_.find(fd); found != by_fd_.end()) flush(*found->second);
}

void TcpPort::send(const Endpoint& to, std::span<const std::byte> packet) {
  const auto found = by_number_.find(to.connection);
  if (found == by_number_.end()) return;
  auto& connection = *by_fd_.at(found->second);
  if (connection.out.size() - connection.sent > queue_limit) return;
  connection.out.push_back(static_cast<std::byte>(packet.size() >> 8));
  connection.out.push_back(static_cast<std::byte>(packet.size()));
  connection.out.insert(connection.out.end(), packet.begin(), packet.end());
  if (!connection.waits_to_write) flush(connection);
}

void TcpPort::close(std::uint32_t connection) {
  if (const auto found = by_number_.find(connection); found != by_number_.end()) close_fd(found->second);
}

void TcpPort::keep(std::uint32_t connection) { silent_.erase(connection); }

void TcpPort::close_silent(Clock::time_point now) {
  while (!silent_.empty() && now - silent_.begin()->second > silence_limit) close(silent_.begin()->first);
}

void TcpPort::close_fd(int fd) {
  const auto found = by_fd_.find(fd);
  if (found == by_fd_.end()) return;
  on_watch_({fd, false, true});
  by_number_.erase(found->second->endpoint.connection);
  silent_.erase(found->second->endpoint.connection);
  if (reading_) closing_.push_back(std::move(found->second));
  by_fd_.erase(found);
}

void TcpPort::flush(Connection& connection) {
  const int fd = connection.socket.get();
  while (connection.sent < connection.out.size()) {
    const auto count = ::send(fd, connection.out.data() + connection.sent,
                              connection.out.size() - connection.sent, MSG_NOSIGNAL);
    if (count < 0) {
      if (errno != EAGAIN && errno != EINTR) {
        // The reader sees the end of the connection and cleans up; what waits is lost with it.
        connection.sent = connection.out.size();
        break;
      }
      if (!connection.waits_to_write) on_watch_({fd, true, false});
      connection.waits_to_write = true;
      return;
    }
    connection.sent += static_cast<std::size_t>(count);
  }
  connection.out.clear();
  connection.sent = 0;
  if (connection.waits_to_write) on_watch_({fd, false, false});
  connection.waits_to_write = false;
}

}  // namespace diemcau::transport
