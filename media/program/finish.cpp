#include <atomic>
#include <chrono>
#include <future>
#include <stdexcept>
#include <stop_token>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "media/media.h"
#include "media/program/pipeline.h"

namespace diemcau::media {
namespace {

// No re-encoding: the same picture and sound with one index in front. The queues have no limits because one
// track may run far ahead of the other in the last fragment of a killed run.
constexpr auto text =
    "filesrc name=from ! qtdemux name=d "
    "d.video_0 ! queue name=picture max-size-buffers=0 max-size-bytes=0 max-size-time=0 ! h264parse "
    "name=picture_parser "
    "mp4mux name=m faststart=true ! filesink name=to "
    "d.audio_0 ! queue name=sound max-size-buffers=0 max-size-bytes=0 max-size-time=0 ! aacparse "
    "name=sound_parser ";

constexpr auto limit = std::chrono::minutes(10);

/// Only now is it known what the file holds: the muxer would wait for ever for the first sample of a track
/// that is not there, and a pad once requested leaves an empty track behind.
void link_tracks(GstElement* demuxer, gpointer) {
  const program::Ref<GstObject> pipeline(gst_element_get_parent(demuxer));
  const auto find = [&](const char* name) {
    return program::Ref<GstElement>(gst_bin_get_by_name(GST_BIN(pipeline.get()), name));
  };
  const auto muxer = find("m");
  for (const auto& [queue, parser] :
       {std::pair("picture", "picture_parser"), std::pair("sound", "sound_parser")}) {
    const program::Ref<GstPad> pad(gst_element_get_static_pad(find(queue).get(), "sink"));
    if (gst_pad_is_linked(pad.get()) != 0) gst_element_link(find(parser).get(), muxer.get());
  }
}

GstPadProbeReturn count_sample(GstPad*, GstPadProbeInfo*, gpointer samples) {
  ++*static_cast<std::atomic<int>*>(samples);
  return GST_PAD_PROBE_OK;
}

void sync_path(const std::filesystem::path& path, int flags) {
  const int fd = open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), path.string());
  const int failed = fsync(fd);
  close(fd);
  if (failed != 0) throw std::system_error(errno, std::generic_category(), path.string());
}

}  // namespace

void finish_recording(const std::filesystem::path& from, const std::filesystem::path& to,
                      std::stop_token stop) {
  const auto part = std::filesystem::path(to).concat(".part");
  try {
    std::promise<program::Fault> over;
    std::atomic<bool> told{false};
    std::atomic<int> samples{0};
    const auto tell = [&](program::Fault fault) {
      if (!told.exchange(true)) over.set_value(std::move(fault));
    };
    {
      const std::stop_callback on_stop(stop, [&] { tell({"the program stops", false, false}); });
      program::Pipeline pipeline(text, tell);
      g_signal_connect(pipeline.get("d").get(), "no-more-pads", G_CALLBACK(link_tracks), nullptr);
      for (const auto* name : {"picture", "sound"}) {
        const program::Ref<GstPad> pad(gst_element_get_static_pad(pipeline.get(name).get(), "sink"));
        gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, count_sample, &samples, nullptr);
      }
      pipeline.set("from", "location", from.string());
      pipeline.set("to", "location", part.string());
      pipeline.play();
      auto result = over.get_future();
      if (result.wait_for(limit) != std::future_status::ready)
        throw std::runtime_error("no end within ten minutes");
      if (const auto fault = result.get(); !fault.end_of_stream) throw std::runtime_error(fault.text);
    }
    // The muxer makes a film of no length of a part that was cut off right behind its head.
    if (samples == 0) throw std::runtime_error("neither picture nor sound in it");
    sync_path(part, O_RDONLY);
    std::filesystem::rename(part, to);
    sync_path(to.parent_path(), O_RDONLY | O_DIRECTORY);
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(part, ignored);
    throw;
  }
}

}  // namespace diemcau::media
