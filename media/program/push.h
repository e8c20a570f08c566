#pragma once
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "media/media.h"
#include "media/program/output.h"

namespace diemcau::program {

/// Sends the program's encoded picture and sound to a host, by RTMP or SRT, and connects anew until it is
/// stopped. One thread of its own does all that may wait for the host (names, handshakes, closing): neither
/// the control thread nor the program ever does. Control thread; push() from streaming threads.
class Push : public Output {
 public:
  /// `want_keyframe`: a connection begins; from the own thread, must only enqueue.
  Push(media::PushTarget target, std::function<void()> want_keyframe);
  /// Waits for the thread: after stop() and over() at once, else as long as the host's name and handshake
  /// take.
  ~Push() override;
  Push(const Push&) = delete;
  Push& operator=(const Push&) = delete;

  void push(stage::Kind kind, GstSample* sample) override;
  /// Ends the connection properly, in the background; returns at once.
  void stop() override;
  /// It has ended.
  bool over() const override;
  /// All but stage and id.
  media::OutputMeasured measured() override;

 private:
  class Connection;
  using Clock = std::chrono::steady_clock;

  void run(const std::stop_token& stop);
  void serve(const std::stop_token& stop, Connection& connection);
  void hear(const Fault& fault);

  const media::PushTarget target_;
  const std::function<void()> want_keyframe_;
  mutable std::mutex mutex_;  // guards what follows; never held while a pipeline changes its state
  std::condition_variable_any wake_;
  Connection* connection_ = nullptr;  ///< that push() feeds
  media::OutputMeasured measured_;
  std::optional<Fault> fault_;  ///< of the connection; also its end
  bool over_ = false;
  std::jthread thread_;  // last: starts when all else stands
};

}  // namespace diemcau::program
