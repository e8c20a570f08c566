#include "server/demo_halls.h"

#include <stdexcept>
#include <utility>

#include "server/child_process.h"

namespace diemcau::server {
namespace {
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto retry = 5s;
constexpr auto hand_every = 30s;
constexpr std::size_t most_hands = 2;
constexpr std::size_t longest_complaint = 4096;

/// What is said in a hall, as a WAV file.
void speak(const DemoHalls::Hall& hall, const std::filesystem::path& to) {
  const auto text = "Điểm cầu " + hall.name +
                    " xin kính chào hội nghị. Chúng tôi nghe rõ, hình ảnh và âm thanh tốt. " + hall.name +
                    " xin báo cáo tình hình kinh tế, xã hội trong tháng.";
  const auto pitch = std::to_string(30 + hall.number * 17 % 50);
  output_of({"espeak-ng", "-v", "vi", "-s", "150", "-p", pitch, "-w", to.string(), text}, longest_complaint);
  std::error_code none;
  if (std::filesystem::file_size(to, none) == 0 || none)
    throw std::runtime_error("espeak-ng has said nothing");
}

}  // namespace

DemoHalls::DemoHalls(Surroundings around, const std::filesystem::path& folder, const std::vector<Hall>& halls)
    : around_(std::move(around)) {
  std::filesystem::create_directories(folder);
  for (const auto& hall : halls)
    halls_.push_back({hall, folder / (std::to_string(hall.number) + ".rtpdump"), false, {}, {}, {}});
  for (std::size_t i = 0; i < halls_.size(); ++i) make_film(i, folder);
}

void DemoHalls::make_film(std::size_t index, const std::filesystem::path& folder) {
  const auto& [hall, film, ready, replay, resource, not_before] = halls_[index];
  if (std::filesystem::exists(film)) {
    halls_[index].ready = true;
    return;
  }
  around_.jobs.put(
      [hall = hall, film = film, folder] {
        const auto voice = folder / (std::to_string(hall.number) + ".wav");
        speak(hall, voice);
        media::make_replay({hall.name, hall.number, voice}, film);
        std::filesystem::remove(voice);
      },
      [this, index](std::exception_ptr why) {
        halls_[index].ready = why == nullptr;
        if (why != nullptr)
          around_.log.warn("demo.hall_not_made",
                           {{"site", halls_[index].hall.pass.site}, {"why", what(why)}});
      });
}

DemoHalls::Seated* DemoHalls::find(media::ReplayId replay) {
  for (auto& hall : halls_)
    if (hall.replay == replay) return &hall;
  return nullptr;
}

void DemoHalls::tick() {
  for (const auto replay : replays_.take_ended())
    if (auto* hall = find(replay)) {
      hall->replay.reset();
      hall->resource.clear();
      hall->not_before = Clock::now() + retry;
    }
  for (auto& hall : halls_) {
    const auto* session = around_.sessions.find(hall.hall.pass.meeting);
    const bool open = session != nullptr && session->shown().state == session::SessionState::open;
    if (!open) {
      leave(hall);
    } else if (!hall.replay && hall.ready && Clock::now() >= hall.not_before) {
      join(hall);
    }
  }
  if (halls_.empty() || Clock::now() < next_hand_) return;
  next_hand_ = Clock::now() + hand_every;
  if (const auto* session = around_.sessions.find(halls_.front().hall.pass.meeting))
    raise_a_hand(session->shown());
}

void DemoHalls::join(Seated& hall) {
  hall.not_before = Clock::now() + retry;
  auto begun = replays_.begin(hall.film);
  hall.replay = begun.id;
  hall.resource.clear();
  around_.http_peers.join(hall.hall.pass, begun.offer,
                          [this, id = begun.id](const scheduler::Result<protocol::HttpPeers::Made>& made) {
                            auto* joined = find(id);
                            if (joined != nullptr && made) {
                              joined->resource = made->resource;
                              return replays_.start(id, made->answer);
                            }
                            // A person has taken the hall's place (hall.taken): it is asked for again later.
                            replays_.end(id);
                            if (joined != nullptr) joined->replay.reset();
                          });
}

void DemoHalls::leave(Seated& hall) {
  if (!hall.replay) return;
  replays_.end(*hall.replay);
  hall.replay.reset();
  hall.resource.clear();
}

void DemoHalls::raise_a_hand(const session::State& state) {
  if (state.state != session::SessionState::open || state.waiting.size() >= most_hands) return;
  for (std::size_t i = 0; i < halls_.size(); ++i) {
    const auto& hall = halls_[next_speaker_++ % halls_.size()];
    const auto site = hall.hall.pass.site;
    if (hall.resource.empty() || state.hall(site).hand || (state.speaker && state.speaker->site == site))
      continue;
    around_.sessions.find(hall.hall.pass.meeting)
        ->give({session::Giver::hall, site, {}}, session::RaiseHand{}, around_.now());
    return;
  }
}

}  // namespace diemcau::server
