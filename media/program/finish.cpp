#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <utility>

#include "media/media.h"
#include "media/program/film_writer.h"
#include "media/program/graph.h"
#include "media/program/pipeline.h"
#include "media/program/signals.h"
#include "media/stage/source.h"

namespace diemcau::media {
namespace {

using namespace std::chrono_literals;
using program::Fault;
using program::FilmWriter;
using program::Pipeline;
using program::Ref;
using program::SampleRef;
using program::Signals;
using stage::Kind;

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

const char* name_of(Kind kind) { return kind == Kind::video ? "video" : "audio"; }

/// A recording, finished or of a killed run, read as fast as it is taken.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& file, std::chrono::milliseconds from = 0ms)
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
    if (from > 0ms) seek(from);
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

  void seek(std::chrono::milliseconds to) {
    if (gst_element_seek_simple(pipeline_.get("demuxer").get(), GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
                                std::chrono::nanoseconds(to).count()) == 0)
      for (const auto kind : kinds) track(kind).sink.reset();  // nothing can be read from there
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

std::chrono::milliseconds milliseconds(GstClockTime time) {
  return std::chrono::milliseconds(time / GST_MSECOND);
}

bool is_keyframe(Kind kind, GstSample* sample) {
  return kind == Kind::video &&
         GST_BUFFER_FLAG_IS_SET(gst_sample_get_buffer(sample), GST_BUFFER_FLAG_DELTA_UNIT) == 0;
}

/// Appends what can be read of a stretch; the time at which it ends.
GstClockTime append(const FilmCut& cut, GstClockTime begin, FilmWriter& writer, const std::stop_token& stop) {
  // A fragment begins with any picture: of those before its first keyframe nothing could be seen. So far back
  // that there is one, and, if they come as seldom as they may, no more.
  constexpr auto back = program::keyframes_apart - 1000ms / program::canvas::pictures_per_second;
  const bool from_its_start = cut.from <= back;
  Reader reader(cut.file, from_its_start ? 0ms : cut.from - back);
  const bool to_its_end = cut.until == std::chrono::milliseconds::max();
  const auto last = static_cast<GstClockTime>(to_its_end ? 0 : std::chrono::nanoseconds(cut.until).count());
  auto first = from_its_start || !reader.has(Kind::video) ? std::optional<GstClockTime>(0) : std::nullopt;
  auto end = begin;
  for (;;) {
    const auto [kind, sample] = reader.next(stop);
    if (!sample) return end;
    auto* const buffer = gst_sample_get_buffer(sample.get());
    const auto time = static_cast<GstClockTime>(program::running_time(sample.get()));
    if (!first && !is_keyframe(kind, sample.get())) continue;
    if (!first) first = time;
    if (!to_its_end && GST_BUFFER_PTS(buffer) > last) return end;
    const auto at = begin + time - *first;
    const auto length = GST_BUFFER_DURATION(buffer);
    end = std::max(end, at + (GST_CLOCK_TIME_IS_VALID(length) ? length : 40 * GST_MSECOND));
    writer.write(kind, sample.get(), at, stop);
  }
}

}  // namespace

std::vector<FilmPart> cut_recordings(const std::vector<FilmCut>& cuts, const std::filesystem::path& to,
                                     std::stop_token stop) {
  bool video = false;
  bool audio = false;
  for (const auto& cut : cuts) {
    Reader reader(cut.file);
    video = video || reader.has(Kind::video);
    audio = audio || reader.has(Kind::audio);
    if (video && audio) break;
  }
  if (!video && !audio) throw std::runtime_error("neither picture nor sound in it");
  std::vector<FilmPart> film;
  program::write_whole(to, [&](const std::filesystem::path& unfinished) {
    FilmWriter writer(unfinished, video, audio);
    GstClockTime begin = 0;
    for (const auto& cut : cuts) {
      const auto end = append(cut, begin, writer, stop);
      film.push_back({milliseconds(begin), milliseconds(end - begin)});
      begin = end;
    }
    // The muxer makes a film of no length of a part that was cut off right behind its head.
    if (begin == 0) throw std::runtime_error("neither picture nor sound in it");
    writer.finish(stop);
  });
  return film;
}

std::vector<FilmPart> finish_recording(const std::vector<std::filesystem::path>& parts,
                                       const std::filesystem::path& to, std::stop_token stop) {
  std::vector<FilmCut> whole;
  for (const auto& part : parts) whole.push_back({part, 0ms, std::chrono::milliseconds::max()});
  return cut_recordings(whole, to, std::move(stop));
}

}  // namespace diemcau::media
