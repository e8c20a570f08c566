#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace diemcau::rtp {

struct NackLimits {
  int most_requests;
  /// An answer later than this after the loss was noticed is of no use.
  std::chrono::steady_clock::duration too_late;
};
/// 1.5 s: the viewers' jitter buffers have long gone on.
inline constexpr NackLimits for_video{10, std::chrono::milliseconds(1500)};
/// A jitter buffer of sound waits for less; what is lost for good is concealed and nothing waits for it.
inline constexpr NackLimits for_voice{5, std::chrono::milliseconds(400)};

/// A longer wait of a player would be felt in every answer of a conversation.
inline constexpr std::chrono::milliseconds longest_wait{500};

/// Finds what a sender's stream lost on its way to us and asks for it until it comes or is too old to matter.
/// 3 % loss without it is 4 frames a second; one request is too few at 8 %.
class NackGenerator {
 public:
  using Clock = std::chrono::steady_clock;

  explicit NackGenerator(const NackLimits& limits = for_video) : limits_(limits) {}

  /// A packet arrived, by itself or as a retransmission.
  void on_packet(std::uint16_t sequence, Clock::time_point now);
  /// A packet arrived after its line was cut. What is missing before it is given up and not asked for: it is
  /// old, and its repairs would hold up the keyframe that all wait for.
  void resume_at(std::uint16_t sequence);
  /// Sequence numbers to ask for now, in order: each first after a short wait (it may only be late), then
  /// once every round trip and a little more, within the limits: a sender ignores what comes sooner.
  std::vector<std::uint16_t> due(Clock::time_point now, Clock::duration round_trip);
  /// Something is missing: due() is to be asked again soon.
  bool is_waiting() const { return !missing_.empty(); }
  /// How long answers take: the median of the last ones, each from its first request on, since senders ignore
  /// further ones for a round trip, and most first answers arrive. nullopt: none came since.
  std::optional<Clock::duration> take_answer_time();
  /// How long whoever plays this stream should wait so that repaired packets come in their turn, and those
  /// whose first repair is lost too before it is a standstill; at most `longest_wait`; 0: nothing was
  /// repaired for half a minute, but for a single packet that may have been overtaken.
  std::chrono::milliseconds repair_wait(Clock::time_point now) const;
  /// True once after packets were given up: only a keyframe helps.
  bool take_given_up();
  /// A keyframe begins with this packet: what was given up before it is missed no more.
  void on_keyframe(std::uint16_t sequence);
  /// How many did not come in their turn, nor shortly after: what the line lost, repaired or not.
  std::uint64_t lost() const { return lost_; }

 private:
  static constexpr std::size_t most_missing = 300;
  struct Missing {
    Clock::time_point noticed{}, first_asked{}, asked{};
    int requests = 0;
    bool given_up = false;
  };
  std::int64_t unwrap(std::uint16_t sequence) const;
  void give_up(std::int64_t number);
  void note_answer(Clock::duration time, Clock::time_point now);
  Clock::duration usual_answer() const;

  NackLimits limits_;
  std::optional<std::int64_t> highest_;
  std::map<std::int64_t, Missing> missing_;  ///< by unwrapped sequence number
  std::uint64_t lost_ = 0;
  std::optional<std::int64_t> given_up_;  ///< the last of them
  std::array<Clock::duration, 9> answers_{};
  std::size_t answered_ = 0;
  std::array<Clock::time_point, 2> last_answers_{};  ///< when they came, the older one first
  std::optional<Clock::duration> answer_time_;
};

}  // namespace diemcau::rtp
