#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "media/rtp/transport_feedback.h"
#include "media/stage/keyframe_gate.h"

namespace diemcau::stage {

/// How much a viewer's downlink carries, from what was sent and when its transport-wide feedback says that it
/// arrived. All sizes are bytes on the line (with UDP, IP and SRTP), all rates bit/s. Pure: `now` is given.
///
/// The rule: a standing queue, the smallest delay of a while over the smallest of the last minute, says that
/// more is sent than the line carries (as CoDel judges a queue, RFC 8289 3; a keyframe's burst is no standing
/// queue), and then what arrives is what the line carries. Loss counts when it
/// follows the rate; many packets in a row are lost by a radio link, a full line drops one here and one
/// there. Who sends less than the estimate learns nothing of the line: only a probe raises it then. A viewer
/// whose machine gets no time for a moment looks much like a full line: a trickle cannot fill one, though,
/// and what a line carries comes evenly, not all at once after a pause. A way that becomes longer (another
/// route) is known by a delay that jumps and then stays, or that stays whatever is sent.
class BandwidthEstimate {
 public:
  static constexpr std::int64_t start = 500'000;
  static constexpr std::int64_t least = 30'000;
  /// From here on a line is wide enough for all that a viewer can be sent: nothing is probed, held back or
  /// left out.
  static constexpr std::int64_t wide = 3'000'000;

  /// A packet leaves; returns its transport-wide sequence number.
  std::uint16_t on_sent(std::size_t bytes, Clock::time_point now);
  void on_feedback(std::span<const rtp::PacketStatus> told, Clock::time_point now);

  std::int64_t rate() const { return static_cast<std::int64_t>(rate_); }
  bool is_wide() const { return rate_ >= wide; }
  /// The line has refused nothing yet: what it carries is not known, the rate is only where one begins.
  bool is_untried() const { return untried_; }
  /// What arrived in the last half second.
  std::int64_t arriving() const { return static_cast<std::int64_t>(arriving_); }
  /// Of the last second, 0 … 1.
  double loss() const { return loss_; }
  Clock::duration queue() const { return queue_; }

  bool is_probing() const { return probe_.state == Probe::State::sending; }
  /// So many bytes of padding are to be sent now to find out whether the line carries `wanted`; call every 10
  /// ms or so. At most doubles what is known to be carried, for so short a while that the line's queue grows
  /// by less than 60 ms. After a failure it waits longer each time.
  std::size_t padding_due(std::int64_t wanted, Clock::time_point now);

 private:
  using Micros = std::int64_t;
  struct Sent {
    Micros at = 0;
    std::uint32_t number = 0;
    std::uint16_t bytes = 0;
    std::uint8_t probe = 0;  ///< 0: none
    enum class Fate : std::uint8_t { unknown, lost, arrived } fate = Fate::arrived;
  };
  struct Arrived {
    Micros at;
    std::size_t bytes;
  };
  struct Batch {
    Clock::time_point at;
    std::size_t arrived = 0, lost = 0, lost_in_a_row = 0;
    Micros least_delay = 0;
  };
  struct Probe {
    std::uint8_t id = 0;
    enum class State { idle, sending, waiting } state = State::idle;
    Clock::time_point began, ended, next;
    double target = 0;
    std::size_t sent = 0, packets = 0;
    struct Packet {
      Micros at;
      std::size_t bytes;
      Micros sent;
    };
    std::vector<Packet> arrived;  ///< in the order in which they were sent
    Clock::duration patience{};
    bool was_refused = false;  ///< the one before: the line did not carry it
  };
  void look_at_delay(const Batch& batch);
  Clock::duration threshold(double rate) const;
  void measure(Clock::time_point now);
  void judge(Clock::time_point now);
  void decrease(Clock::time_point now);
  void take_as_way(Clock::time_point now);
  bool is_overfull() const;
  void judge_loss(Clock::time_point now);
  void note_probe(const Sent& sent, Micros arrived);
  void judge_probe(Clock::time_point now);

  std::vector<Sent> sent_;  ///< by number; empty while nothing was sent
  std::int64_t next_ = 0;
  double rate_ = start;
  bool untried_ = true;

  // Delays: of the sender's clock and the receiver's, whose difference falls out.
  Micros base_ = 0, next_base_ = 0;  ///< the smallest since base_since_ and before; the smallest since then
  Clock::time_point base_since_{};
  bool began_ = false;
  Clock::duration queue_{};
  Clock::time_point judged_{}, decreased_{}, quiet_until_{};
  Clock::duration queue_before_{};
  Clock::time_point waits_since_{};  ///< a queue stands, while too little is sent to be its cause
  Clock::time_point kept_since_{};   ///< a queue stands, too short to send less
  int in_vain_ = 0;
  struct Step {
    Clock::time_point at;
    Micros delay;
  };
  std::optional<Micros> last_delay_;
  /// From one report to the next, as usual: a queue grows and shrinks more slowly than that, but for a
  /// moment.
  Clock::duration fluctuation_{};
  std::optional<Step> step_;  ///< the delay became longer at once, and has stayed what it was then

  std::deque<Arrived> arrived_;  ///< of the last half second
  double arriving_ = 0;
  std::deque<Batch> batches_;  ///< of the last second
  double loss_ = 0;
  double scattered_ = 0;  ///< the loss without the longest row
  double own_loss_ = 0;   ///< of the line, whatever is sent
  Clock::time_point loss_decreased_{};
  double loss_before_ = 0, rate_before_ = 0;

  Probe probe_;
};

}  // namespace diemcau::stage
