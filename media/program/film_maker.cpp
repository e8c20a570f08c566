#include "media/program/film_maker.h"

#include <stdexcept>
#include <utility>

namespace diemcau::program {
namespace {

using namespace std::chrono_literals;
using stage::Kind;

// So many moments may be on their way through the pipeline.
constexpr std::uint64_t most_under_way = 10;
constexpr int keep_aspect_ratio = 1;

GstPadProbeReturn tell(GstPad*, GstPadProbeInfo*, gpointer passed) {
  (*static_cast<const std::function<void()>*>(passed))();
  return GST_PAD_PROBE_OK;
}

}  // namespace

FilmMaker::FilmMaker(FilmWriter& writer, std::stop_token stop)
    : writer_(writer),
      stop_(std::move(stop)),
      passed_([this] { pass(); }),
      take_picture_([this](GstSample* sample) { take(Kind::video, sample); }),
      take_sound_([this](GstSample* sample) { take(Kind::audio, sample); }),
      pipeline_(graph(inputs, Pace::as_it_can),
                [this](Fault fault) { signals_.set_fault(std::move(fault)); }) {
  start_gstreamer();
  sound_caps_.reset(
      gst_caps_from_string("audio/x-raw,format=S16LE,rate=48000,channels=2,layout=interleaved"));
  nothing_ = make_slate("", 16, 16);
  const auto overlay = pipeline_.get("captions");
  captions_.emplace(overlay.get());
  const Ref<GstPad> composed(gst_element_get_static_pad(overlay.get(), "src"));
  gst_pad_add_probe(composed.get(), GST_PAD_PROBE_TYPE_BUFFER, tell, &passed_, nullptr);
  const auto compositor = pipeline_.get("c");
  keep_time(compositor.get());
  leave_out_priming(pipeline_.get("aac").get());
  for (std::size_t i = 0; i < inputs; ++i) {
    auto& input = inputs_.at(i);
    const auto n = std::to_string(i);
    input.picture = pipeline_.get<GstAppSrc>("v" + n);
    input.sound = pipeline_.get<GstAppSrc>("a" + n);
    input.pad.reset(gst_element_get_static_pad(compositor.get(), ("sink_" + n).c_str()));
    g_object_set(input.pad.get(), "alpha", 0.0, "sizing-policy", keep_aspect_ratio, "zorder",
                 static_cast<guint>(i), nullptr);
  }
  take_samples(pipeline_.get<GstAppSink>("picture").get(), &take_picture_);
  take_samples(pipeline_.get<GstAppSink>("sound").get(), &take_sound_);
  pipeline_.play();
}

FilmMaker::~FilmMaker() = default;

void FilmMaker::take(Kind kind, GstSample* sample) {
  try {
    if (const auto at = running_time(sample); at >= 0)
      writer_.write(kind, sample, static_cast<GstClockTime>(at), stop_);
  } catch (...) {
    {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
    }
    signals_.set_fault({"the film cannot be written", false, false});
  }
}

void FilmMaker::check() {
  if (stop_.stop_requested()) throw std::runtime_error("stopped");
  const auto fault = signals_.fault();
  if (!fault || fault->end_of_stream) return;
  const std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
  throw std::runtime_error(fault->text);
}

void FilmMaker::wait_until_composed(std::uint64_t count) {
  const auto done = [&] { return composed_ >= count; };
  while (!done()) {
    signals_.wait(100ms, done);
    check();
  }
}

void FilmMaker::add(const std::vector<Shown>& pictures, const std::vector<Caption>& captions,
                    const std::vector<std::vector<std::int16_t>>& voices) {
  check();
  arrange(pictures, captions);
  if (moments_ > most_under_way) wait_until_composed(moments_ - most_under_way);
  const auto at = moments_ * moment;
  for (std::size_t i = 0; i < inputs; ++i) {
    const auto& input = inputs_.at(i);
    auto* const shown = i < pictures.size() ? pictures[i].picture : nullptr;
    auto* const sample = shown != nullptr ? shown : nothing_.get();
    GstBuffer* const picture = gst_buffer_copy(gst_sample_get_buffer(sample));
    GST_BUFFER_DURATION(picture) = moment;
    push_buffer(input.picture.get(), picture, gst_sample_get_caps(sample), at);
    static const std::vector<std::int16_t> silence(samples_per_moment);
    const auto& voice = i < voices.size() ? voices[i] : silence;
    GstBuffer* const sound = gst_buffer_new_memdup(voice.data(), voice.size() * sizeof(std::int16_t));
    GST_BUFFER_DURATION(sound) = moment;
    if (i >= voices.size()) GST_BUFFER_FLAG_SET(sound, GST_BUFFER_FLAG_GAP);
    push_buffer(input.sound.get(), sound, sound_caps_.get(), at);
  }
  ++moments_;
}

/// Places and names hold for the picture that passes when they are set: they are set when the one before has
/// passed. Nobody can wait for that here: the compositor may hold a picture back until the next one comes (it
/// does when an input changes its size).
void FilmMaker::arrange(const std::vector<Shown>& pictures, const std::vector<Caption>& captions) {
  Arrangement arrangement;
  arrangement.captions = captions;
  for (std::size_t i = 0; i < inputs && i < pictures.size(); ++i)
    if (pictures[i].picture != nullptr) arrangement.cells.at(i) = pictures[i].cell;
  if (arrangement == arranged_) return;
  arranged_ = arrangement;
  const std::lock_guard lock(mutex_);
  if (composed_ == moments_) {
    apply(arrangement);
  } else {
    following_.emplace(moments_, std::move(arrangement));
  }
}

void FilmMaker::apply(const Arrangement& arrangement) {
  for (std::size_t i = 0; i < inputs; ++i) {
    const auto& input = inputs_.at(i);
    const auto& cell = arrangement.cells.at(i);
    g_object_set(input.pad.get(), "alpha", cell ? 1.0 : 0.0, nullptr);
    if (cell)
      g_object_set(input.pad.get(), "xpos", cell->x, "ypos", cell->y, "width", cell->width, "height",
                   cell->height, nullptr);
  }
  captions_->show(arrangement.captions);
}

/// A picture has left the compositor; the next is not yet begun.
void FilmMaker::pass() {
  {
    const std::lock_guard lock(mutex_);
    const auto next = following_.extract(++composed_);
    if (!next.empty()) apply(next.mapped());
  }
  signals_.tell();
}

void FilmMaker::finish() {
  for (const auto& input : inputs_) {
    gst_app_src_end_of_stream(input.picture.get());
    gst_app_src_end_of_stream(input.sound.get());
  }
  while (!signals_.fault()) {
    signals_.wait(100ms, [] { return false; });
    check();
  }
  check();
}

}  // namespace diemcau::program
