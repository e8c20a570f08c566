#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <vector>

#include "media/counters.h"
#include "media/fetch_ahead.h"
#include "media/media.h"
#include "media/rtp/loss_gauge.h"
#include "media/rtp/sdp.h"
#include "media/rtp/transport_feedback.h"
#include "media/stage/bandwidth_estimate.h"
#include "media/stage/camera.h"
#include "media/stage/feed_choice.h"
#include "media/stage/pacer.h"
#include "media/stage/slot.h"
#include "media/stage/track.h"
#include "media/transport/link.h"

namespace diemcau::stage {
using media::PeerId;

/// One WebRTC connection on a stage: what it sends becomes tracks, what it sees are slots. Media thread.
class alignas(64) Peer {
 public:
  Peer(PeerId id, std::optional<SourceId> publishes, const std::vector<rtp::AgreedMedia>& agreed,
       std::unique_ptr<transport::Link> link, media::LiveCounters& counters, std::uint32_t random);
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  PeerId id() const { return id_; }
  const std::optional<SourceId>& publishes() const { return publishes_; }
  transport::Link& link() { return *link_; }
  std::vector<std::unique_ptr<Slot>>& video_slots() { return video_slots_; }
  std::vector<std::unique_ptr<Slot>>& audio_slots() { return audio_slots_; }

 private:
  // What every packet to it needs, side by side: see Slot.
  std::unique_ptr<transport::Link> link_;
  media::LiveCounters& counters_;
  bool reports_arrivals_ = false;
  bool repeats_voice_ = false;  ///< it knows no RED (Firefox): packets go out again instead
  int most_generations_ = rtp::LossGauge::most_generations;
  rtp::LossGauge voice_loss_;
  Pacer pacer_;

 public:
  /// What its packets feed; nullptr when it publishes none of that kind. Set by Stage.
  Camera* camera = nullptr;
  Camera* screen = nullptr;
  Track* microphone = nullptr;
  /// What it is sent, and what it sees: the program is there with its first key frame. Kept by Stage.
  FeedChoice feed;
  bool sees_program = false;
  bool sees_one_alone = false;          ///< the program, or its echo: in its first slot, and nothing else
  std::vector<std::size_t> late_cells;  ///< that it was told of. Kept by Stage
  /// What it agreed to send as its camera: its first m-line of video. nullptr: none, as is its screen then.
  const rtp::AgreedMedia* camera_line() const { return line(Input::camera); }
  /// The second one.
  const rtp::AgreedMedia* screen_line() const { return line(Input::screen); }

  /// Its sending tracks that have begun.
  template <class Do>
  void for_each_track(Do act) const {
    for (const auto* pictures : {camera, screen})
      if (pictures != nullptr)
        for (const auto& layer : pictures->layers())
          if (layer->ssrc() != 0) act(*layer);
    if (microphone != nullptr && microphone->ssrc() != 0) act(*microphone);
  }

  /// It has sent this stream before, or reports under this SSRC.
  bool sends(std::uint32_t ssrc) const { return reporters_.contains(ssrc) || bindings_.contains(ssrc); }
  void note_reporter(std::uint32_t ssrc) {
    if (reporters_.size() < most_reporters) reporters_.insert(ssrc);
  }
  /// Which track a plain packet belongs to. `repaired` is set, and `packet` rewritten in place to the
  /// original, when it is a retransmission (RFC 4588). nullptr: to none.
  Track* route(std::span<std::byte>& packet, const rtp::PacketView& view);

  /// As Slot's, once the peer itself is there.
  void fetch_ahead() const { media::fetch_ahead(link_.get(), 3 * media::cache_line); }
  /// Sends one packet of the slot's track; `first_time` is false for a repair.
  void forward(Slot& slot, const rtp::PacketView& packet, const std::optional<rtp::Vp8Descriptor>& picture,
               Clock::time_point now, bool first_time);

  /// The payload type of the sound within a packet of redundant audio (RFC 2198); nullopt for other packets.
  std::optional<int> redundant(const rtp::PacketView& view) const;

  void note_arrival(const rtp::PacketView& view, Clock::time_point now);
  /// The level that the packet's sender states, 0 … 100; nullopt without one.
  std::optional<int> level(const rtp::PacketView& view) const;

  /// Not while its line is cut: it would give one before it can send, and then none for a while.
  void ask_keyframe(const Track& track, Clock::time_point now);
  /// Every 10 ms: feedback to what it sends (transport-wide feedback and lost packets), and packets to it
  /// whose time has come. False: nothing waits for the next turn, which may come later.
  bool on_timer(Clock::time_point now);
  /// Reports, once a second; `slot` only: right after a switch.
  void send_reports(Clock::time_point now, std::chrono::system_clock::time_point wall,
                    const Slot* slot = nullptr);
  void on_report(const rtp::RtcpReport& report, std::chrono::system_clock::time_point wall);
  Slot* find_slot(std::uint32_t ssrc);
  /// How its line does, in both directions.
  media::LineTotals line(Clock::time_point now) const;

  /// Its line is too thin for all that it could be sent, as far as is known: its pictures have a budget.
  bool is_thin() const { return reports_arrivals_ && !bandwidth_.is_wide(); }
  /// What its line carries is not known yet: it is thought to carry the main picture at its least.
  bool is_untried() const { return bandwidth_.is_untried(); }
  /// Of its line and its pictures; nullopt: it does not report what arrives.
  std::optional<media::Downlink> downlink() const;
  void on_arrivals(std::span<const rtp::PacketStatus> told, Clock::time_point now);
  /// What its line carries besides sound, bit/s. Redundancy of its voices is held to what is reasonable.
  std::int64_t rate_for_pictures(Clock::time_point now);
  /// Stage has shared the line: what is spent of that rate, and what all would cost.
  void set_spent(std::int64_t spent, std::int64_t full);
  /// The line carries less than is being spent: pictures must be shared anew.
  bool is_overspent() const { return is_thin() && bandwidth_.rate() < spent_; }

 private:
  /// What it may send.
  enum class Input : std::uint8_t { microphone, camera, screen };
  static constexpr std::array inputs{Input::microphone, Input::camera, Input::screen};
  struct Binding {
    Input input{};
    std::size_t layer = 0;                 ///< of the camera
    std::optional<std::uint32_t> repairs;  ///< this SSRC carries the retransmissions of that one
  };
  const rtp::AgreedMedia* line(Input input) const {
    const auto& line = lines_.at(static_cast<std::size_t>(input));
    return line ? &*line : nullptr;
  }
  const rtp::AgreedMedia* sound_line() const { return line(Input::microphone); }
  const Binding* bind(const rtp::PacketView& view);
  /// Whether a packet of a new SSRC is of this input's m-line, as far as it says.
  bool is_of(const rtp::PacketView& view, Input input) const;
  Track* track_of(const Binding& binding) const;
  void leave(Slot& slot, std::span<std::byte> buffer, const Slot::Written& written, Clock::time_point now);
  void leave_again(std::span<std::byte> buffer, const Slot::Written& written);
  void send(std::span<std::byte> buffer, const Slot::Written& written);
  int generations() const;
  void send_feedback(Clock::time_point now);
  void send_pictures(Clock::time_point now);
  void forward_voice(Slot& slot, const rtp::PacketView& packet, Clock::time_point now);
  void forward_voice_again(Slot& slot, const rtp::PacketView& packet);
  std::uint8_t voice_loss_of(const rtp::ReportBlock& block) const;
  void note_round_trip(Clock::duration measured);
  void ask_for_lost(Track& track, Clock::time_point now);
  void send_rtcp(std::size_t size, std::span<std::byte> buffer);

  PeerId id_;
  std::optional<SourceId> publishes_;
  std::uint32_t rtcp_ssrc_;
  std::vector<std::unique_ptr<Slot>> video_slots_, audio_slots_;
  std::array<std::optional<rtp::AgreedMedia>, inputs.size()> lines_;  ///< its sending m-lines
  std::unordered_map<std::uint32_t, Binding> bindings_;
  static constexpr std::size_t most_reporters = 32;  ///< a browser has one for each of its receivers at most
  std::set<std::uint32_t> reporters_;
  BandwidthEstimate bandwidth_;
  std::int64_t sound_ = 0, spent_ = 0, full_ = 0;  ///< bit/s; spent_ with sound
  rtp::TransportFeedback feedback_;
  std::uint32_t feedback_ssrc_ = 0;
  Clock::time_point feedback_sent_{};
  std::chrono::microseconds round_trip_{50000};
  bool round_trip_known_ = false;
};

}  // namespace diemcau::stage
