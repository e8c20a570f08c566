#pragma once
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "media/letters.h"

namespace diemcau::media {

/// Packets that leave for other workers at the end of a turn of the loop: a letter for each of them. Media
/// thread.
class Outgoing {
 public:
  explicit Outgoing(std::size_t workers) : strays_(workers) {}

  void add_stray(std::size_t worker, const transport::Endpoint& from, std::span<const std::byte> packet) {
    strays_.at(worker).add(from, packet);
  }
  void add_relayed(const RelayHead& head, std::span<const std::byte> packet) {
    if (!relayed_) relayed_ = std::make_shared<Parcel<RelayHead>>();
    relayed_->add(head, packet);
    relayed_to_ |= head.to;
  }

  /// `put(worker, Letter)`; `self` is the worker that sends.
  template <class Put>
  void send(std::size_t self, Put put) {
    if (relayed_to_ != 0) {
      const std::shared_ptr<const Parcel<RelayHead>> parcel = std::exchange(relayed_, nullptr);
      for (std::size_t worker = 0; worker < strays_.size(); ++worker)
        if ((relayed_to_ >> worker & 1) != 0) put(worker, RelayedPackets{parcel});
      relayed_to_ = 0;
    }
    for (std::size_t worker = 0; worker < strays_.size(); ++worker)
      if (!strays_[worker].empty()) put(worker, StrayPackets{self, std::exchange(strays_[worker], {})});
  }

 private:
  std::vector<Parcel<transport::Endpoint>> strays_;  ///< by worker
  /// One for all who want something in it, and shared by them.
  std::shared_ptr<Parcel<RelayHead>> relayed_;
  stage::WorkerSet relayed_to_ = 0;
};

}  // namespace diemcau::media
