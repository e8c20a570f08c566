#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "media/transport/file_descriptor.h"

/// The other side of an RTMP output: a real host, and a line to it that can be narrow or cut.
namespace diemcau::program {

/// nginx with its RTMP module on the loopback, as a broadcaster may have it: takes streams of the application
/// "live" and none of "closed".
class RtmpHost {
 public:
  RtmpHost(const std::filesystem::path& folder, std::uint16_t port) {
    std::filesystem::create_directories(folder);
    const auto file = folder / "nginx.conf";
    std::ofstream(file) << "load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;\n"
                           "daemon off; master_process off; pid nginx.pid; error_log error.log;\n"
                           "events { worker_connections 64; }\n"
                           "rtmp { server { listen 127.0.0.1:"
                        << port << "; application live { live on; } } }\n";
    const auto conf = file.string();
    const auto prefix = folder.string();
    const auto log = (folder / "error.log").string();
    const char* const arguments[] = {"nginx",        "-c", conf.c_str(), "-p",
                                     prefix.c_str(), "-e", log.c_str(),  nullptr};
    if (posix_spawn(&process_, "/usr/sbin/nginx", nullptr, nullptr, const_cast<char* const*>(arguments),
                    environ) != 0)
      throw std::runtime_error("nginx and libnginx-mod-rtmp are missing: tests/packages");
  }
  ~RtmpHost() {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  RtmpHost(const RtmpHost&) = delete;
  RtmpHost& operator=(const RtmpHost&) = delete;

 private:
  pid_t process_ = 0;
};

/// Passes one TCP connection at a time on to a port of the loopback, as fast as it is told.
class NarrowLine {
 public:
  NarrowLine(std::uint16_t from, std::uint16_t to) : to_(to), listening_(socket(from)) {
    listen(listening_.get(), 4);
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  /// 0: nothing passes.
  void carry(std::int64_t bytes_per_second) { rate_ = bytes_per_second; }

 private:
  static sockaddr_in name(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  static transport::FileDescriptor socket(std::uint16_t port) {
    transport::FileDescriptor made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int yes = 1;
    const int small = 16 << 10;  // or megabytes would disappear in there before anybody notices
    setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    setsockopt(made.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    const auto address = name(port);
    if (port != 0 && bind(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("the line's port is taken");
    return made;
  }
  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (!readable(listening_.get())) continue;
      const transport::FileDescriptor here(accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      const auto there = socket(0);
      const auto address = name(to_);
      if (connect(there.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) continue;
      std::jthread back([&](const std::stop_token& end) {
        while (!end.stop_requested())
          if (readable(there.get()) && pass(there.get(), here.get(), 4096) <= 0) break;
        shutdown(here.get(), SHUT_RDWR);
      });
      constexpr auto turn = std::chrono::milliseconds(20);
      while (!stop.stop_requested()) {
        const auto room = static_cast<std::size_t>(rate_ / 50);
        if (room > 0 && readable(here.get()) && pass(here.get(), there.get(), room) <= 0) break;
        std::this_thread::sleep_for(turn);  // the pace itself, not a wait for something
      }
      back.request_stop();
    }
  }
  static bool readable(int socket) {
    pollfd wait{socket, POLLIN, 0};
    return poll(&wait, 1, 20) > 0;
  }
  static ssize_t pass(int from, int to, std::size_t most) {
    std::string bytes(std::min<std::size_t>(most, 1 << 16), '\0');
    const auto count = recv(from, bytes.data(), bytes.size(), 0);
    if (count > 0 && send(to, bytes.data(), static_cast<std::size_t>(count), MSG_NOSIGNAL) != count)
      return -1;
    return count;
  }

  std::uint16_t to_;
  transport::FileDescriptor listening_;
  std::atomic<std::int64_t> rate_ = 10 << 20;
  std::jthread thread_;
};

}  // namespace diemcau::program
