#pragma once
#include <chrono>
#include <cstddef>
#include <optional>
#include <unordered_map>

#include "media/transport/endpoint.h"

namespace diemcau::media {

/// Flows that the kernel gives to this worker's socket while their peer is on another: the kernel knows
/// addresses, not peers. Only a peer's own worker can tell an authentic check, so only what it has told is
/// kept. Media thread.
class Routes {
 public:
  using Clock = std::chrono::steady_clock;

  void learn(const transport::Endpoint& from, std::size_t worker, Clock::time_point now) {
    flows_[from] = {worker, now};
  }
  void forget(const transport::Endpoint& from) { flows_.erase(from); }
  std::optional<std::size_t> find(const transport::Endpoint& from, Clock::time_point now) {
    const auto found = flows_.find(from);
    if (found == flows_.end()) return std::nullopt;
    found->second.used = now;
    return found->second.worker;
  }
  void forget_silent(Clock::time_point now) {
    std::erase_if(flows_, [now](const auto& flow) { return now - flow.second.used > longest_silence; });
  }

 private:
  static constexpr std::chrono::seconds longest_silence{60};  // a peer is given up after 30
  struct Flow {
    std::size_t worker{};
    Clock::time_point used{};
  };
  std::unordered_map<transport::Endpoint, Flow, transport::EndpointHash> flows_;
};

}  // namespace diemcau::media
