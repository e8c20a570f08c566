#pragma once
#include <functional>
#include <memory>

#include "media/program/output.h"
#include "media/program/rtsp_server.h"

namespace diemcau::program {

/// The program at a path of the RTSP server: all who watch share one pipeline, fed with what is encoded
/// anyway. Control thread; push() from streaming threads.
class RtspOutput : public Output {
 public:
  /// `want_program`: somebody begins to watch (true) or nobody does any more; `want_keyframe` with the first.
  /// Both from the server's threads, must only enqueue. The server must outlive this.
  RtspOutput(RtspServer& server, std::string path, std::function<void(bool)> want_program);
  ~RtspOutput() override;  ///< after stop()
  RtspOutput(const RtspOutput&) = delete;
  RtspOutput& operator=(const RtspOutput&) = delete;

  void push(stage::Kind kind, GstSample* sample) override;
  void stop() override;
  media::OutputMeasured measured() override;

 private:
  struct Feed;
  RtspServer& server_;
  const std::string path_;
  std::shared_ptr<Feed> feed_;  // shared with the server's signals
  media::OutputMeasured measured_;
};

}  // namespace diemcau::program
