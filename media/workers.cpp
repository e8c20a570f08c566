#include "media/workers.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace diemcau::media {
namespace {

constexpr std::size_t most_by_default = 8;

std::size_t count_of(const Config& config) {
  // This process's cores, not the machine's.
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  return config.workers == 0 ? std::min(cores, most_by_default) : std::min(config.workers, most_workers);
}

}  // namespace

Workers::Workers(const Config& config, const transport::DtlsContext& dtls, const Worker::Calls& calls)
    : full_{config.core_per_worker, std::max<std::size_t>(config.peers_per_worker, 1)} {
  const auto count = count_of(config);
  for (std::size_t index = 0; index < count; ++index)
    workers_.push_back(std::make_unique<Worker>(config, index, count, dtls, calls));
  std::vector<Worker*> all;
  for (const auto& worker : workers_) all.push_back(worker.get());
  for (const auto& worker : workers_) worker->start(all);
}

Workers::~Workers() { stop(); }

void Workers::stop() {
  for (const auto& worker : workers_) worker->put(Stop{});
  for (const auto& worker : workers_) worker->join();
}

std::vector<WorkerLoad> Workers::loads() const {
  std::vector<WorkerLoad> loads;
  for (const auto& worker : workers_) loads.push_back({worker->busy(), 0});
  for (const auto& [peer, placed] : peers_) ++loads[placed.worker].peers;
  return loads;
}

Worker* Workers::home_of(StageId stage) {
  const std::lock_guard lock(homes_mutex_);
  const auto found = homes_.find(stage);
  return found == homes_.end() ? nullptr : found->second;
}

Workers::OnStage* Workers::find(StageId stage) {
  const auto found = stages_.find(stage);
  return found == stages_.end() ? nullptr : &found->second;
}

void Workers::open_stage(StageId id) {
  if (stages_.contains(id)) return;
  const auto home = media::place(loads(), {}, full_);
  {
    const std::lock_guard lock(homes_mutex_);
    homes_[id] = workers_[home].get();
  }
  extend(id, stages_[id], home);
}

void Workers::extend(StageId id, OnStage& stage, std::size_t worker) {
  stage.workers.push_back(worker);
  auto& there = *workers_[worker];
  there.put(OpenStage{id, stage.workers.front()});
  there.put(SetScene{id, stage.scene});
  there.put(SetNext{id, stage.next});
  there.put(SetAudible{id, stage.audible});
  there.put(SetFeeds{id, stage.feeds});
}

void Workers::close_stage(StageId id) {
  const auto* const stage = find(id);
  if (stage == nullptr) return;
  {
    const std::lock_guard lock(homes_mutex_);
    homes_.erase(id);
  }
  for (const auto worker : stage->workers) workers_[worker]->put(CloseStage{id});
  stages_.erase(id);
  std::erase_if(peers_, [id](const auto& entry) { return entry.second.stage == id; });
}

void Workers::set_scene(StageId id, const Scene& scene) {
  auto* const stage = find(id);
  if (stage == nullptr) return;
  stage->scene = scene;
  for (const auto worker : stage->workers) workers_[worker]->put(SetScene{id, scene});
}

void Workers::set_next(StageId id, const Scene& scene) {
  auto* const stage = find(id);
  if (stage == nullptr) return;
  stage->next = scene;
  for (const auto worker : stage->workers) workers_[worker]->put(SetNext{id, scene});
}

void Workers::set_audible(StageId id, const std::vector<SourceId>& sources) {
  auto* const stage = find(id);
  if (stage == nullptr) return;
  stage->audible = sources;
  for (const auto worker : stage->workers) workers_[worker]->put(SetAudible{id, sources});
}

void Workers::set_feeds(StageId id, const std::map<SourceId, Feed>& feeds) {
  auto* const stage = find(id);
  if (stage == nullptr) return;
  stage->feeds = feeds;
  for (const auto worker : stage->workers) workers_[worker]->put(SetFeeds{id, feeds});
}

void Workers::want_snapshots(StageId id) {
  const auto* const stage = find(id);
  if (stage == nullptr) return;
  for (const auto worker : stage->workers) workers_[worker]->put(WantSnapshots{id});
}

std::size_t Workers::place(StageId id) const {
  const auto stage = stages_.find(id);
  return media::place(loads(),
                      stage == stages_.end() ? std::span<const std::size_t>() : stage->second.workers, full_);
}

void Workers::add_peer(std::size_t worker, AddPeer add) {
  auto* const stage = find(add.stage);
  if (stage != nullptr &&
      std::find(stage->workers.begin(), stage->workers.end(), worker) == stage->workers.end())
    extend(add.stage, *stage, worker);
  peers_[add.peer] = {worker, add.stage};
  add.publication = stage::Publication{++publications_};
  workers_[worker]->put(std::move(add));
}

std::optional<std::size_t> Workers::worker_of(PeerId peer) const {
  const auto found = peers_.find(peer);
  return found == peers_.end() ? std::nullopt : std::optional(found->second.worker);
}

void Workers::restart_ice(RestartIce restart) {
  if (const auto worker = worker_of(restart.peer)) workers_[*worker]->put(std::move(restart));
}

void Workers::admit(PeerId peer) {
  if (const auto worker = worker_of(peer))
    workers_[*worker]->put(AdmitPeer{peer, stage::Publication{++publications_}});
}

void Workers::remove_peer(PeerId peer) {
  if (const auto worker = worker_of(peer)) workers_[*worker]->put(RemovePeer{peer});
  peers_.erase(peer);
}

Counters Workers::counters() const {
  Counters sum;
  for (const auto& worker : workers_) sum += worker->counters().read();
  return sum;
}

}  // namespace diemcau::media
