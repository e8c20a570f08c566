#include "media/hall_cameras.h"

#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <optional>
#include <stdexcept>
#include <thread>

#include <pthread.h>

#include "media/bell.h"
#include "media/caller/caller.h"
#include "media/caller/live_stream.h"
#include "media/mailbox.h"
#include "media/program/hall_camera.h"
#include "media/without_secrets.h"

namespace diemcau::media {
namespace {
using namespace std::chrono_literals;
using caller::Caller;
using caller::LiveStream;
using program::HallCamera;
using Clock = Caller::Clock;

constexpr auto turn = 50ms;
constexpr auto report_interval = 1s;
constexpr auto patience = 15s;              // until there is a picture; until the handshake is done
constexpr auto silence_limit = 5s;          // a camera that is switched off says no goodbye
constexpr std::size_t most_waiting = 5000;  // packets; what comes beside is dropped

// The packets are sent as they are.
static_assert(HallCamera::vp8 == Caller::vp8 && HallCamera::h264 == Caller::h264 &&
              HallCamera::opus == Caller::opus && HallCamera::level_extension == Caller::level_extension);

}  // namespace

struct HallCameras::Parts {
  /// One hall. The thread's, but for what streaming threads put into the mailboxes.
  struct Hall {
    Hall(const CameraAddress& to, Parts& parts)
        : address(to),
          camera(
              to,
              [this, &parts](HallCamera::Packet packet) {
                if (packets.waiting() < most_waiting && packets.put(std::move(packet))) parts.bell.ring();
              },
              [this, &parts](program::Fault fault) {
                if (faults.put(std::move(fault))) parts.bell.ring();
              }) {}

    CameraAddress address;
    Mailbox<HallCamera::Packet> packets;
    Mailbox<program::Fault> faults;
    std::optional<Caller> caller;  ///< from the first picture on
    LiveStream picture{90'000}, voice{48'000};
    Clock::time_point since = Clock::now();  ///< of what it waits for
    Clock::time_point heard = since;         ///< the camera's last packet
    bool answered = false;
    HallCamera camera;  // last: its threads use the mailboxes
  };
  struct Start {
    HallCameraId id{};
    std::string answer;
  };
  struct Connect {
    HallCameraId id{};
    CameraAddress address;
  };
  struct End {
    HallCameraId id{};
  };
  using Letter = std::variant<Connect, Start, End>;
  /// Why a hall is over.
  struct Over {
    CameraTrouble trouble{};
    std::string detail;
  };

  Parts() : thread([this] { run(); }) {}
  ~Parts() {
    stopping = true;
    bell.ring();
    thread.join();
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  void put(Letter letter) {
    if (letters.put(std::move(letter))) bell.ring();
  }

  void run() {
    pthread_setname_np(pthread_self(), "cameras");
    auto next_report = Clock::now();
    while (!stopping) {
      bell.wait(halls.empty() ? std::nullopt : std::optional<std::chrono::milliseconds>(turn));
      for (auto& letter : letters.take_all()) std::visit([this](auto& one) { take(one); }, letter);
      const auto now = Clock::now();
      const bool reports = now >= next_report;
      if (reports) next_report = now + report_interval;
      std::erase_if(halls, [&](auto& entry) {
        auto over = go_on(entry.first, *entry.second, now);
        if (!over) {
          if (reports) report(*entry.second, now);
          return false;
        }
        say_goodbye(*entry.second);
        events.put(CameraEnded{
            entry.first, over->trouble,
            without_secrets(over->detail, {entry.second->address.password, entry.second->address.user})});
        return true;
      });
    }
    for (auto& [id, hall] : halls) say_goodbye(*hall);
    halls.clear();
  }

  void take(const Connect& connect) {
    try {
      halls[connect.id] = std::make_unique<Hall>(connect.address, *this);
    } catch (const std::exception& what) {  // a plugin is missing
      halls.erase(connect.id);
      events.put(CameraEnded{connect.id, CameraTrouble::no_picture, what.what()});
    }
  }
  void take(const Start& start) {
    const auto at = halls.find(start.id);
    if (at == halls.end() || !at->second->caller) return;
    auto& hall = *at->second;
    hall.since = Clock::now();
    hall.answered = true;
    try {
      hall.caller->start(start.answer);
    } catch (const std::exception& what) {
      hall.faults.put({what.what()});
    }
  }
  void take(const End& end) {
    const auto at = halls.find(end.id);
    if (at == halls.end()) return;
    say_goodbye(*at->second);
    halls.erase(at);
  }
  static void say_goodbye(Hall& hall) {
    if (hall.caller) hall.caller->say_goodbye();
  }

  /// nullopt: it goes on.
  std::optional<Over> go_on(HallCameraId id, Hall& hall, Clock::time_point now) {
    const bool had_picture = hall.caller.has_value();
    if (const auto faults = hall.faults.take_all(); !faults.empty()) {
      const auto& first = faults.front();
      return Over{trouble_of(first, had_picture), first.end_of_stream ? "end of stream" : first.text};
    }
    for (const auto& packet : hall.packets.take_all()) {
      hall.heard = now;
      if (!hall.caller && packet.codec != rtp::Codec::opus) make_offer(id, hall, packet.codec);
      if (!hall.caller || !hall.caller->connected()) continue;
      auto& stream = packet.codec == rtp::Codec::opus ? hall.voice : hall.picture;
      if (const auto rollover = stream.on_sent(packet.rtp, now)) hall.caller->send_rtp(packet.rtp, *rollover);
    }
    if (!hall.caller)
      return now - hall.since < patience ? std::nullopt : std::optional(Over{CameraTrouble::no_picture, ""});
    if (now - hall.heard > silence_limit) return Over{CameraTrouble::lost, "no packets"};
    if (!hall.answered) return std::nullopt;
    return tend(*hall.caller, now - hall.since < patience);
  }

  void make_offer(HallCameraId id, Hall& hall, rtp::Codec codec) {
    hall.caller.emplace(Caller::Shape{
        .sends = true, .camera = codec == rtp::Codec::h264 ? Caller::Pictures::h264 : Caller::Pictures::vp8});
    hall.caller->on_rtcp = [&hall](const rtp::RtcpReport& report, std::span<const std::byte>) {
      if (!report.keyframes_wanted.empty()) hall.camera.request_keyframe();
    };
    events.put(CameraOffers{id, hall.caller->offer()});
  }

  /// Of the line to the server: nullopt while it runs.
  static std::optional<Over> tend(Caller& line, bool patient) {
    try {
      line.receive();
      line.tend();
    } catch (const std::exception& what) {
      return Over{CameraTrouble::lost, what.what()};
    }
    if (line.closed()) return Over{CameraTrouble::lost, "the server said goodbye"};
    if (!line.connected() && !patient) return Over{CameraTrouble::lost, "no way to the server"};
    return std::nullopt;
  }

  static void report(Hall& hall, Clock::time_point now) {
    if (!hall.caller || !hall.caller->connected()) return;
    for (const auto* stream : {&hall.picture, &hall.voice}) {
      const auto sent = stream->report(now, std::chrono::system_clock::now());
      if (!sent) continue;
      std::array<std::byte, 128> buffer;
      rtp::RtcpWriter writer(buffer);
      writer.sender_report(*sent, stream->packets(), stream->bytes());
      writer.source_description(sent->ssrc, "camera");
      hall.caller->send_rtcp(std::span(buffer).first(writer.size()));
    }
  }

  static CameraTrouble trouble_of(const program::Fault& fault, bool had_picture) {
    if (had_picture) return CameraTrouble::lost;
    // Only its words tell a path that is not there from a host that is not.
    const bool no_such_path =
        fault.text.find("404") != std::string::npos || fault.text.find("ot found") != std::string::npos;
    if (fault.not_authorized || no_such_path) return CameraTrouble::refused;
    return fault.end_of_stream ? CameraTrouble::no_picture : CameraTrouble::unreachable;
  }

  Bell bell;
  Mailbox<Letter> letters;
  Mailbox<CameraEvent> events;
  std::atomic<bool> stopping{false};
  std::map<HallCameraId, std::unique_ptr<Hall>> halls;  ///< the thread's
  std::uint64_t last = 0;
  std::thread thread;  // last: starts when all else stands
};

HallCameras::HallCameras() : parts_(std::make_unique<Parts>()) {}
HallCameras::~HallCameras() = default;

HallCameraId HallCameras::connect(const CameraAddress& address) {
  const HallCameraId id{++parts_->last};
  parts_->put(Parts::Connect{id, address});
  return id;
}

void HallCameras::start(HallCameraId camera, const std::string& answer) {
  parts_->put(Parts::Start{camera, answer});
}

void HallCameras::end(HallCameraId camera) { parts_->put(Parts::End{camera}); }

std::vector<CameraEvent> HallCameras::take_events() { return parts_->events.take_all(); }

}  // namespace diemcau::media
