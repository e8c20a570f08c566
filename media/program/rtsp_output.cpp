#include "media/program/rtsp_output.h"

#include <mutex>
#include <optional>
#include <utility>

#include "media/program/inlet.h"

namespace diemcau::program {
namespace {

constexpr auto text =
    "( appsrc name=video is-live=true format=time max-bytes=0 ! h264parse ! "
    "rtph264pay name=pay0 pt=96 config-interval=-1 "
    "appsrc name=audio is-live=true format=time max-bytes=0 ! aacparse ! rtpmp4gpay name=pay1 pt=97 )";

}  // namespace

/// What the server's threads and ours share.
struct RtspOutput::Feed {
  std::mutex mutex;  // guards all below; never held while a pipeline changes its state
  std::function<void(bool)> want_program;
  std::optional<Inlet> inlet;
  const void* media = nullptr;  ///< whose inlet it is
  std::uint64_t bytes = 0;

  /// Who watches first.
  static void configure(GstRTSPMediaFactory*, GstRTSPMedia* media, gpointer data) {
    const auto& feed = *static_cast<std::shared_ptr<Feed>*>(data);
    const Ref<GstElement> element(gst_rtsp_media_get_element(media));
    const auto find = [&](const char* name) {
      return Ref<GstAppSrc>(GST_APP_SRC(gst_bin_get_by_name_recurse_up(GST_BIN(element.get()), name)));
    };
    g_signal_connect_data(media, "unprepared", G_CALLBACK(unprepared), new std::shared_ptr<Feed>(feed),
                          forget, GConnectFlags(0));
    // Of one that could not even be prepared nothing else is heard.
    g_object_weak_ref(
        G_OBJECT(media),
        [](gpointer shared, GObject* gone) {
          release(**static_cast<std::shared_ptr<Feed>*>(shared), gone);
          delete static_cast<std::shared_ptr<Feed>*>(shared);
        },
        new std::shared_ptr<Feed>(feed));
    const std::lock_guard lock(feed->mutex);
    feed->media = media;
    feed->inlet.emplace(find("video"), find("audio"));
    if (feed->want_program) feed->want_program(true);
  }
  static void unprepared(GstRTSPMedia* media, gpointer data) {
    release(**static_cast<std::shared_ptr<Feed>*>(data), media);
  }
  static void release(Feed& feed, const void* media) {
    std::optional<Inlet> last;
    const std::lock_guard lock(feed.mutex);
    if (feed.media != media) return;
    feed.media = nullptr;
    last = std::exchange(feed.inlet, std::nullopt);
    if (feed.want_program) feed.want_program(false);
  }
  static void forget(gpointer data, GClosure*) { delete static_cast<std::shared_ptr<Feed>*>(data); }
};

RtspOutput::RtspOutput(RtspServer& server, std::string path, std::function<void(bool)> want_program)
    : server_(server), path_(std::move(path)), feed_(std::make_shared<Feed>()) {
  feed_->want_program = std::move(want_program);
  const Ref<GstRTSPMediaFactory> factory(gst_rtsp_media_factory_new());
  gst_rtsp_media_factory_set_launch(factory.get(), text);
  gst_rtsp_media_factory_set_shared(factory.get(), TRUE);
  gst_rtsp_media_factory_set_protocols(
      factory.get(), static_cast<GstRTSPLowerTrans>(GST_RTSP_LOWER_TRANS_UDP | GST_RTSP_LOWER_TRANS_TCP));
  g_signal_connect_data(factory.get(), "media-configure", G_CALLBACK(Feed::configure),
                        new std::shared_ptr<Feed>(feed_), Feed::forget, GConnectFlags(0));
  server_.add(path_, factory.get());
}

RtspOutput::~RtspOutput() = default;

void RtspOutput::stop() {
  {
    const std::lock_guard lock(feed_->mutex);
    feed_->want_program = nullptr;
  }
  server_.remove(path_);
}

void RtspOutput::push(stage::Kind kind, GstSample* sample) {
  const std::lock_guard lock(feed_->mutex);
  if (!feed_->inlet) return;
  feed_->inlet->push(kind, sample);
  feed_->bytes += gst_buffer_get_size(gst_sample_get_buffer(sample));
}

media::OutputMeasured RtspOutput::measured() {
  const int watchers = server_.watchers(path_);
  std::uint64_t encoded = 0;
  {
    const std::lock_guard lock(feed_->mutex);
    encoded = std::exchange(feed_->bytes, 0);
  }
  const auto sent = encoded * static_cast<std::uint64_t>(watchers);
  measured_.state = media::OutputState::live;
  measured_.watchers = watchers;
  measured_.bytes += sent;
  measured_.bitrate = static_cast<std::int64_t>(sent * 8);  // asked once a second
  return measured_;
}

}  // namespace diemcau::program
