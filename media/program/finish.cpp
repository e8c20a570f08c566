#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "media/media.h"
#include "media/program/pipeline.h"
#include "media/stage/source.h"

namespace diemcau::media {
namespace {

using namespace std::chrono_literals;
using program::Fault;
using program::Pipeline;
using program::Ref;
using program::SampleRef;
using stage::Kind;

constexpr auto limit = 10min;   // for the last thing: putting the index in front
constexpr auto patience = 30s;  // for a part that gives nothing
constexpr std::array kinds{Kind::video, Kind::audio};

// One track may run far ahead of the other in the last fragment of a killed run: a minute of it is held.
constexpr auto read_text =
    "filesrc name=file ! qtdemux name=demuxer "
    "demuxer.video_0 ! queue name=video_queue max-size-buffers=0 max-size-bytes=0 max-size-time=60000000000 "
    "! "
    "h264parse ! video/x-h264,stream-format=avc,alignment=au ! "
    "appsink name=video sync=false async=false max-buffers=50 "
    "demuxer.audio_0 ! queue name=audio_queue max-size-buffers=0 max-size-bytes=0 max-size-time=60000000000 "
    "! "
    "aacparse ! audio/mpeg,stream-format=raw ! appsink name=audio sync=false async=false max-buffers=50";

constexpr guint64 write_ahead = 32 << 20;  // bytes that the disk may be behind

const char* name_of(Kind kind) { return kind == Kind::video ? "video" : "audio"; }

/// What a streaming thread tells the job's thread.
class Signals {
 public:
  void set_fault(Fault fault) {
    {
      const std::lock_guard lock(mutex_);
      if (!fault_) fault_ = std::move(fault);
    }
    changed_.notify_all();
  }
  void set_tracks_known() {
    {
      const std::lock_guard lock(mutex_);
      tracks_known_ = true;
    }
    changed_.notify_all();
  }
  std::optional<Fault> fault() const {
    const std::lock_guard lock(mutex_);
    return fault_;
  }
  template <class Condition>
  void wait(std::chrono::nanoseconds longest, Condition enough) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, longest, [&] { return fault_.has_value() || tracks_known_ || enough(); });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Fault> fault_;
  bool tracks_known_ = false;
};

/// A recording, finished or of a killed run, read as fast as it is taken.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& file)
      : pipeline_(read_text, [this](Fault fault) { signals_.set_fault(std::move(fault)); }) {
    pipeline_.set("file", "location", file.string());
    g_signal_connect(pipeline_.get("demuxer").get(), "no-more-pads",
                     G_CALLBACK(+[](GstElement*, gpointer signals) {
                       static_cast<Signals*>(signals)->set_tracks_known();
                     }),
                     &signals_);
    start();
    signals_.wait(patience, [] { return false; });
    for (const auto kind : kinds) {
      // Only now is it known what the file holds: from the sink of a track that is not there nothing ever
      // comes.
      const Ref<GstPad> pad(
          gst_element_get_static_pad(pipeline_.get(std::string(name_of(kind)) + "_queue").get(), "sink"));
      if (gst_pad_is_linked(pad.get()) != 0) track(kind).sink = pipeline_.get<GstAppSink>(name_of(kind));
    }
  }

  bool has(Kind kind) { return track(kind).sink != nullptr; }

  /// The earliest sample that is left, of either track; empty at the end of the file, or of what can be read
  /// of it.
  std::pair<Kind, SampleRef> next(const std::stop_token& stop) {
    for (const auto kind : kinds) fill(track(kind), stop);
    auto& video = track(Kind::video).waiting;
    auto& audio = track(Kind::audio).waiting;
    const bool is_video =
        video && (!audio || program::running_time(video.get()) <= program::running_time(audio.get()));
    return is_video ? std::pair(Kind::video, std::move(video)) : std::pair(Kind::audio, std::move(audio));
  }

 private:
  struct Track {
    Ref<GstAppSink> sink;
    SampleRef waiting;
  };
  /// The file is read when all sinks run: one that is full already holds the lock that its own start needs,
  /// and both would wait for ever.
  void start() {
    const auto file = pipeline_.get("file");
    const auto demuxer = pipeline_.get("demuxer");
    for (const auto& element : {file.get(), demuxer.get()}) gst_element_set_locked_state(element, TRUE);
    pipeline_.play();
    // The demuxer pulls, and asks the file for that before it begins.
    for (const auto& element : {file.get(), demuxer.get()}) gst_element_set_state(element, GST_STATE_READY);
    for (const auto& element : {demuxer.get(), file.get()}) {
      gst_element_set_locked_state(element, FALSE);
      gst_element_sync_state_with_parent(element);
    }
  }

  Track& track(Kind kind) { return tracks_.at(kind == Kind::video ? 0 : 1); }

  void fill(Track& track, const std::stop_token& stop) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (track.sink && !track.waiting && !stop.stop_requested()) {
      // Before the look: what came before the fault is taken.
      const bool broken = signals_.fault().has_value() || std::chrono::steady_clock::now() > until;
      track.waiting.reset(gst_app_sink_try_pull_sample(track.sink.get(), 50 * GST_MSECOND));
      if (track.waiting && program::running_time(track.waiting.get()) < 0) track.waiting.reset();
      if (!track.waiting && (broken || gst_app_sink_is_eos(track.sink.get()) != 0)) track.sink.reset();
    }
  }

  Signals signals_;
  std::array<Track, 2> tracks_;
  Pipeline pipeline_;
};

/// The film: one index in front, no re-encoding.
class Writer {
 public:
  Writer(const std::filesystem::path& file, bool video, bool audio)
      : pipeline_(text(video, audio), [this](Fault fault) { signals_.set_fault(std::move(fault)); }) {
    if (video) sources_[0] = pipeline_.get<GstAppSrc>("video");
    if (audio) sources_[1] = pipeline_.get<GstAppSrc>("audio");
    pipeline_.set("file", "location", file.string());
    pipeline_.play();
  }

  void write(Kind kind, GstSample* sample, GstClockTime at, const std::stop_token& stop) {
    GstAppSrc* const source = sources_.at(kind == Kind::video ? 0 : 1).get();
    GstAppSrc* const other = sources_.at(kind == Kind::video ? 1 : 0).get();
    program::push_at(source, sample, at);
    // The muxer holds one track back while it has nothing of the other: then only more of that helps.
    const auto written = [&] {
      return gst_app_src_get_current_level_bytes(source) < write_ahead ||
             (other != nullptr && gst_app_src_get_current_level_bytes(other) == 0);
    };
    while (!written() && !signals_.fault() && !stop.stop_requested()) signals_.wait(20ms, written);
    check(stop);
  }

  void finish(const std::stop_token& stop) {
    for (const auto& source : sources_)
      if (source) gst_app_src_end_of_stream(source.get());
    const auto until = std::chrono::steady_clock::now() + limit;
    while (!signals_.fault() && !stop.stop_requested()) {
      if (std::chrono::steady_clock::now() > until) throw std::runtime_error("no end within ten minutes");
      signals_.wait(100ms, [] { return false; });
    }
    check(stop);
  }

 private:
  static std::string text(bool video, bool audio) {
    std::string all = "mp4mux name=muxer faststart=true ! filesink name=file ";
    for (const auto kind : kinds)
      if (kind == Kind::video ? video : audio)
        all += std::string("appsrc name=") + name_of(kind) + " format=time max-bytes=0 ! muxer." +
               name_of(kind) + "_0 ";
    return all;
  }
  void check(const std::stop_token& stop) const {
    if (stop.stop_requested()) throw std::runtime_error("the program stops");
    if (const auto fault = signals_.fault(); fault && !fault->end_of_stream)
      throw std::runtime_error(fault->text);
  }

  Signals signals_;
  Pipeline pipeline_;
  std::array<Ref<GstAppSrc>, 2> sources_;
};

std::chrono::milliseconds milliseconds(GstClockTime time) {
  return std::chrono::milliseconds(time / GST_MSECOND);
}

/// Appends what can be read of a part; the time at which it ends.
GstClockTime append(const std::filesystem::path& part, GstClockTime begin, Writer& writer,
                    const std::stop_token& stop) {
  Reader reader(part);
  auto end = begin;
  for (;;) {
    const auto [kind, sample] = reader.next(stop);
    if (!sample) return end;
    const auto at = begin + static_cast<GstClockTime>(program::running_time(sample.get()));
    const auto length = GST_BUFFER_DURATION(gst_sample_get_buffer(sample.get()));
    end = std::max(end, at + (GST_CLOCK_TIME_IS_VALID(length) ? length : 40 * GST_MSECOND));
    writer.write(kind, sample.get(), at, stop);
  }
}

void sync_path(const std::filesystem::path& path, int flags) {
  const int fd = open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), path.string());
  const int failed = fsync(fd);
  close(fd);
  if (failed != 0) throw std::system_error(errno, std::generic_category(), path.string());
}

}  // namespace

std::vector<FilmPart> finish_recording(const std::vector<std::filesystem::path>& parts,
                                       const std::filesystem::path& to, std::stop_token stop) {
  const auto unfinished = std::filesystem::path(to).concat(".part");
  try {
    bool video = false;
    bool audio = false;
    for (const auto& part : parts) {
      Reader reader(part);
      video = video || reader.has(Kind::video);
      audio = audio || reader.has(Kind::audio);
      if (video && audio) break;
    }
    if (!video && !audio) throw std::runtime_error("neither picture nor sound in it");
    std::vector<FilmPart> film;
    {
      Writer writer(unfinished, video, audio);
      GstClockTime begin = 0;
      for (const auto& part : parts) {
        const auto end = append(part, begin, writer, stop);
        film.push_back({milliseconds(begin), milliseconds(end - begin)});
        begin = end;
      }
      // The muxer makes a film of no length of a part that was cut off right behind its head.
      if (begin == 0) throw std::runtime_error("neither picture nor sound in it");
      writer.finish(stop);
    }
    sync_path(unfinished, O_RDONLY);
    std::filesystem::rename(unfinished, to);
    sync_path(to.parent_path(), O_RDONLY | O_DIRECTORY);
    return film;
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(unfinished, ignored);
    throw;
  }
}

}  // namespace diemcau::media
