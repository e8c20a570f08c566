#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

#include "media/counters.h"
#include "media/mailbox.h"
#include "media/media.h"
#include "media/rtp/sdp.h"
#include "media/stage/stage.h"
#include "media/transport/dtls.h"
#include "media/transport/ports.h"
#include "media/transport/silence.h"

namespace diemcau::media {

// ---- what reaches the media thread, by value.
struct AddPeer {
  PeerId peer{};
  StageId stage{};
  std::optional<SourceId> publishes;
  std::vector<rtp::AgreedMedia> agreed;
  std::string ufrag, password;  ///< ours
  std::string fingerprint;      ///< theirs
};
struct RemovePeer {
  PeerId peer{};
};
struct OpenStage {
  StageId stage{};
};
struct CloseStage {
  StageId stage{};
};
struct SetScene {
  StageId stage{};
  Scene scene;
};
struct SetNext {
  StageId stage{};
  Scene scene;
};
struct SetAudible {
  StageId stage{};
  std::vector<SourceId> sources;
};
struct SetClip {
  StageId stage{};
  bool running = false;
};
struct ClipPacket {
  StageId stage{};
  stage::Kind kind{};
  std::vector<std::byte> rtp;
};
struct AttachSink {
  StageId stage{};
  std::shared_ptr<stage::Sink> sink;
};
struct DetachSink {
  StageId stage{};
  std::shared_ptr<stage::Sink> sink;
};
struct WantKeyframe {
  StageId stage{};
  SourceId source{};
};
struct Stop {};
using Letter = std::variant<AddPeer, RemovePeer, OpenStage, CloseStage, SetScene, SetNext, SetAudible,
                            SetClip, ClipPacket, AttachSink, DetachSink, WantKeyframe, Stop>;

/// The media thread: its sockets, its loop, and every stage pinned to it.
class Worker {
 public:
  /// `tell` and `ask_clip_keyframe` are called on the media thread and must only enqueue.
  Worker(const Config& config, const transport::DtlsContext& dtls, std::function<void(Event)> tell,
         std::function<void(StageId)> ask_clip_keyframe);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Ends the loop: says goodbye to all peers, joins the thread. put() may still be called, to no effect.
  void stop();
  /// Any thread.
  void put(Letter letter);
  const LiveCounters& counters() const { return counters_; }

 private:
  using Clock = transport::Clock;
  struct Connected {
    StageId stage{};
    std::string ufrag;
    Clock::time_point since{};
    transport::Silence silence{};
    std::unique_ptr<stage::Peer> peer;
  };

  void run();
  void handle(Letter& letter);
  void add_peer(AddPeer& add);
  void remove_peer(PeerId id);
  void close_stage(StageId id);
  void on_packet(const transport::Endpoint& from, std::span<std::byte> packet);
  void on_stun(const transport::Endpoint& from, std::span<const std::byte> packet);
  void on_dtls(Connected& connected, std::span<const std::byte> packet);
  void on_srtp(Connected& connected, std::span<std::byte> packet);
  /// An authentic packet has come; before, the last one at `heard`.
  void note_return(Connected& connected, Clock::time_point heard);
  void on_watch(const transport::TcpPort::Watch& watch);
  void on_timers();
  void find_lost_peers();
  void send_levels();
  stage::Stage* find_stage(StageId id);

  const transport::DtlsContext& dtls_;
  std::function<void(Event)> tell_;
  std::function<void(StageId)> ask_clip_keyframe_;
  LiveCounters counters_;
  transport::FileDescriptor epoll_, bell_;
  std::unique_ptr<transport::Ports> ports_;
  Mailbox<Letter> mailbox_;
  bool stopping_ = false;
  Clock::time_point now_{};
  Clock::time_point next_fast_{}, next_handshake_{}, next_levels_{}, next_second_{};

  std::unordered_map<StageId, std::unique_ptr<stage::Stage>> stages_;
  std::unordered_map<PeerId, Connected> peers_;  ///< their slots point into tracks of stages_: removed first
  std::unordered_map<std::string, PeerId> by_ufrag_;
  std::unordered_map<transport::Endpoint, PeerId, transport::EndpointHash> by_endpoint_;
  std::uint32_t last_number_ = 0;
  std::thread thread_;  // last: starts when all else stands
};

}  // namespace diemcau::media
