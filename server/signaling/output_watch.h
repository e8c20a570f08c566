#pragma once
#include <map>

#include "media/media.h"
#include "server/log.h"
#include "server/signaling/protocol.h"

namespace diemcau::protocol {

/// How the outputs of all sessions do, for the consoles and /metrics; logs what changes. Main thread.
class OutputWatch {
 public:
  explicit OutputWatch(server::Log& log) : log_(log) {}

  void on_media(const media::Event& event, Time now);
  /// Somebody takes the playlist of an HLS output, as a player does every two seconds.
  void on_spectator(MeetingId meeting, OutputId output, scheduler::AccountId account, Time now);
  /// Forgets what runs no more. Once a second.
  void tick(Time now);

  struct Watched {
    Output output;
    std::uint64_t bytes{};
    Time at{};
    std::map<scheduler::AccountId, Time> spectators{};  ///< when each was last here
  };
  const std::map<MeetingId, std::map<OutputId, Watched>>& outputs() const { return outputs_; }
  /// What the consoles of a meeting are told.
  Outputs of(MeetingId meeting) const;

 private:
  server::Log& log_;
  std::map<MeetingId, std::map<OutputId, Watched>> outputs_;
};

}  // namespace diemcau::protocol
