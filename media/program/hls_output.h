#pragma once
#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>

#include "media/program/inlet.h"
#include "media/program/output.h"
#include "media/program/pipeline.h"

namespace diemcau::program {

/// The program as a playlist and its last segments (HLS, RFC 8216) in a folder: whoever gives its files away
/// may have any number of spectators, the encoder and we have none of them. Control thread; push() from
/// streaming threads.
class HlsOutput : public Output {
 public:
  /// The folder is emptied. What stands in its way (no rights, a full disk) is told by measured(), and tried
  /// again. `want_keyframe` must only enqueue.
  HlsOutput(std::filesystem::path folder, std::function<void()> want_keyframe);
  ~HlsOutput() override;  ///< after stop()
  HlsOutput(const HlsOutput&) = delete;
  HlsOutput& operator=(const HlsOutput&) = delete;

  void push(stage::Kind kind, GstSample* sample) override;
  void stop() override;  ///< removes the folder
  media::OutputMeasured measured() override;

 private:
  using Clock = std::chrono::steady_clock;

  void begin();
  std::unique_ptr<Pipeline> take_pipeline();

  const std::filesystem::path folder_;
  const std::function<void()> want_keyframe_;
  std::mutex mutex_;  // guards all below; never held while a pipeline changes its state
  std::unique_ptr<Pipeline> pipeline_;
  std::optional<Inlet> inlet_;
  std::optional<Fault> fault_;
  std::uint64_t bytes_ = 0;
  // Control thread.
  media::OutputMeasured measured_;
  Clock::time_point again_{};
};

}  // namespace diemcau::program
