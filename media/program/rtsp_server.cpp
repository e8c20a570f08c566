#include "media/program/rtsp_server.h"

#include <stdexcept>

namespace diemcau::program {
namespace {

constexpr guint most_watchers = 50;  // of all stages: each is 2 Mbit/s

/// Looks for who watches a path.
struct Search {
  std::string path;
  bool close = false;
  bool found = false;
  int watchers = 0;
};

GstRTSPFilterResult look_at_media(GstRTSPSession*, GstRTSPSessionMedia* media, gpointer data) {
  auto& search = *static_cast<Search*>(data);
  gint matched = 0;
  search.found |= gst_rtsp_session_media_matches(media, search.path.c_str(), &matched) != 0;
  return GST_RTSP_FILTER_KEEP;
}

GstRTSPFilterResult look_at_session(GstRTSPClient*, GstRTSPSession* session, gpointer data) {
  gst_rtsp_session_filter(session, look_at_media, data);
  return GST_RTSP_FILTER_KEEP;
}

GstRTSPFilterResult look_at_client(GstRTSPServer*, GstRTSPClient* client, gpointer data) {
  auto& search = *static_cast<Search*>(data);
  search.found = false;
  gst_rtsp_client_session_filter(client, look_at_session, data);
  if (search.found) ++search.watchers;
  return search.found && search.close ? GST_RTSP_FILTER_REMOVE : GST_RTSP_FILTER_KEEP;
}

}  // namespace

RtspServer::RtspServer(const std::string& bind, std::uint16_t port)
    : context_(nullptr, g_main_context_unref), loop_(nullptr, g_main_loop_unref) {
  start_gstreamer();
  server_.reset(gst_rtsp_server_new());
  context_.reset(g_main_context_new());
  loop_.reset(g_main_loop_new(context_.get(), FALSE));
  gst_rtsp_server_set_address(server_.get(), bind.c_str());
  gst_rtsp_server_set_service(server_.get(), std::to_string(port).c_str());
  const Ref<GstRTSPSessionPool> pool(gst_rtsp_server_get_session_pool(server_.get()));
  gst_rtsp_session_pool_set_max_sessions(pool.get(), most_watchers);
  if (gst_rtsp_server_attach(server_.get(), context_.get()) == 0)
    throw std::runtime_error("the RTSP port " + std::to_string(port) + " cannot be had: is it in use?");
  // Who goes away without a word is forgotten when its session times out.
  GSource* const sweep = gst_rtsp_session_pool_create_watch(pool.get());
  g_source_set_callback(sweep, G_SOURCE_FUNC(+[](GstRTSPSessionPool* of, gpointer) -> gboolean {
                          gst_rtsp_session_pool_cleanup(of);
                          return G_SOURCE_CONTINUE;
                        }),
                        nullptr, nullptr);
  g_source_attach(sweep, context_.get());
  g_source_unref(sweep);
  thread_ = std::thread([this] {
    g_main_context_push_thread_default(context_.get());
    g_main_loop_run(loop_.get());
    g_main_context_pop_thread_default(context_.get());
  });
}

RtspServer::~RtspServer() {
  gst_rtsp_server_client_filter(
      server_.get(), [](GstRTSPServer*, GstRTSPClient*, gpointer) { return GST_RTSP_FILTER_REMOVE; },
      nullptr);
  // From within: what is said to a loop that does not run yet is forgotten when it begins.
  GSource* const quit = g_idle_source_new();
  g_source_set_callback(quit, G_SOURCE_FUNC(+[](GMainLoop* loop) -> gboolean {
                          g_main_loop_quit(loop);
                          return G_SOURCE_REMOVE;
                        }),
                        loop_.get(), nullptr);
  g_source_attach(quit, context_.get());
  g_source_unref(quit);
  thread_.join();
}

void RtspServer::add(const std::string& path, GstRTSPMediaFactory* factory) {
  const Ref<GstRTSPMountPoints> mounts(gst_rtsp_server_get_mount_points(server_.get()));
  gst_rtsp_mount_points_add_factory(mounts.get(), path.c_str(),
                                    GST_RTSP_MEDIA_FACTORY(g_object_ref(factory)));
}

void RtspServer::remove(const std::string& path) {
  const Ref<GstRTSPMountPoints> mounts(gst_rtsp_server_get_mount_points(server_.get()));
  gst_rtsp_mount_points_remove_factory(mounts.get(), path.c_str());
  Search search{path, true};
  gst_rtsp_server_client_filter(server_.get(), look_at_client, &search);
}

int RtspServer::watchers(const std::string& path) const {
  Search search{path};
  gst_rtsp_server_client_filter(server_.get(), look_at_client, &search);
  return search.watchers;
}

}  // namespace diemcau::program
