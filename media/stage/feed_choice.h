#pragma once
#include <cstdint>
#include <optional>

#include "media/media.h"
#include "media/stage/keyframe_gate.h"

namespace diemcau::stage {

/// Whether a viewer gets the program, one small picture of the whole stage, instead of the stage's pictures.
/// By its line: when that is too thin for all of them even at their least, but carries the program; at once
/// when it is too thin even for the main one (a film, a room system in one size only). It goes back when the
/// line has carried more for a while. Pure but for the clock that it is given.
class FeedChoice {
 public:
  /// What a line that is too thin has for pictures, bit/s, and what they cost; nullopt: it is wide, or
  /// nothing is known of it yet.
  struct Line {
    std::int64_t rate{};
    std::int64_t main{};           ///< the stage's main picture at its least
    std::int64_t least{};          ///< all of them at their least
    std::int64_t program{};        ///< the program's picture
    std::int64_t program_least{};  ///< with the fewest pictures a second
  };
  void set(media::Feed feed);
  /// Call at each look at the line. Then is_on() says what to send.
  void look(const std::optional<Line>& line, Clock::time_point now);
  bool is_on() const { return on_; }

 private:
  bool wanted(const std::optional<Line>& line) const;

  media::Feed feed_ = media::Feed::stage;
  bool on_ = false;
  bool is_new_ = false;                             ///< chosen by hand, and not yet to be seen
  std::optional<Clock::time_point> differs_since_;  ///< what is wanted from what is
  Clock::time_point rests_until_{};                 ///< it did not fit a while ago
};

}  // namespace diemcau::stage
