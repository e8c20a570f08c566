#pragma once
#include <chrono>
#include <cstddef>
#include <map>
#include <span>
#include <vector>

#include "media/stage/source.h"

namespace diemcau::stage {

/// Of all open microphones the few that are forwarded: the loudest (RFC 6464 levels), without changing places
/// more than needed. Who is chosen stays until somebody else needs the place:
/// - a voice that starts takes the place of one that is silent at once;
/// - where all chosen ones speak, it must have been louder for a while than the quietest of them: a cough is
///   not.
/// Media thread.
class Voices {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Voices(std::size_t places) : places_(places) {}

  /// The open microphones that there are. True when the choice is another one now.
  bool set_open(std::span<const SourceId> open);
  /// One packet of an open microphone (of others: nothing happens), level 0 … 100. True as above.
  bool on_level(SourceId source, int level, Clock::time_point now);

  bool is_chosen(SourceId source) const;

 private:
  struct Voice {
    double level = 0;         ///< of the last half second
    double spoken_level = 0;  ///< the same when it spoke last: a pause makes nobody quieter
    Clock::time_point measured{}, spoke{};
    bool chosen = false;
  };
  static double level_at(const Voice& voice, Clock::time_point now);
  bool fill();

  std::size_t places_;
  std::map<SourceId, Voice> open_;
};

}  // namespace diemcau::stage
