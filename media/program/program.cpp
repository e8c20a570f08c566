#include "media/program/program.h"

#include <algorithm>
#include <set>
#include <utility>

#include <gst/video/video.h>

#include "media/program/feed.h"
#include "media/program/graph.h"
#include "media/program/layout.h"
#include "media/program/place.h"

namespace diemcau::program {
namespace {

constexpr int keep_aspect_ratio = 1;

}  // namespace

Program::Program(Wishes wishes)
    : wishes_(std::move(wishes)),
      feed_(std::make_shared<Feed>(wishes_.changed)),
      take_picture_([this](GstSample* sample) { wishes_.encoded(stage::Kind::video, sample); }),
      take_sound_([this](GstSample* sample) { wishes_.encoded(stage::Kind::audio, sample); }),
      take_fed_([this](GstSample* sample) { wishes_.fed(sample); }),
      pipeline_(graph(inputs, Pace::live), wishes_.fault),
      picture_out_(pipeline_.get<GstAppSink>("picture")),
      fed_out_(pipeline_.get<GstAppSink>("fed_packets")) {
  let_leave_out(pipeline_.get("fed_encoder").get());
  captions_.emplace(pipeline_.get("captions").get());
  const auto compositor = pipeline_.get("c");
  keep_time(compositor.get());
  keep_place(pipeline_.get("m").get());
  leave_out_priming(pipeline_.get("aac").get());
  for (std::size_t i = 0; i < inputs; ++i) {
    auto& input = inputs_.at(i);
    const auto n = std::to_string(i);
    input.picture = pipeline_.get<GstAppSrc>("v" + n);
    input.sound = pipeline_.get<GstAppSrc>("a" + n);
    input.pad.reset(gst_element_get_static_pad(compositor.get(), ("sink_" + n).c_str()));
    g_object_set(input.pad.get(), "alpha", 0.0, "sizing-policy", keep_aspect_ratio, nullptr);
  }
  // The segment begins at 0: a time in it is a running time.
  const auto look = +[](GstAggregator* of, GstSegment*, guint64 at, guint64, guint64, GstStructure*,
                        gpointer self) { static_cast<Program*>(self)->begin_picture(of, at); };
  g_signal_connect(compositor.get(), "samples-selected", G_CALLBACK(look), this);
  take_samples(picture_out_.get(), &take_picture_);
  take_samples(pipeline_.get<GstAppSink>("sound").get(), &take_sound_);
  take_samples(fed_out_.get(), &take_fed_);
  pipeline_.use_base_time(gst_clock_get_time(system_clock().get()));
  pipeline_.play();
}

Program::~Program() {
  feed_->close();
  for (auto& input : inputs_) input.tap.reset();
}

std::shared_ptr<stage::Sink> Program::sink() const { return feed_; }

void Program::update() {
  const auto now = Clock::now();
  if (auto scene = feed_->scene(); scene != next_) {
    next_ = std::move(scene);
    patience_ends_ = now + wishes_.patience;
  }
  auto wanted = feed_->voices();
  const auto want = [&wanted](const Scene& scene) {
    for (const auto& cell : scene.cells)
      if (cell.source) wanted.insert(*cell.source);
  };
  want(next_);
  const auto free = std::count_if(inputs_.begin(), inputs_.end(), [&](const Input& input) {
    return !input.source || (!input.place && !wanted.contains(*input.source));
  });
  const auto missing = std::count_if(wanted.begin(), wanted.end(),
                                     [this](SourceId source) { return input_of(source) == nullptr; });
  // What is on stage stays until the next scene is there, if there is room for both.
  if (missing <= free) {
    want(shown_);
  } else {
    patience_ends_ = now;
  }
  for (auto& input : inputs_) {
    if (!input.source) continue;
    if (!wanted.contains(*input.source)) {
      let_go(input);
    } else {
      if (!feed_->connected(*input.source)) connect(input);
      wanted.erase(*input.source);
    }
  }
  pass_on_looks();  // before another takes an input of theirs
  feed_->hold_only(wanted);
  for (const auto source : wanted) {
    const auto free_input =
        std::find_if(inputs_.begin(), inputs_.end(), [](const Input& input) { return !input.source; });
    if (free_input == inputs_.end()) break;  // more voices than inputs: the stage passes on three
    take_in(*free_input, source);
  }
  if (may_cut(now)) cut();
  pass_on_looks();
}

Program::Input* Program::input_of(SourceId source) {
  const auto found = std::find_if(inputs_.begin(), inputs_.end(),
                                  [&](const Input& input) { return input.source == source; });
  return found == inputs_.end() ? nullptr : &*found;
}

void Program::take_in(Input& input, SourceId source) {
  input.source = source;
  input.turn = ++turns_;
  connect(input);
}

/// To what the source sends now: another connection is another stream.
void Program::connect(Input& input) {
  feed_->disconnect(*input.source);
  input.tap.reset();
  input.connected_at = Clock::now();
  input.tap = std::make_unique<Tap>(
      pipeline_.base_time(), feed_->picture_codec(*input.source), Tap::Form::raw,
      [&input, turn = input.turn](stage::Kind kind, GstSample* sample, GstClockTime at) {
        if (kind == stage::Kind::video)
          push_at(input.picture.get(), sample, at + half_picture, turn);
        else
          push_at(input.sound.get(), sample, at, turn);
      },
      [this, source = *input.source] { wishes_.keyframe(source); });
  feed_->connect(*input.source, input.tap.get());
  wishes_.keyframe(*input.source);
}

void Program::let_go(Input& input) {
  input.look.alpha = 0;
  feed_->disconnect(*input.source);
  input.tap.reset();
  input.source.reset();
  input.place.reset();
  input.slate.reset();
}

/// Make before break: a hall that is put on stage needs a moment until it can be seen, and so does its slate.
bool Program::may_cut(Clock::time_point now) {
  bool all_there = true;
  const auto cells = cells_on(next_.layout, canvas::width, canvas::height);
  for (std::size_t i = 0; i < next_.cells.size() && i < cells.size(); ++i) {
    const auto& cell = next_.cells[i];
    auto* const input = cell.source ? input_of(*cell.source) : nullptr;
    if (input == nullptr || input->filled()) continue;
    all_there = false;
    if (now >= patience_ends_) put_slate(*input, {cell.label, cells[i]});
  }
  return all_there;
}

/// The compositor's thread, before each picture. What was pushed into an input is in it only from here on: to
/// show the input any earlier would show black, or who had it before. And only here can all of a cut be done
/// between two pictures.
void Program::begin_picture(GstAggregator* compositor, GstClockTime running_time) {
  bool is_new = false;
  bool is_cut = false;
  for (auto& input : inputs_) {
    const SampleRef next(gst_aggregator_peek_next_sample(compositor, GST_AGGREGATOR_PAD(input.pad.get())));
    if (!next) continue;
    const auto turn = GST_BUFFER_OFFSET(gst_sample_get_buffer(next.get()));
    if (input.mixed.exchange(turn) != turn) is_new = true;
  }
  {
    const std::lock_guard lock(looks_mutex_);
    is_cut = std::exchange(cut_passed_, false);
    for (std::size_t i = 0; i < inputs; ++i) {
      if (composed_.at(i) == looks_.at(i)) continue;
      const auto& look = composed_.at(i) = looks_.at(i);
      g_object_set(inputs_.at(i).pad.get(), "alpha", look.alpha, "xpos", look.cell.x, "ypos", look.cell.y,
                   "width", look.cell.width, "height", look.cell.height, "zorder", look.depth, nullptr);
    }
  }
  if (is_cut) wishes_.cut(running_time);
  if (is_new) wishes_.changed();
}

void Program::pass_on_looks() {
  const std::lock_guard lock(looks_mutex_);
  for (std::size_t i = 0; i < inputs; ++i) looks_.at(i) = inputs_.at(i).look;
  cut_passed_ = cut_passed_ || std::exchange(cut_made_, false);
}

void Program::put_slate(Input& input, const Caption& place) {
  if (input.slate == place) return;
  input.slate = place;
  push_at(input.picture.get(), make_slate(place.name, place.cell.width, place.cell.height).get(),
          pipeline_.now(), input.turn);
}

void Program::cut() {
  const bool another = shown_ != next_;
  shown_ = next_;
  cut_made_ = cut_made_ || another;
  const auto cells = cells_on(shown_.layout, canvas::width, canvas::height);
  for (auto& input : inputs_)
    if (input.source) place(input, cells);
  caption();
  if (another && wishes_.changed) wishes_.changed();  // what was on stage can go now
}

void Program::place(Input& input, const std::vector<Rectangle>& cells) {
  input.place.reset();
  for (std::size_t i = 0; i < shown_.cells.size() && i < cells.size(); ++i) {
    if (shown_.cells[i].source != input.source) continue;
    const auto& at = cells[i];
    input.look.cell = at;
    input.look.depth = static_cast<unsigned>(i);
    input.place = {shown_.cells[i].label, at};
  }
  show(input, Clock::now());
}

void Program::show(Input& input, Clock::time_point now) {
  // The compositor repeats the last picture of an input for ever: whether it is still one is our decision.
  if (input.tap->picture_age() < stale) {
    input.slate.reset();
  } else if (input.place && now - input.connected_at > wishes_.patience) {
    put_slate(input, *input.place);
  }
  input.look.alpha = input.place && input.filled() ? 1 : 0;
}

void Program::tick() {
  const auto now = Clock::now();
  if (shown_ != next_ && may_cut(now)) cut();
  for (auto& input : inputs_)
    if (input.source) show(input, now);
  caption();
  pass_on_looks();
}

/// A slate says the name already.
void Program::caption() {
  std::vector<Caption> captions;
  for (const auto& input : inputs_)
    if (input.place && input.filled() && !input.slate) captions.push_back(*input.place);
  captions_->show(captions);
}

namespace {
void force_keyframe(GstAppSink* of) {
  const Ref<GstPad> pad(gst_element_get_static_pad(GST_ELEMENT(of), "sink"));
  gst_pad_push_event(pad.get(), gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
}
}  // namespace

void Program::request_keyframe() { force_keyframe(picture_out_.get()); }
void Program::request_fed_keyframe() { force_keyframe(fed_out_.get()); }

void Program::set_recorded(bool recorded) {
  pipeline_.set("recorded", "drop", !recorded);
  if (recorded) request_keyframe();
}

void Program::set_fed(bool fed) {
  pipeline_.set("fed", "drop", !fed);
  if (fed) request_fed_keyframe();
}

std::chrono::milliseconds Program::directed_ago(GstClockTime running_time) const {
  const std::chrono::nanoseconds ago(static_cast<std::int64_t>(pipeline_.now() - running_time));
  return std::chrono::duration_cast<std::chrono::milliseconds>(ago - mixing_delay);
}

}  // namespace diemcau::program
