#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "media/letters.h"
#include "media/media.h"
#include "media/placement.h"
#include "media/transport/dtls.h"
#include "media/worker.h"

namespace diemcau::media {

/// All workers: where each stage and each peer is. The caller's thread, where nothing else is said.
class Workers {
 public:
  /// Binds the sockets; throws std::system_error naming the port when it is taken.
  Workers(const Config& config, const transport::DtlsContext& dtls, const Worker::Calls& calls);
  ~Workers();
  /// Ends the threads. Letters may still be put, to no effect.
  void stop();

  void open_stage(StageId stage);
  void close_stage(StageId stage);
  void set_scene(StageId stage, const Scene& scene);
  void set_next(StageId stage, const Scene& scene);
  void set_audible(StageId stage, const std::vector<SourceId>& sources);
  void set_feeds(StageId stage, const std::map<SourceId, Feed>& feeds);
  void want_snapshots(StageId stage);

  /// The worker that a new peer of that stage shall be on. Then add_peer() with an ICE user name that begins
  /// with letter_of() it.
  std::size_t place(StageId stage) const;
  void add_peer(std::size_t worker, AddPeer add);
  /// nullopt: no such peer.
  std::optional<std::size_t> worker_of(PeerId peer) const;
  void restart_ice(RestartIce restart);
  void admit(PeerId peer);
  void remove_peer(PeerId peer);
  /// Its worker has lost it.
  void forget(PeerId peer) { peers_.erase(peer); }

  /// To the worker that has the clips and sinks of the stage. Any thread.
  template <class ForStage>
  void put_home(ForStage letter) {
    if (auto* const home = home_of(letter.stage)) home->put(std::move(letter));
  }
  /// Any thread.
  Counters counters() const;

 private:
  struct OnStage {
    std::vector<std::size_t> workers;  ///< the first is its home
    Scene scene, next;
    std::vector<SourceId> audible;
    std::map<SourceId, Feed> feeds;
  };
  struct Placed {
    std::size_t worker{};
    StageId stage{};
  };
  Worker* home_of(StageId stage);
  void extend(StageId id, OnStage& stage, std::size_t worker);
  OnStage* find(StageId stage);
  std::vector<WorkerLoad> loads() const;

  FullWorker full_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::map<StageId, OnStage> stages_;
  std::map<PeerId, Placed> peers_;
  std::uint64_t publications_ = 0;
  mutable std::mutex homes_mutex_;  ///< pipelines' threads look up where their packets go
  std::map<StageId, Worker*> homes_;
};

}  // namespace diemcau::media
