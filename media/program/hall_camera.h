#pragma once
#include <atomic>
#include <cstddef>
#include <functional>
#include <vector>

#include "media/hall_cameras.h"
#include "media/program/pipeline.h"
#include "media/rtp/codec.h"

namespace diemcau::program {

/// Takes in what an RTSP camera or a capture device sends and gives it as RTP: its first picture and its
/// first sound. H.264 that comes by RTSP is not touched, all else is encoded anew. A pipeline of its own.
/// Built and destroyed on one thread.
class HallCamera {
 public:
  static constexpr int vp8 = 96, h264 = 102, opus = 111;  ///< payload types
  static constexpr int level_extension = 1;               ///< id of RFC 6464's

  struct Packet {
    rtp::Codec codec{};
    std::vector<std::byte> rtp;
  };
  /// Both are called in streaming threads and must only enqueue.
  HallCamera(const media::CameraAddress& address, std::function<void(Packet)> on_packet,
             std::function<void(Fault)> on_fault);
  HallCamera(const HallCamera&) = delete;
  HallCamera& operator=(const HallCamera&) = delete;

  /// The next picture that leaves is a keyframe, if it is we who encode it: cameras cannot be asked.
  void request_keyframe();

 private:
  void open_stream(const media::CameraAddress& address);
  void open_device(const media::CameraAddress& address);
  static void on_pad(GstElement* source, GstPad* pad, gpointer camera);
  void take_in(GstPad* pad);
  void add_branch(GstPad* pad, const std::string& text, const TakeSample& take);

  std::function<void(Packet)> on_packet_;
  // The callbacks outlive the pipeline, which ends all streaming threads before they go.
  TakeSample take_h264_, take_vp8_, take_opus_;
  std::atomic<bool> has_picture_ = false, has_sound_ = false;
  Pipeline pipeline_;
};

}  // namespace diemcau::program
