#include "server/signaling/output_watch.h"

namespace diemcau::protocol {
namespace {

constexpr std::chrono::seconds forgotten_after{3};  // media/ tells of each once a second
constexpr std::chrono::seconds spectator_gone_after{8};

Output output_of(const media::OutputMeasured& measured) {
  Output output;
  output.state = static_cast<OutputState>(measured.state);
  output.kbps = static_cast<int>(measured.bitrate / 1000);
  output.trouble = static_cast<OutputTrouble>(measured.trouble);
  output.watchers = measured.watchers;
  if (measured.state == media::OutputState::waiting)
    output.retry_seconds = static_cast<int>(measured.retry_in.count());
  return output;
}
static_assert(static_cast<int>(OutputState::waiting) == static_cast<int>(media::OutputState::waiting));
static_assert(static_cast<int>(OutputTrouble::slow) == static_cast<int>(media::OutputTrouble::slow));

}  // namespace

void OutputWatch::on_media(const media::Event& event, Time now) {
  const auto* measured = std::get_if<media::OutputMeasured>(&event);
  if (measured == nullptr) return;
  auto& watched = outputs_[MeetingId{static_cast<std::int64_t>(measured->stage)}]
                          [OutputId{static_cast<std::int64_t>(measured->output)}];
  const auto was = watched.output;
  watched.output = output_of(*measured);
  watched.bytes = measured->bytes;
  watched.at = now;
  const auto& is = watched.output;
  if (is.trouble != was.trouble && is.trouble != OutputTrouble::none) {
    log_.warn("output.trouble", {{"meeting", measured->stage},
                                 {"output", measured->output},
                                 {"trouble", describe::enum_to_string(is.trouble, "")},
                                 {"why", measured->detail}});
  } else if (is.state == OutputState::live && (was.state != OutputState::live || is.trouble != was.trouble)) {
    log_.info("output.live", {{"meeting", measured->stage}, {"output", measured->output}});
  }
}

void OutputWatch::on_spectator(MeetingId meeting, OutputId output, scheduler::AccountId account, Time now) {
  const auto known = outputs_.find(meeting);
  if (known == outputs_.end()) return;
  if (const auto found = known->second.find(output); found != known->second.end())
    found->second.spectators[account] = now;
}

void OutputWatch::tick(Time now) {
  for (auto& [meeting, outputs] : outputs_) {
    std::erase_if(outputs, [now](const auto& entry) { return now - entry.second.at > forgotten_after; });
    for (auto& [id, watched] : outputs)
      std::erase_if(watched.spectators,
                    [now](const auto& one) { return now - one.second > spectator_gone_after; });
  }
  std::erase_if(outputs_, [](const auto& entry) { return entry.second.empty(); });
}

Outputs OutputWatch::of(MeetingId meeting) const {
  Outputs message;
  if (const auto found = outputs_.find(meeting); found != outputs_.end())
    for (const auto& [id, watched] : found->second)
      message.outputs.emplace(id, watched.output).first->second.watchers +=
          static_cast<int>(watched.spectators.size());
  return message;
}

}  // namespace diemcau::protocol
