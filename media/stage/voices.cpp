#include "media/stage/voices.h"

#include <algorithm>
#include <cmath>

namespace diemcau::stage {
namespace {

using namespace std::chrono_literals;
using Seconds = std::chrono::duration<double>;

constexpr int speech = 33;             // -40 dBov: a room's noise is below, a voice near its microphone above
constexpr auto pause = 1500ms;         // between two sentences nobody loses the place
constexpr Seconds memory = 400ms;      // time constant of the level
constexpr auto longest_packet = 60ms;  // Opus sends at least so often while somebody speaks (RFC 7587 4.2)
constexpr double clearly = 10;         // 6 dB

}  // namespace

double Voices::level_at(const Voice& voice, Clock::time_point now) {
  // No packets are silence (Opus DTX).
  const auto silent = now - voice.measured - longest_packet;
  return silent <= 0s ? voice.level : voice.level * std::exp(-Seconds(silent) / memory);
}

bool Voices::is_chosen(SourceId source) const {
  const auto found = open_.find(source);
  return found != open_.end() && found->second.chosen;
}

bool Voices::set_open(std::span<const SourceId> open) {
  const bool freed = std::erase_if(open_, [&](const auto& entry) {
                       return std::find(open.begin(), open.end(), entry.first) == open.end();
                     }) > 0;
  for (const auto source : open) open_.try_emplace(source);
  return fill() || freed;
}

/// Free places go to whoever is there, the loudest first: nobody has to speak for a place that nobody needs.
bool Voices::fill() {
  auto taken = static_cast<std::size_t>(
      std::count_if(open_.begin(), open_.end(), [](const auto& entry) { return entry.second.chosen; }));
  const auto before = taken;
  for (; taken < std::min(places_, open_.size()); ++taken) {
    Voice* loudest = nullptr;
    for (auto& [source, voice] : open_)
      if (!voice.chosen && (loudest == nullptr || voice.level > loudest->level)) loudest = &voice;
    loudest->chosen = true;
  }
  return taken > before;
}

bool Voices::on_level(SourceId source, int level, Clock::time_point now) {
  const auto found = open_.find(source);
  if (found == open_.end()) return false;
  auto& voice = found->second;
  const auto kept =
      std::exp(-Seconds(std::min<Clock::duration>(now - voice.measured, longest_packet)) / memory);
  voice.level = level_at(voice, now) * kept + level * (1 - kept);
  voice.measured = now;
  if (level >= speech) {
    voice.spoke = now;
    voice.spoken_level = voice.level;
  }
  if (voice.chosen || level < speech || places_ == 0) return false;

  // Whose place: of who has been silent for longest, else of the quietest.
  Voice* rival = nullptr;
  const auto is_silent = [&](const Voice& other) { return now - other.spoke > pause; };
  const auto gives_way_before = [&](const Voice& a, const Voice& b) {
    if (is_silent(a) != is_silent(b)) return is_silent(a);
    return is_silent(a) ? a.spoke < b.spoke : a.spoken_level < b.spoken_level;
  };
  for (auto& [other, candidate] : open_)
    if (candidate.chosen && (rival == nullptr || gives_way_before(candidate, *rival))) rival = &candidate;
  if (rival == nullptr) return false;
  if (!is_silent(*rival) && voice.level < rival->spoken_level + clearly) return false;
  rival->chosen = false;
  voice.chosen = true;
  return true;
}

}  // namespace diemcau::stage
