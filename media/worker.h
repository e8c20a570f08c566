#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <thread>
#include <unordered_map>
#include <vector>

#include "media/bell.h"
#include "media/counters.h"
#include "media/hosted_stage.h"
#include "media/letters.h"
#include "media/mailbox.h"
#include "media/media.h"
#include "media/outgoing.h"
#include "media/routes.h"
#include "media/stage/stage.h"
#include "media/transport/check_limit.h"
#include "media/transport/dtls.h"
#include "media/transport/ports.h"
#include "media/transport/rate_limit.h"
#include "media/transport/silence.h"

namespace diemcau::media {

/// More cores than this serve no province; a bit each in stage::WorkerSet, a letter each in our ufrags.
inline constexpr std::size_t most_workers = 16;
/// The first letter of the ICE user name of a peer of that worker: whoever gets its check knows whose it is.
constexpr char letter_of(std::size_t worker) { return static_cast<char>('a' + worker); }

/// A media thread: its sockets, its loop, its peers, and the stages that they are on. Workers share nothing:
/// what one has for another goes into its mailbox.
class Worker {
 public:
  /// Called on the media thread; must only enqueue.
  struct Calls {
    std::function<void(Event)> tell;
    std::function<void(StageId, SourceId)> ask_keyframe;  ///< of the clip, the program
    std::function<void(StageId, bool)> program_wanted;    ///< somebody gets it
    std::function<void(StageId, SourceId, rtp::Codec, std::vector<std::vector<std::byte>> packets)>
        keyframe_seen;  ///< of an encoder
  };
  /// One of `count`. The first must be made first: it sees that nobody else has the port.
  Worker(const Config& config, std::size_t index, std::size_t count, const transport::DtlsContext& dtls,
         const Calls& calls);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// `all` by index; they outlive the thread.
  void start(std::vector<Worker*> all);
  /// Joins the thread, which ends after a Stop: it has said goodbye to all peers. put() may still be called,
  /// to no effect.
  void join();

  // Any thread.
  void put(Letter letter);
  const LiveCounters& counters() const { return counters_; }
  /// Share of a core that it used in the last second, 0 … 1.
  double busy() const { return busy_.load(std::memory_order_relaxed); }

 private:
  using Clock = transport::Clock;
  /// A hall sends 450 packets a second when it sends all it has, an encoder of 8 Mbit/s 900.
  static constexpr double most_packets = 5000;
  /// Packets a second from addresses that nobody has sent from: each may cost a decryption for each peer of
  /// its SSRC.
  static constexpr double most_strangers = 100;
  struct Connected {
    StageId stage{};
    bool takes_part = false;  ///< is on its stage
    Clock::time_point since{};
    std::vector<transport::Endpoint> addresses;  ///< that its checks or its media came from, oldest first
    transport::RateLimit packets{most_packets, most_packets};
    std::uint64_t flooded = 0;  ///< packets over the limit in this second
    int flooding = 0;           ///< seconds in a row
    transport::Silence silence{};
    std::unique_ptr<stage::Peer> peer;
  };

  void run();
  void handle(Letter& letter);
  void add_peer(AddPeer& add);
  void admit_peer(const AdmitPeer& admit);
  void restart_ice(RestartIce& restart);
  void remove_peer(PeerId id);
  void close_stage(StageId id);
  /// `via`: the worker whose socket it came to, when that is another.
  using Via = std::optional<std::size_t>;
  void on_packet(const transport::Endpoint& from, std::span<std::byte> packet, Via via = {});
  void on_stranger(const transport::Endpoint& from, std::span<const std::byte> packet, Via via);
  void on_stun(const transport::Endpoint& from, std::span<const std::byte> packet, Via via);
  void on_stun_response(const transport::Endpoint& from, std::span<const std::byte> packet);
  /// True: it is for a peer of another worker, and on its way there.
  bool give_away(const transport::Endpoint& from, std::span<const std::byte> packet);
  void take_letters();
  void on_relayed(const RelayedPackets& packets);
  void send_outgoing();
  void remember(const transport::Endpoint& from, PeerId id, Connected& connected);
  void on_dtls(Connected& connected, std::span<const std::byte> packet);
  /// False: it is not authentic, or has come before.
  bool on_srtp(Connected& connected, std::span<std::byte> packet);
  /// An authentic packet has come; before, the last one at `heard`.
  void note_return(Connected& connected, Clock::time_point heard);
  void on_watch(const transport::TcpPort::Watch& watch);
  bool on_timers();
  void find_lost_peers();
  HostedStage* find_hosted(StageId id);
  stage::Stage* find_stage(StageId id);

  const transport::DtlsContext& dtls_;
  HostedStage::Host host_;
  LiveCounters counters_;
  std::atomic<double> busy_{0};
  std::vector<Worker*> workers_;
  transport::FileDescriptor epoll_;
  Bell bell_;
  std::unique_ptr<transport::Ports> ports_;
  Mailbox<Letter> mailbox_;
  bool stopping_ = false;
  Clock::time_point now_{};
  Clock::time_point next_fast_{}, next_handshake_{}, next_levels_{}, next_second_{};

  std::unordered_map<StageId, std::unique_ptr<HostedStage>> stages_;
  std::unordered_map<PeerId, Connected> peers_;  ///< their slots point into tracks of stages_: removed first
  std::unordered_map<std::string, PeerId> by_ufrag_;
  std::unordered_map<transport::Endpoint, PeerId, transport::EndpointHash> by_endpoint_;
  Routes routes_;
  transport::CheckLimit checks_;
  transport::RateLimit strangers_{most_strangers, most_strangers};
  std::uint32_t last_number_ = 0;
  Outgoing outgoing_;
  // When the last second began.
  std::chrono::nanoseconds ran_{};  ///< processor time
  Clock::time_point measured_{};
  std::thread thread_;
};

}  // namespace diemcau::media
