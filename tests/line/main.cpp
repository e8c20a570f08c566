#include <array>
#include <cerrno>
#include <ctime>
#include <exception>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/line/command.h"
#include "tests/line/tun.h"

/// A bad line between two TUN devices: see README.md.
namespace diemcau::line {
namespace {

using Clock = OneWay::Clock;

/// Packets on their way in one direction.
class Pipe {
 public:
  Pipe(OneWay& way, const Tun& from, const Tun& to) : way_(way), from_(from), to_(to) {}

  void take() {
    for (;;) {
      const auto packet = from_.read(buffer_);
      if (packet.empty()) return;
      if (const auto out = way_.enter(packet, Clock::now()))
        travelling_.emplace(*out, std::vector<std::byte>(packet.begin(), packet.end()));
    }
  }
  void deliver(Clock::time_point now) {
    while (!travelling_.empty() && travelling_.begin()->first <= now) {
      to_.write(travelling_.begin()->second);
      travelling_.erase(travelling_.begin());
    }
  }
  Clock::time_point next() const {
    return travelling_.empty() ? Clock::time_point::max() : travelling_.begin()->first;
  }

 private:
  OneWay& way_;
  const Tun& from_;
  const Tun& to_;
  std::array<std::byte, longest_packet> buffer_{};
  std::multimap<Clock::time_point, std::vector<std::byte>> travelling_;  ///< equal times stay in order
};

/// Waits for packets, a command, or `next`.
void wait(std::array<pollfd, 3>& files, Clock::time_point next) {
  timespec left{};
  if (next != Clock::time_point::max()) {
    const auto duration = std::max(Clock::duration::zero(), next - Clock::now());
    left.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
    left.tv_nsec = (duration % std::chrono::seconds(1)).count();
  }
  if (ppoll(files.data(), files.size(), next == Clock::time_point::max() ? nullptr : &left, nullptr) < 0 &&
      errno != EINTR)
    throw std::system_error(errno, std::generic_category(), "ppoll");
}

/// Obeys the whole lines that have come; false at the end of the input.
bool read_commands(Line& line, std::string& pending) {
  std::array<char, 4096> text{};
  const auto size = ::read(STDIN_FILENO, text.data(), text.size());
  if (size <= 0) return false;
  pending.append(text.data(), static_cast<std::size_t>(size));
  for (auto end = pending.find('\n'); end != std::string::npos; end = pending.find('\n')) {
    std::cout << obey(line, std::string_view(pending).substr(0, end)) << std::endl;
    pending.erase(0, end + 1);
  }
  return true;
}

void run(const std::string& first, const std::string& second, std::uint64_t seed) {
  // The line must not wait for the browsers that it is to trouble. Without the right to, it is as busy as
  // they are.
  setpriority(PRIO_PROCESS, 0, -10);
  const Tun near(first), far(second);
  Line line{OneWay(seed), OneWay(seed + 1)};
  Pipe down(line.down, near, far), up(line.up, far, near);
  std::array<pollfd, 3> files{pollfd{near.descriptor(), POLLIN, 0}, pollfd{far.descriptor(), POLLIN, 0},
                              pollfd{STDIN_FILENO, POLLIN, 0}};
  std::cout << "ready" << std::endl;
  for (std::string pending;;) {
    wait(files, std::min(down.next(), up.next()));
    if (files[2].revents != 0 && !read_commands(line, pending)) return;
    down.take();
    up.take();
    const auto now = Clock::now();
    down.deliver(now);
    up.deliver(now);
  }
}

}  // namespace
}  // namespace diemcau::line

int main(int count, char** words) {
  try {
    if (count < 3) throw std::runtime_error("usage: line FIRST-DEVICE SECOND-DEVICE [SEED]");
    diemcau::line::run(words[1], words[2], count > 3 ? std::stoull(words[3]) : std::random_device()());
  } catch (const std::exception& error) {
    std::cerr << "line: " << error.what() << '\n';
    return 1;
  }
}
