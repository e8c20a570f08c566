#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

#include "media/program/pipeline.h"
#include "media/stage/source.h"

namespace diemcau::program {

/// The file holds no film, or no picture, that we can decode.
struct NoFilm : std::runtime_error {
  using runtime_error::runtime_error;
};

/// A film played into a session as a source: one pipeline decodes at the film's pace and can be paused,
/// another encodes without ever stopping (paused: the last picture and silence), so that the stream the halls
/// get has no gap. Built, commanded and destroyed on the control thread.
class Clip {
 public:
  /// Streaming threads; must only enqueue.
  using OnPacket = std::function<void(stage::Kind, std::vector<std::byte>)>;
  using OnFault = std::function<void(Fault)>;  ///< end_of_stream: the film is over

  /// Looks into the file, then starts to play, or stands at its first picture. Takes about 0.1 s, at most
  /// 5 s. Throws NoFilm.
  Clip(const std::filesystem::path& file, media::ClipStart start, OnPacket on_packet, OnFault on_fault);
  ~Clip();
  Clip(const Clip&) = delete;
  Clip& operator=(const Clip&) = delete;

  std::chrono::milliseconds duration() const { return duration_; }
  void pause();
  void resume();
  /// Goes on from there, also after the end. Waits up to a second for what is still being prepared.
  void seek(std::chrono::milliseconds position);
  /// The next frame that leaves is a keyframe.
  void request_keyframe();

 private:
  void forward(GstSample* sample, GstAppSink* from, GstAppSrc* to);
  void hold_still(GstSample* sample);
  void send(GstSample* sample, stage::Kind kind);

  OnPacket on_packet_;
  std::chrono::milliseconds duration_{};
  // The callbacks outlive the pipelines below, which end all streaming threads before they go.
  TakeSample take_picture_, take_still_, take_sound_, take_video_packet_, take_audio_packet_;
  std::unique_ptr<Pipeline> encoder_, player_;
  Ref<GstAppSrc> picture_in_, sound_in_;
  Ref<GstAppSink> picture_out_, sound_out_, video_packets_;
};

}  // namespace diemcau::program
