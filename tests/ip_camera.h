#pragma once
#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>

#include <gst/rtsp-server/rtsp-server.h>

/// A camera as halls have them, for tests: GStreamer's RTSP server with picture and sound under /kenh1.
namespace diemcau {

class IpCamera {
 public:
  struct Form {
    std::string picture = "h264";  ///< or "jpeg"
    std::string colour = "red";    ///< a pattern of videotestsrc
    int pitch = 700;               ///< Hz; 0: no microphone
    std::string user, password;    ///< empty: it lets everybody in
  };
  static constexpr auto path = "/kenh1";

  IpCamera(std::uint16_t port, const Form& form) {
    gst_init(nullptr, nullptr);
    server_ = gst_rtsp_server_new();
    gst_rtsp_server_set_address(server_, "127.0.0.1");
    gst_rtsp_server_set_service(server_, std::to_string(port).c_str());
    GstRTSPMediaFactory* const factory = gst_rtsp_media_factory_new();
    gst_rtsp_media_factory_set_launch(factory, launch(form).c_str());
    gst_rtsp_media_factory_set_shared(factory, TRUE);
    if (!form.user.empty()) lock(factory, form);
    GstRTSPMountPoints* const mounts = gst_rtsp_server_get_mount_points(server_);
    gst_rtsp_mount_points_add_factory(mounts, path, factory);
    g_object_unref(mounts);
    context_ = g_main_context_new();
    if (gst_rtsp_server_attach(server_, context_) == 0) throw std::runtime_error("the port is taken");
    thread_ = std::thread([this] {
      g_main_context_push_thread_default(context_);
      while (!unplugged_) g_main_context_iteration(context_, TRUE);
      g_main_context_pop_thread_default(context_);
    });
  }
  /// Is unplugged.
  ~IpCamera() {
    gst_rtsp_server_client_filter(
        server_, [](GstRTSPServer*, GstRTSPClient*, gpointer) { return GST_RTSP_FILTER_REMOVE; }, nullptr);
    unplugged_ = true;
    g_main_context_wakeup(context_);
    thread_.join();
    g_object_unref(server_);
    g_main_context_unref(context_);
  }
  IpCamera(const IpCamera&) = delete;
  IpCamera& operator=(const IpCamera&) = delete;

 private:
  static std::string launch(const Form& form) {
    auto text = "( videotestsrc is-live=true pattern=" + form.colour +
                " ! video/x-raw,format=I420,width=640,height=360,framerate=20/1 ! ";
    text += form.picture == "h264"
                ? "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=20 bitrate=800 ! "
                  "video/x-h264,profile=main ! rtph264pay name=pay0 pt=96 "
                : "jpegenc ! rtpjpegpay name=pay0 pt=26 ";
    if (form.pitch != 0)
      text += "audiotestsrc is-live=true volume=0.3 freq=" + std::to_string(form.pitch) +
              " ! audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay name=pay1 pt=8 ";
    return text + ")";
  }
  void lock(GstRTSPMediaFactory* factory, const Form& form) {
    GstRTSPAuth* const auth = gst_rtsp_auth_new();
    gst_rtsp_auth_set_supported_methods(auth, GST_RTSP_AUTH_DIGEST);
    GstRTSPToken* const token =
        gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, "viewer", nullptr);
    gst_rtsp_auth_add_digest(auth, form.user.c_str(), form.password.c_str(), token);
    gst_rtsp_token_unref(token);
    gst_rtsp_server_set_auth(server_, auth);
    g_object_unref(auth);
    gst_rtsp_media_factory_add_role(factory, "viewer", GST_RTSP_PERM_MEDIA_FACTORY_ACCESS, G_TYPE_BOOLEAN,
                                    TRUE, GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, G_TYPE_BOOLEAN, TRUE,
                                    nullptr);
  }

  GstRTSPServer* server_ = nullptr;
  GMainContext* context_ = nullptr;
  std::atomic<bool> unplugged_{false};
  std::thread thread_;
};

}  // namespace diemcau
