#pragma once
#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "media/media.h"
#include "media/stage/peer.h"
#include "media/stage/remote.h"
#include "media/stage/source.h"
#include "media/stage/track.h"
#include "media/stage/voices.h"

namespace diemcau::stage {
using media::StageId;

/// What all halls of one session see and hear: maps sources to slots and passes packets on. Media thread.
class Stage {
 public:
  /// Called on the media thread; must only enqueue.
  struct Calls {
    std::function<void(SourceId)> ask_keyframe;  ///< of what is rendered here: the clip, the program
    /// Somebody gets the program, or nobody does any more.
    std::function<void(bool wanted)> program_wanted;
    /// Which layers of a source's camera somebody needs now, by rid. Of simulcast cameras and screens only.
    std::function<void(SourceId, std::vector<std::string> rids)> camera_wanted;
    /// What is on stage cannot be sent to this viewer: it has not agreed to the source's codec.
    std::function<void(media::PeerId, SourceId, Codec)> codec_missing;
    /// A whole keyframe, as it was sent, of an encoder (who gets no picture back): a few seconds apart.
    std::function<void(SourceId, Codec, std::vector<std::vector<std::byte>> packets)> keyframe_seen;
    /// The viewer sees the program from now on, or the stage's pictures again.
    std::function<void(media::PeerId, bool shown)> program_shown;
    /// See media::PicturesLate.
    std::function<void(media::PeerId, std::vector<std::size_t> cells)> pictures_late;
  };
  /// `elsewhere` outlives the stage; nullptr: it is on this worker only.
  Stage(media::LiveCounters& counters, Calls calls, Elsewhere* elsewhere = nullptr);
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  /// The peer must stay until remove(). It sees nothing before start(). `publication` is for its source.
  void add(Peer& peer, Publication publication = {});
  /// Its DTLS is done: its slots may take keyframes. Earlier they would be lost, and the next is far.
  void start(Peer& peer, Clock::time_point now);
  void remove(Peer& peer);

  void set_scene(const Scene& scene, Clock::time_point now);
  /// What the operator prepares: its cameras are asked to send, so that the cut finds them running.
  void set_next(const Scene& scene, Clock::time_point now);
  void set_audible(std::vector<SourceId> sources, Clock::time_point now);
  /// See Engine::set_feeds.
  void set_feeds(std::map<SourceId, media::Feed> feeds, Clock::time_point now);
  /// See Engine::want_snapshots.
  void want_snapshots(Clock::time_point now) { snapshots_until_ = now + snapshots_for; }
  void add_sink(std::shared_ptr<Sink> sink, Clock::time_point now);
  void remove_sink(const std::shared_ptr<Sink>& sink);
  /// Here the program is rendered (the stage's home).
  void offer_program();
  /// The clip begins (its tracks come into being) or is over. A silent one takes nobody's place among the
  /// voices.
  void set_clip(bool running, bool silent, Clock::time_point now);

  /// A plain packet of a peer; of the clip or the program.
  void on_packet(Peer& peer, std::span<std::byte> packet, Clock::time_point now);
  void on_rendered(SourceId source, Kind kind, std::span<const std::byte> packet, Clock::time_point now);
  void on_rtcp(Peer& peer, const rtp::RtcpReport& report, Clock::time_point now);
  /// The peer was silent for a while and is heard again: what it sees begins anew.
  void resume(Peer& peer, Clock::time_point now);
  void want_keyframe(SourceId source, Clock::time_point now);

  // ---- The same stage on other workers (see Elsewhere). What is about a source that has gone meanwhile, or
  // is published by another connection, is passed over.
  std::vector<Published> published() const;
  /// Replaces an older publication of the same source, here or elsewhere.
  void add_remote(std::size_t worker, const Published& published, Clock::time_point now);
  void remove_remote(SourceId source, Publication publication);
  void on_relayed(const Relayed& head, std::span<const std::byte> packet, Clock::time_point now);
  void on_wish(std::size_t worker, const Wish& wish, Clock::time_point now);
  void on_keyframe_wish(std::size_t worker, const KeyframeWish& wish, Clock::time_point now);

  /// Every 10 ms, or every 50 after it has answered false: nothing waits for the next turn, unless a packet
  /// comes.
  bool on_timer(Clock::time_point now);
  void send_reports(Clock::time_point now);  ///< every second
  std::map<media::PeerId, media::Downlink> downlinks() const;
  /// Levels since the last call, of all sources on this worker that have a microphone.
  std::map<SourceId, int> take_levels();
  /// The lines of those that publish.
  std::map<SourceId, media::LineTotals> lines(Clock::time_point now) const;

 private:
  static constexpr std::chrono::seconds snapshots_for{3};
  struct Source {
    std::unique_ptr<Camera> camera;
    std::unique_ptr<Track> microphone;
    std::vector<std::string>
        rids;  ///< of the camera's layers, as its sender is told of them; none: it is not
    int level = 0;
    std::array<Clock::time_point, rtp::most_layers> needed{};  ///< when each layer was last needed
    std::optional<std::vector<std::string>> told;              ///< what its sender knows to be needed
    Clock::time_point snapshot_at{};                           ///< when the last keyframe was told
    std::optional<std::uint32_t> snapshot_time;                ///< and its RTP timestamp
    std::uint8_t heard = 0;                                    ///< the level of its last packet
    Publication publication{};
    std::array<WorkerSet, rtp::most_layers> wished{};  ///< by whom elsewhere each layer is needed
    std::optional<std::size_t> remote_on;              ///< the worker that it is published on; nullopt: here
    std::optional<Wish> told_wish;                     ///< what that one knows to be wanted here
  };
  struct Echo {
    struct Held {
      Clock::time_point due;
      Kind kind{};
      bool keyframe = false;
      std::vector<std::byte> rtp;
    };
    const Track* picture = nullptr;  ///< the size that is held: changed at keyframes
    std::deque<Held> held;
    std::size_t keyframes = 0;  ///< of those
  };
  Source* find(SourceId id, Publication publication);
  static Published published(SourceId id, const Source& source);
  void tell_published(SourceId id, const Source& source);
  void relay(const Track& track, std::uint16_t sequence, WorkerSet to, Relayed::Turn turn);
  void relay_picture(const Track& track, WorkerSet to, Clock::time_point now);
  void tell_wish(SourceId id, Source& source, Clock::time_point now);
  void wish_keyframe(Source& source, const Track& track);
  static std::uint8_t layer_of(const Source& source, const Track& track);
  /// By somebody here, a sink, or another worker.
  bool is_seen(const Track& track, std::size_t layer) const;
  static bool is_needed(const Source& source, std::size_t layer, Clock::time_point now);
  void arrange(Clock::time_point now);
  void aim_pictures(Peer& peer, Clock::time_point now);
  void aim_thin_pictures(Peer& peer, Clock::time_point now);
  void aim_wide_pictures(Peer& peer, Clock::time_point now);
  void need(const Camera& camera, std::size_t layer, Clock::time_point now);
  void on_arrivals(Peer& peer, std::span<const rtp::PacketStatus> told, Clock::time_point now);
  static bool is_own(const Peer& peer, SourceId source);
  /// What of the stage the viewer is to see in that slot.
  Camera* camera_for(Peer& peer, std::size_t cell);
  Camera* program_for(Peer& peer);
  /// The same with the program where that is what it gets; and the lines of the cell then.
  Camera* shown_in(Peer& peer, std::size_t cell);
  int lines_for(const Peer& peer, std::size_t cell) const;
  /// What the main picture of the stage, and all of them, cost this viewer at their least.
  std::pair<std::int64_t, std::int64_t> least_rates(Peer& peer, Clock::time_point now);
  void choose_feed(Peer& peer, Clock::time_point now);
  void tell_program(Peer& peer);
  void tell_late(Peer& peer, Clock::time_point now);
  Camera* publish(SourceId id, Publication publication, Peer& peer, const rtp::AgreedMedia* line);
  void withdraw(SourceId id);
  void aim(Slot& slot, Track* wanted, Clock::time_point now);
  void arrange_sound();
  void aim_sound(Peer& peer);
  void hear(SourceId source, int level, Clock::time_point now);
  void unwrap(Track& track, std::span<std::byte> packet, const rtp::PacketView& view, int plain_type,
              Clock::time_point now);
  void show(Slot& slot, Track& track);
  void let_go(Slot& slot);
  void drop_tracks(Source& source);
  void ask(Track& track, Clock::time_point now);
  void request_keyframe(const Track& track, Clock::time_point now);
  void rebind(Track& track, Clock::time_point now);
  void pass_on(Track& track, const Track::Arrived& arrived, Clock::time_point now);
  /// The viewer has lost what it sees in this slot.
  void renew_picture(Slot& slot, Clock::time_point now);
  void replay(Slot& slot, Track& track, Clock::time_point now);
  bool is_audible(SourceId source) const;
  bool is_in_scene(SourceId source) const;
  Camera* camera_of(SourceId source) const;
  void choose_recorded(Clock::time_point now);
  void tell_wanted(Clock::time_point now);
  void tell_keyframes(Clock::time_point now);
  void keep_ready(Clock::time_point now);
  // What a hall gets of itself (echo.cpp).
  void follow_echoes(Clock::time_point now);
  void end_echo(SourceId publisher);
  bool has_echo(const Peer& peer) const;
  Camera* echo_for(Peer& peer) const;
  void hold_for_echo(const Track& track, const Track::Arrived& arrived, Clock::time_point now);
  void give_back(Clock::time_point now);
  void ask_echoed(SourceId echo, Clock::time_point now);

  media::LiveCounters& counters_;
  Calls calls_;
  Elsewhere* elsewhere_;
  std::uint64_t clips_ = 0;
  Scene scene_, next_;
  Clock::time_point next_look_{}, snapshots_until_{};
  std::vector<SourceId> audible_;  ///< without the clip
  std::map<SourceId, media::Feed> feeds_;
  std::map<SourceId, Source> sources_;
  /// What viewers with 1, 2, 3 places for voices hear. (A film takes a place.)
  std::array<Voices, 3> voices_{Voices(1), Voices(2), Voices(3)};
  std::vector<Peer*> peers_;
  std::set<const Peer*> started_;
  std::map<const Peer*, std::set<SourceId>> missing_;  ///< what was told of as codec_missing
  std::vector<std::shared_ptr<Sink>> sinks_;
  std::map<SourceId, Echo> echoes_;  ///< by who publishes
};

}  // namespace diemcau::stage
