/// One session's program alone: `film FILE LAYOUT PORT SITES VOICES` composes and records what comes by RTP
/// to PORT, PORT + 2, … (pictures, VP8) and PORT + 1, PORT + 3, … (voices, Opus) of 127.0.0.1, until it is
/// killed or its input ends. Says "begun" when the film has its first picture. For tests/e2e/film.figures.ts.
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "media/program/fan_out.h"
#include "media/program/program.h"
#include "media/program/recorder.h"

namespace {
using namespace diemcau;
using namespace std::chrono_literals;

int listen_on(int port) {
  const int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int room = 1 << 20;
  setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (descriptor < 0 || bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("port " + std::to_string(port) + " is taken");
  return descriptor;
}

/// The media thread's part.
void receive(const std::vector<pollfd>& sockets, stage::Sink& sink, const std::atomic<bool>& over) {
  std::array<std::byte, 2048> packet{};
  auto waiting = sockets;
  while (!over) {
    if (poll(waiting.data(), waiting.size(), 100) <= 0) continue;
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      if ((waiting[i].revents & POLLIN) == 0) continue;
      for (;;) {
        const auto size = recv(waiting[i].fd, packet.data(), packet.size(), 0);
        if (size <= 0) break;
        sink.on_packet(media::SourceId{static_cast<std::int64_t>(i / 2) + 1},
                       i % 2 == 0 ? stage::Codec::vp8 : stage::Codec::opus,
                       std::span(packet).first(static_cast<std::size_t>(size)));
      }
    }
  }
}

/// Tells when the film has begun.
class Begin : public program::Consumer {
 public:
  void push(stage::Kind kind, GstSample* sample) override {
    if (kind == stage::Kind::audio || said_) return;
    if (GST_BUFFER_FLAG_IS_SET(gst_sample_get_buffer(sample), GST_BUFFER_FLAG_DELTA_UNIT)) return;
    said_ = true;
    std::puts("begun");
    std::fflush(stdout);
  }

 private:
  bool said_ = false;
};

void run(const char* file, const std::string& layout, int port, int sites, int voices) {
  std::vector<pollfd> sockets;
  media::Scene scene{layout == "single" ? media::Layout::single : media::Layout::grid_3x3, {}};
  const auto cells = media::areas_of(scene.layout).size();
  for (int i = 0; i < sites; ++i) {
    // A stage gives pictures only of who is on it.
    sockets.push_back({scene.cells.size() < cells ? listen_on(port + 2 * i) : -1, POLLIN, 0});
    sockets.push_back({i < voices ? listen_on(port + 2 * i + 1) : -1, POLLIN, 0});
    if (scene.cells.size() < cells)
      scene.cells.push_back({media::SourceId{i + 1}, "Điểm cầu số " + std::to_string(i + 1)});
  }
  program::FanOut fan_out;
  program::Recorder recorder(file, [](const program::Fault& fault) {
    std::fprintf(stderr, "%s\n", fault.text.c_str());
    std::_Exit(1);
  });
  Begin begin;
  fan_out.add(recorder);
  fan_out.add(begin);
  program::Program program({[](media::SourceId) {}, [] {},
                            [&](stage::Kind kind, GstSample* sample) { fan_out.pass(kind, sample); },
                            [](GstSample*) {},
                            [](const program::Fault& fault) {
                              std::fprintf(stderr, "%s\n", fault.text.c_str());
                              std::_Exit(1);
                            },
                            [](GstClockTime) {}, std::chrono::milliseconds(600)});
  program.set_recorded(true);
  const auto sink = program.sink();
  sink->on_scene(scene);
  std::atomic<bool> over{false};
  std::thread media_thread([&] { receive(sockets, *sink, over); });
  // The control thread's part, as Programs does it.
  std::atomic<bool> ended{false};
  std::thread input([&ended] {
    char byte = 0;
    while (read(STDIN_FILENO, &byte, 1) > 0) continue;
    ended = true;
  });
  while (!ended) {
    program.update();
    program.tick();
    std::this_thread::sleep_for(100ms);
  }
  over = true;
  media_thread.join();
  input.join();
  fan_out.remove(recorder);
  recorder.finish();
  for (const auto& socket : sockets)
    if (socket.fd >= 0) close(socket.fd);
}

}  // namespace

int main(int count, char** words) try {
  if (count != 6) throw std::runtime_error("film FILE single|grid_3x3 PORT SITES VOICES");
  run(words[1], words[2], std::atoi(words[3]), std::atoi(words[4]), std::atoi(words[5]));
  return 0;
} catch (const std::exception& what) {
  std::fprintf(stderr, "film: %s\n", what.what());
  return 1;
}
