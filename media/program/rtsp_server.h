#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include <gst/rtsp-server/rtsp-server.h>

#include "media/program/pipeline.h"

namespace diemcau::program {

/// The process' one RTSP server (RFC 2326): room systems and monitors take a stage's program from it, over
/// UDP or interleaved in its TCP connection. What there is to see is added and removed by RtspOutput. Control
/// thread.
class RtspServer {
 public:
  /// `bind`: numeric. Throws std::runtime_error when the port cannot be had.
  RtspServer(const std::string& bind, std::uint16_t port);
  ~RtspServer();
  RtspServer(const RtspServer&) = delete;
  RtspServer& operator=(const RtspServer&) = delete;

  /// `path` begins with '/'.
  void add(const std::string& path, GstRTSPMediaFactory* factory);
  /// Ends the connections of those who watch it too.
  void remove(const std::string& path);
  /// How many watch it now.
  int watchers(const std::string& path) const;

 private:
  Ref<GstRTSPServer> server_;
  std::unique_ptr<GMainContext, void (*)(GMainContext*)> context_;
  std::unique_ptr<GMainLoop, void (*)(GMainLoop*)> loop_;
  std::thread thread_;
};

}  // namespace diemcau::program
