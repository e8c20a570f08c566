#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

#include "scheduler/ids.h"

namespace diemcau::session {
using scheduler::Time;

/// Watches one recording from outside: whoever writes it may hang, and then says nothing at all. Pure; the
/// times come from the caller.
class RecordingWatch {
 public:
  explicit RecordingWatch(Time begun) : grown_at_(begun + starting) {}

  /// `beside`: what else is written while it runs; it fills the disk too.
  void on_bytes(std::int64_t bytes, Time now, std::int64_t beside = 0) {
    if (bytes > bytes_) grown_at_ = now;
    bytes_ = bytes;
    if (marks_.empty() || now - marks_.back().at >= mark_every) marks_.push_back({now, bytes + beside});
    while (marks_.size() > most_marks) marks_.pop_front();
  }
  std::int64_t bytes() const { return bytes_; }
  /// The file stands still. A second passes between two looks at it: the operator knows within five.
  bool stalled(Time now) const { return now - grown_at_ > still; }
  /// When the disk will be full at the pace of the last ten minutes; nullopt: not within `horizon`, or not
  /// known yet.
  std::optional<std::chrono::minutes> full_in(std::int64_t free, std::chrono::minutes horizon) const {
    if (marks_.size() < 2) return std::nullopt;
    const auto time = marks_.back().at - marks_.front().at;
    const auto grown = marks_.back().bytes - marks_.front().bytes;
    if (grown <= 0) return std::nullopt;
    const double left = static_cast<double>(free) / static_cast<double>(grown) *
                        std::chrono::duration<double, std::ratio<60>>(time).count();
    if (left > static_cast<double>(horizon.count())) return std::nullopt;
    return std::chrono::minutes(static_cast<int>(left));
  }

 private:
  struct Mark {
    Time at;
    std::int64_t bytes;
  };
  static constexpr std::chrono::seconds still{3};
  static constexpr std::chrono::seconds starting{
      6};  ///< until pipelines stand and the first second is written
  static constexpr std::chrono::seconds mark_every{10};
  static constexpr std::size_t most_marks = 60;

  Time grown_at_;
  std::int64_t bytes_ = 0;
  std::deque<Mark> marks_;
};

}  // namespace diemcau::session
