#include "tests/load/measurement.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>

#include <unistd.h>

#include "media/rtp/packet.h"
#include "tests/load/tally.h"
#include "tests/load/usage.h"

namespace diemcau::load {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int main_rate = 1'200'000;
constexpr int thumbnail_rate = 150'000;
constexpr auto settling = 2s;
constexpr auto memory_look_interval = 1s;
constexpr int calm_looks = 4;
constexpr int most_looks = 60;
constexpr double disturbed = 2;
constexpr std::size_t most_trials = 4;  ///< for each window that is to be counted
constexpr auto stragglers = 500ms;      // what was sent in a window may come so late

template <class T>
T median(std::vector<T> values) {
  std::sort(values.begin(), values.end());
  return values.at(values.size() / 2);
}

double microseconds(std::chrono::nanoseconds time) { return static_cast<double>(time.count()) / 1000; }
double rounded(double value) { return std::round(value * 100) / 100; }

struct Viewer {
  explicit Viewer(const TestPeer::Shape& shape) : peer(shape) {}
  TestPeer peer;
  Clock::time_point first{};  ///< when its first packet was decrypted
  std::uint64_t packets = 0;
};

/// What is measured in one window.
struct Window {
  Tally::Result tally;
  double processor_per_packet = 0;            ///< µs
  double server_share = 0, client_share = 0;  ///< of one processor
  double client_per_packet = 0;               ///< µs
  double packets_per_second = 0;
};

class Measurement {
 public:
  Measurement(const Case& what, Room& room, Crowd& crowd)
      : case_(what),
        room_(room),
        crowd_(crowd),
        tally_(static_cast<std::size_t>(what.viewers), 2 * what.publishers.size()) {
    for (const auto& publisher : what.publishers) {
      cameras_.push_back(true);
      cameras_.push_back(false);
      voices_ += publisher.voice ? 1 : 0;
    }
  }

  void publish() {
    int phase = 0;
    for (const auto& shape : case_.publishers) {
      auto& peer = *publishers_.emplace_back(
          std::make_unique<TestPeer>(TestPeer::Shape{.sends = true, .setup = "active"}));
      room_.publish(peer);
      crowd_.watch(peer);
      crowd_.until([&] { return peer.connected(); }, "a publisher's handshake");
      // Frames of several cameras do not fall together.
      publications_.push_back(&crowd_.publish(peer, shape, std::chrono::milliseconds(phase)));
      phase += 40 / static_cast<int>(case_.publishers.size());
    }
    crowd_.run(settling);
  }

  /// Bytes that the server needs for the publishers, once what it keeps of their packets grows no more.
  /// nullopt: it grows on and on (under ThreadSanitizer it does).
  std::optional<std::uint64_t> steady_memory() {
    auto most = resident_memory(room_.process());
    for (int calm = 0, looks = 0; calm < calm_looks; ++looks) {
      if (looks == most_looks) return std::nullopt;
      crowd_.run(memory_look_interval);
      const auto now = resident_memory(room_.process());
      calm = now > most ? 0 : calm + 1;
      most = std::max(most, now);
    }
    return most;
  }

  void view() {
    for (int i = 0; i < case_.viewers; ++i) {
      viewers_.push_back(join(static_cast<std::size_t>(i)));
      crowd_.until([&] { return viewers_.back()->peer.connected(); }, "a viewer's handshake");
    }
    crowd_.until(
        [&] {
          return std::all_of(viewers_.begin(), viewers_.end(), [](const auto& v) { return v->packets > 0; });
        },
        "every viewer's first packet");
    crowd_.run(settling);
  }

  /// Milliseconds from asking to join to the first packet decrypted.
  std::vector<double> time_joins() {
    std::vector<double> times;
    for (int i = 0; i < case_.joins; ++i) {
      room_.prepare();
      crowd_.run(100ms);
      const auto began = Clock::now();
      const auto viewer = join({});
      crowd_.until([&] { return viewer->packets > 0; }, "a joining viewer's first packet");
      times.push_back(microseconds(viewer->first - began) / 1000);
      crowd_.forget(viewer->peer);
      room_.leave(viewer->peer);
    }
    return times;
  }

  Window window(std::chrono::seconds length) {
    tally_.open(next(), cameras_);
    const auto server = processor_time(room_.process());
    const auto client = processor_time(getpid());
    const auto began = Clock::now();
    crowd_.run(length);
    const auto took = Clock::now() - began;
    const auto server_ran = processor_time(room_.process()) - server;
    const auto client_ran = processor_time(getpid()) - client;
    tally_.close(next());
    crowd_.run(stragglers);
    Window result;
    result.tally = tally_.result();
    const auto packets = static_cast<double>(result.tally.received);
    result.processor_per_packet = packets > 0 ? microseconds(server_ran) / packets : 0;
    result.client_per_packet = packets > 0 ? microseconds(client_ran) / packets : 0;
    result.server_share = microseconds(server_ran) / microseconds(took);
    result.client_share = microseconds(client_ran) / microseconds(took);
    result.packets_per_second = packets / microseconds(took) * 1e6;
    return result;
  }

 private:
  std::unique_ptr<Viewer> join(std::optional<std::size_t> number) {
    auto viewer = std::make_unique<Viewer>(
        TestPeer::Shape{.video_slots = static_cast<int>(case_.publishers.size()), .audio_slots = voices_});
    viewer->peer.on_rtp = [this, number, at = viewer.get()](std::span<const std::byte> bytes) {
      if (at->packets++ == 0) at->first = Clock::now();
      if (!number) return;
      const auto packet = rtp::parse_packet(bytes);
      const auto stamp = packet ? read_stamp(packet->payload) : std::nullopt;
      if (stamp) tally_.record(*number, *stamp, at->peer.arrived());
    };
    if (number) room_.prepare();
    room_.view(viewer->peer);
    crowd_.watch(viewer->peer);
    return viewer;
  }

  std::vector<std::uint32_t> next() const {
    std::vector<std::uint32_t> counters;
    for (const auto* publication : publications_) {
      counters.push_back(publication->next_video());
      counters.push_back(publication->next_voice());
    }
    return counters;
  }

  const Case& case_;
  Room& room_;
  Crowd& crowd_;
  Tally tally_;
  std::vector<bool> cameras_;
  int voices_ = 0;
  std::vector<std::unique_ptr<TestPeer>> publishers_;
  std::vector<Publication*> publications_;
  std::vector<std::unique_ptr<Viewer>> viewers_;
};

/// Virtual machines have seconds in which each wake-up takes milliseconds, and their time is counted as its
/// thread's. They show in what this client needs itself, whatever server is measured: such windows are left
/// out.
std::vector<Window> calm_ones(const std::vector<Window>& all) {
  double least = std::numeric_limits<double>::infinity();
  for (const auto& window : all) least = std::min(least, window.client_per_packet);
  std::vector<Window> calm;
  for (const auto& window : all)
    if (window.client_per_packet <= disturbed * least) calm.push_back(window);
  return calm;
}

int number_after(const std::string& name, std::size_t head) {
  std::size_t end = 0;
  const int number = std::stoi(name.substr(head), &end);
  if (head + end != name.size() || number < 1 || number > 2000)
    throw std::invalid_argument("no such case: " + name);
  return number;
}

}  // namespace

Case find_case(const std::string& name) {
  constexpr std::string_view one = "one_";
  constexpr std::string_view main_eight = "main_eight_";
  Case found{name, {}, 9, 0};
  if (name == "nine") {
    // Three are louder: a server that forwards the loudest voices only has no tie to break.
    for (int i = 0; i < 9; ++i) found.publishers.push_back({main_rate, true, i < 3 ? 20 : 40});
  } else if (name.starts_with(one)) {
    found.publishers = {{main_rate, true}};
    found.viewers = number_after(name, one.size());
    if (found.viewers == 100) found.joins = 20;
  } else if (name.starts_with(main_eight)) {
    found.publishers = {{main_rate, true}};
    for (int i = 0; i < 8; ++i) found.publishers.push_back({thumbnail_rate, i < 2});
    found.viewers = number_after(name, main_eight.size());
  } else {
    throw std::invalid_argument("no such case: " + name);
  }
  return found;
}

nlohmann::json measure(const Case& what, Room& room, Crowd& crowd, const Windows& windows) {
  Measurement measurement(what, room, crowd);
  room.settle();
  measurement.publish();
  const auto memory = measurement.steady_memory();
  measurement.view();
  const auto with_viewers = resident_memory(room.process());
  const auto enough = static_cast<std::size_t>(windows.count);
  std::vector<Window> all;
  while (calm_ones(all).size() < enough && all.size() < most_trials * enough)
    all.push_back(measurement.window(windows.length));
  const auto calm = calm_ones(all);
  const auto joins = measurement.time_joins();

  const auto middle = [&](auto member) {
    std::vector<double> values;
    for (const auto& window : calm) values.push_back(member(window));
    return rounded(median(values));
  };
  const auto sum = [&](std::uint64_t Tally::Result::*member) {
    std::uint64_t total = 0;
    for (const auto& window : all) total += window.tally.*member;
    return total;
  };
  const auto costs = [](const std::vector<Window>& some) {
    std::vector<double> each;
    for (const auto& window : some) each.push_back(rounded(window.processor_per_packet));
    return each;
  };
  double longest = 0;
  for (const auto& window : all) longest = std::max(longest, microseconds(window.tally.delay_longest));
  nlohmann::json line{
      {"case", what.name},
      {"server", room.name()},
      {"viewers", what.viewers},
      {"us_per_packet", middle([](const Window& w) { return w.processor_per_packet; })},
      {"us_per_packet_windows", costs(calm)},
      {"us_per_packet_all_windows", costs(all)},
      {"disturbed_windows", all.size() - calm.size()},
      {"packets_per_second", middle([](const Window& w) { return w.packets_per_second; })},
      {"server_core", middle([](const Window& w) { return w.server_share; })},
      {"client_core", middle([](const Window& w) { return w.client_share; })},
      {"delay_ms",
       {{"p50", middle([](const Window& w) { return microseconds(w.tally.delay_median) / 1000; })},
        {"p99", middle([](const Window& w) { return microseconds(w.tally.delay_99) / 1000; })},
        {"max", rounded(longest / 1000)}}},
      {"received", sum(&Tally::Result::received)},
      {"lost", sum(&Tally::Result::lost)},
      {"duplicated", sum(&Tally::Result::duplicated)},
      {"reordered", sum(&Tally::Result::reordered)},
      {"silent_cameras", sum(&Tally::Result::silent_cameras)},
      {"silent_voices", sum(&Tally::Result::silent_voices)}};
  if (memory)
    line["kb_per_viewer"] =
        rounded((static_cast<double>(with_viewers) - static_cast<double>(*memory)) / 1000 / what.viewers);
  if (!joins.empty())
    line["join_ms"] = {{"median", rounded(median(joins))},
                       {"max", rounded(*std::max_element(joins.begin(), joins.end()))},
                       {"count", joins.size()}};
  return line;
}

}  // namespace diemcau::load
