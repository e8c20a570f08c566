#pragma once
#include "scheduler/result.h"
#include "server/session/commands.h"
#include "server/session/events.h"
#include "server/session/state.h"

namespace diemcau::session {

/// Who gives a command.
struct Actor {
  Giver giver{};
  SiteId site{};                                ///< of a hall
  std::optional<scheduler::AccountId> account;  ///< of an operator or a chair

  /// For the log: "operator:3", "hall:12", "server".
  std::string name() const;
};

/// The rules: what a command leads to, or why not. Nothing changes; a command that asks for what is so
/// already is granted with no events. Who may give it is checked here, for all commands alike, by the `may`
/// of commands.h.
scheduler::Result<Events> decide(const State& state, const Actor& by, const Command& command);

/// True for commands of that giver by the table of commands.h.
bool may_give(Giver giver, const Command& command);

}  // namespace diemcau::session
