#include <array>
#include <atomic>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <stdexcept>
#include <thread>
#include <variant>

#include <pthread.h>

#include "media/bell.h"
#include "media/caller/caller.h"
#include "media/caller/replay_stream.h"
#include "media/mailbox.h"
#include "media/replay.h"
#include "media/rtp/packet.h"
#include "media/rtp/rtpdump.h"

namespace diemcau::media {
namespace {
using namespace std::chrono_literals;
using caller::Caller;
using caller::ReplayStream;
using Clock = Caller::Clock;

// A packet of sound is 20 ms: all halls have something to send then, and one waking-up serves them all.
constexpr auto turn = 20ms;
constexpr auto report_interval = 1s;
constexpr auto patience = 15s;  // until the handshake must be done
constexpr std::size_t longest_file = 16 << 20;

// The files are sent as they are.
static_assert(ReplayForm::vp8 == Caller::vp8 && ReplayForm::opus == Caller::opus &&
              ReplayForm::level_extension == Caller::level_extension);

/// One hall.
struct Hall {
  ReplayStream picture;
  std::optional<ReplayStream> voice;
  std::unique_ptr<Caller> caller = std::make_unique<Caller>(Caller::Shape{.sends = true});
  Clock::time_point since = Clock::now();
  bool sending = false;
};

std::vector<rtp::DumpedPacket> read_file(const std::filesystem::path& file) {
  std::error_code none;
  if (std::filesystem::file_size(file, none) > longest_file || none)
    throw std::runtime_error(file.string() + ": no prepared hall");
  std::ifstream in(file, std::ios::binary);
  const std::vector<char> text{std::istreambuf_iterator<char>(in), {}};
  auto packets = rtp::read_rtpdump(std::as_bytes(std::span(text)));
  if (!packets) throw std::runtime_error(file.string() + ": no prepared hall");
  return std::move(*packets);
}

Hall hall_of(const std::filesystem::path& file, std::uint32_t ssrc) {
  std::vector<rtp::DumpedPacket> picture, voice;
  for (auto& packet : read_file(file))
    if (const auto view = rtp::parse_packet(packet.bytes))
      (view->payload_type == ReplayForm::vp8 ? picture : voice).push_back(std::move(packet));
  if (picture.empty()) throw std::runtime_error(file.string() + ": no picture in it");
  std::optional<ReplayStream> sound;
  if (!voice.empty()) sound.emplace(std::move(voice), ssrc + 1, 48000);
  return {ReplayStream(std::move(picture), ssrc, 90000), std::move(sound)};
}

}  // namespace

struct Replays::Parts {
  struct Start {
    ReplayId id{};
    std::unique_ptr<Hall> hall;
  };
  struct End {
    ReplayId id{};
  };
  using Letter = std::variant<Start, End>;

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
    pthread_setname_np(pthread_self(), "replays");
    auto next_report = Clock::now();
    while (!stopping) {
      // Without halls there is nothing to wake up for.
      bell.wait(halls.empty() ? std::nullopt : std::optional<std::chrono::milliseconds>(turn));
      for (auto& letter : letters.take_all()) take(letter);
      const auto now = Clock::now();
      const bool reports = now >= next_report;
      if (reports) next_report = now + report_interval;
      std::erase_if(halls, [&](auto& entry) {
        if (go_on(*entry.second, now, reports)) return false;
        ended.put(entry.first);
        return true;
      });
    }
    for (auto& [id, hall] : halls) hall->caller->say_goodbye();
  }

  void take(Letter& letter) {
    if (auto* start = std::get_if<Start>(&letter)) {
      auto& hall = *(halls[start->id] = std::move(start->hall));
      hall.caller->on_rtcp = [&hall](const rtp::RtcpReport& report, std::span<const std::byte>) {
        for (const auto ssrc : report.keyframes_wanted)
          if (ssrc == hall.picture.ssrc()) hall.picture.jump_to_keyframe(Clock::now());
      };
    } else if (const auto at = halls.find(std::get<End>(letter).id); at != halls.end()) {
      at->second->caller->say_goodbye();
      halls.erase(at);
    }
  }

  /// False: its line is over.
  static bool go_on(Hall& hall, Clock::time_point now, bool reports) {
    auto& line = *hall.caller;
    try {
      line.receive();
      line.tend();
    } catch (const std::exception&) {
      return false;  // not the server that answered, or no server at all
    }
    if (line.closed()) return false;
    if (!line.connected()) return now - hall.since < patience;
    if (!hall.sending) {
      hall.sending = true;
      hall.picture.start(now);
      if (hall.voice) hall.voice->start(now);
    }
    const auto send = [&line](std::span<const std::byte> rtp, std::uint32_t rollover) {
      line.send_rtp(rtp, rollover);
    };
    hall.picture.advance(now, send);
    if (hall.voice) hall.voice->advance(now, send);
    if (!reports) return true;
    for (const auto* stream : {&hall.picture, hall.voice ? &*hall.voice : nullptr}) {
      if (stream == nullptr) continue;
      std::array<std::byte, 128> buffer;
      rtp::RtcpWriter writer(buffer);
      writer.sender_report(stream->report(now, std::chrono::system_clock::now()), stream->packets(),
                           stream->bytes());
      writer.source_description(stream->ssrc(), "replay");
      line.send_rtcp(std::span(buffer).first(writer.size()));
    }
    return true;
  }

  Bell bell;
  Mailbox<Letter> letters;
  Mailbox<ReplayId> ended;
  std::atomic<bool> stopping{false};
  std::map<ReplayId, std::unique_ptr<Hall>> halls;    ///< the thread's
  std::map<ReplayId, std::unique_ptr<Hall>> waiting;  ///< the caller's: for their answers
  std::uint64_t last = 0;
  std::thread thread;  // last: starts when all else stands
};

Replays::Replays() : parts_(std::make_unique<Parts>()) {}
Replays::~Replays() = default;

Replays::Begun Replays::begin(const std::filesystem::path& file) {
  auto hall = std::make_unique<Hall>(hall_of(file, std::random_device{}()));
  const ReplayId id{++parts_->last};
  auto offer = hall->caller->offer();
  parts_->waiting[id] = std::move(hall);
  return {id, std::move(offer)};
}

void Replays::start(ReplayId id, const std::string& answer) {
  const auto at = parts_->waiting.find(id);
  if (at == parts_->waiting.end()) return;
  auto hall = std::move(at->second);
  parts_->waiting.erase(at);
  hall->since = Clock::now();
  hall->caller->start(answer);
  parts_->put(Parts::Start{id, std::move(hall)});
}

void Replays::end(ReplayId id) {
  if (parts_->waiting.erase(id) == 0) parts_->put(Parts::End{id});
}

std::vector<ReplayId> Replays::take_ended() { return parts_->ended.take_all(); }

}  // namespace diemcau::media
