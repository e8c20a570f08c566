#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <set>

#include "media/counters.h"
#include "media/letters.h"
#include "media/stage/stage.h"

namespace diemcau::media {

/// A stage on one worker, and its letters to the same stage on others. Media thread.
class HostedStage : private stage::Elsewhere {
 public:
  using Clock = stage::Clock;
  /// What it needs of its worker; must only enqueue.
  struct Host {
    std::size_t index{}, count{};
    std::function<void(std::size_t worker, Letter)> put;
    std::function<void(const RelayHead&, std::span<const std::byte>)> relay;
    std::function<void(Event)> tell;
    std::function<void(StageId, SourceId)> ask_keyframe;
    std::function<void(StageId, bool)> program_wanted;
    std::function<void(StageId, SourceId, rtp::Codec, std::vector<std::vector<std::byte>>)> keyframe_seen;
  };
  HostedStage(StageId id, std::size_t home, LiveCounters& counters, const Host& host);

  stage::Stage& stage() { return stage_; }
  void on_stage_here(const StageHere& here);

  /// Five times a second, every second: away from home they are sent there, and told with those of home.
  void send_levels();
  void send_reports(Clock::time_point now);
  void on_levels(LevelsThere& there) { levels_there_[there.from] = std::move(there.levels); }
  void on_lines(LinesThere& there) {
    downlinks_there_[there.from] = std::move(there.downlinks);
    lines_there_[there.from] = std::move(there.lines);
  }

 private:
  void publish(const stage::Published& published) override;
  void withdraw(SourceId source, stage::Publication publication) override;
  void wish(std::size_t worker, const stage::Wish& wish) override;
  void wish_keyframe(std::size_t worker, const stage::KeyframeWish& wish) override;
  void relay(stage::WorkerSet to, const stage::Relayed& head, std::span<const std::byte> packet) override;

  StageId id_;
  std::size_t home_;
  const Host& host_;
  stage::Stage stage_;
  std::set<std::size_t> others_;  ///< workers that have it too
  // What those told last.
  std::map<std::size_t, std::map<SourceId, int>> levels_there_;
  std::map<std::size_t, std::map<PeerId, Downlink>> downlinks_there_;
  std::map<std::size_t, std::map<SourceId, LineTotals>> lines_there_;
};

}  // namespace diemcau::media
