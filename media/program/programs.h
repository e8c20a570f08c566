#pragma once
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <vector>

#include "media/media.h"
#include "media/program/graph.h"
#include "media/stage/source.h"

namespace diemcau::program {
using media::StageId;

/// What the pipelines need of the media worker. Any thread of GStreamer's or of ours may call;
/// implementations only enqueue.
class Outlet {
 public:
  virtual ~Outlet() = default;
  /// One RTP packet of the stage's clip (media::Engine::clip_source) or program (program_source): VP8 with
  /// 15-bit picture id or Opus.
  virtual void packet(StageId stage, media::SourceId source, stage::Kind kind,
                      std::vector<std::byte> rtp) = 0;
  /// From now on `sink` gets the stage's scene and packets (shared: the media thread may still be in a call
  /// while the control thread lets go).
  virtual void attach(StageId stage, std::shared_ptr<stage::Sink> sink) = 0;
  virtual void detach(StageId stage, std::shared_ptr<stage::Sink> sink) = 0;
  virtual void request_keyframe(StageId stage, media::SourceId source) = 0;
  virtual void tell(media::Event event) = 0;
};

/// All GStreamer of all stages: clips that come in, the program that is recorded and sent
/// on. Owns one control thread;
/// every call returns at once. Facts and pitfalls: media/program/README.md.
class Programs {
 public:
  /// `rtsp`: where the RTSP server listens; port 0: there is none. `patience`: how long a new scene waits for
  /// a hall's first picture; then a slate stands there. Throws std::runtime_error when it cannot listen.
  explicit Programs(Outlet& outlet, const media::Address& rtsp = {},
                    std::chrono::milliseconds patience = usual_patience);
  /// Stops clips, closes recordings (RecordingClosed is told) and outputs properly, joins.
  ~Programs();
  Programs(const Programs&) = delete;
  Programs& operator=(const Programs&) = delete;

  void play_clip(StageId stage, const std::filesystem::path& file,
                 media::ClipStart start = media::ClipStart::playing);
  void show_picture(StageId stage, const std::filesystem::path& file);
  void show_bars(StageId stage);
  void seek_clip(StageId stage, std::chrono::milliseconds position);
  void loop_clip(StageId stage, bool on);
  void pause_clip(StageId stage);
  void resume_clip(StageId stage);
  void stop_clip(StageId stage);
  /// Of the clip or the program as it is sent to halls.
  void request_keyframe(StageId stage, media::SourceId source);
  /// Whether the program is drawn for halls.
  void set_feed(StageId stage, bool wanted);
  /// `copies`: folder of the safety copy of what each source sends meanwhile; empty: none.
  void start_recording(StageId stage, const std::filesystem::path& file,
                       const std::filesystem::path& copies = {});
  void stop_recording(StageId stage);
  void start_output(StageId stage, media::OutputId output, const media::PushTarget& target);
  void serve_output(StageId stage, media::OutputId output, const std::string& path);
  void publish_output(StageId stage, media::OutputId output, const std::filesystem::path& folder);
  void stop_output(StageId stage, media::OutputId output);
  void close_stage(StageId stage);
  /// Stages that are composed and encoded now. Any thread.
  std::size_t running() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace diemcau::program
