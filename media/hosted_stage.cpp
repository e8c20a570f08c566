#include "media/hosted_stage.h"

#include <utility>

namespace diemcau::media {

HostedStage::HostedStage(StageId id, std::size_t home, LiveCounters& counters, const Host& host)
    : id_(id),
      home_(home),
      host_(host),
      stage_(counters,
             {[this](SourceId source) { host_.ask_keyframe(id_, source); },
              [this](bool wanted) { host_.program_wanted(id_, wanted); },
              [this](SourceId source, std::vector<std::string> rids) {
                host_.tell(CameraWanted{id_, source, std::move(rids)});
              },
              [this](PeerId peer, SourceId source, rtp::Codec codec) {
                host_.tell(CodecMissing{peer, source, rtp::name_of(codec)});
              },
              [this](SourceId source, rtp::Codec codec, std::vector<std::vector<std::byte>> packets) {
                host_.keyframe_seen(id_, source, codec, std::move(packets));
              },
              [this](PeerId peer, bool shown) {
                host_.tell(ProgramShown{peer, shown});
              },
              [this](PeerId peer, std::vector<std::size_t> cells) {
                host_.tell(PicturesLate{peer, std::move(cells)});
              }},
             host.count > 1 ? this : nullptr) {
  if (home == host.index) stage_.offer_program();
  for (std::size_t other = 0; other < host_.count; ++other)
    if (other != host_.index) host_.put(other, StageHere{id_, host_.index});
}

void HostedStage::on_stage_here(const StageHere& here) {
  if (!others_.insert(here.from).second) return;
  host_.put(here.from, StageHere{id_, host_.index});
  for (const auto& published : stage_.published())
    host_.put(here.from, SourceHere{id_, host_.index, published});
}

void HostedStage::publish(const stage::Published& published) {
  for (const auto other : others_) host_.put(other, SourceHere{id_, host_.index, published});
}

void HostedStage::withdraw(SourceId source, stage::Publication publication) {
  for (const auto other : others_) host_.put(other, SourceGone{id_, source, publication});
}

void HostedStage::wish(std::size_t worker, const stage::Wish& wish) {
  host_.put(worker, Wished{id_, host_.index, wish});
}

void HostedStage::wish_keyframe(std::size_t worker, const stage::KeyframeWish& wish) {
  host_.put(worker, KeyframeWished{id_, host_.index, wish});
}

void HostedStage::relay(stage::WorkerSet to, const stage::Relayed& head, std::span<const std::byte> packet) {
  host_.relay({id_, to, head}, packet);
}

void HostedStage::send_levels() {
  auto levels = stage_.take_levels();
  if (home_ != host_.index) return host_.put(home_, LevelsThere{id_, host_.index, std::move(levels)});
  for (const auto& [from, there] : levels_there_) levels.insert(there.begin(), there.end());
  if (!levels.empty()) host_.tell(Levels{id_, std::move(levels)});
}

void HostedStage::send_reports(Clock::time_point now) {
  stage_.send_reports(now);
  auto downlinks = stage_.downlinks();
  auto lines = stage_.lines(now);
  if (home_ != host_.index)
    return host_.put(home_, LinesThere{id_, host_.index, std::move(downlinks), std::move(lines)});
  for (const auto& [from, there] : downlinks_there_) downlinks.insert(there.begin(), there.end());
  for (const auto& [from, there] : lines_there_) lines.insert(there.begin(), there.end());
  if (!downlinks.empty()) host_.tell(Downlinks{id_, std::move(downlinks)});
  if (!lines.empty()) host_.tell(LinesMeasured{id_, std::move(lines)});
}

}  // namespace diemcau::media
