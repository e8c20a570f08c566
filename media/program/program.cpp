#include "media/program/program.h"

#include <algorithm>
#include <set>
#include <utility>

#include <gst/video/video.h>

#include "media/program/feed.h"
#include "media/program/graph.h"
#include "media/program/layout.h"

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
  captions_.emplace(pipeline_.get("captions").get());
  const auto compositor = pipeline_.get("c");
  for (std::size_t i = 0; i < inputs; ++i) {
    auto& input = inputs_.at(i);
    const auto n = std::to_string(i);
    input.picture = pipeline_.get<GstAppSrc>("v" + n);
    input.sound = pipeline_.get<GstAppSrc>("a" + n);
    input.pad.reset(gst_element_get_static_pad(compositor.get(), ("sink_" + n).c_str()));
    g_object_set(input.pad.get(), "alpha", 0.0, "sizing-policy", keep_aspect_ratio, nullptr);
  }
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
    patience_ = now + patience;
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
    patience_ = now;
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
  feed_->hold_only(wanted);
  for (const auto source : wanted) {
    const auto free_input =
        std::find_if(inputs_.begin(), inputs_.end(), [](const Input& input) { return !input.source; });
    if (free_input == inputs_.end()) break;  // more voices than inputs: the stage passes on three
    take_in(*free_input, source);
  }
  if (may_cut(now)) cut();
}

Program::Input* Program::input_of(SourceId source) {
  const auto found = std::find_if(inputs_.begin(), inputs_.end(),
                                  [&](const Input& input) { return input.source == source; });
  return found == inputs_.end() ? nullptr : &*found;
}

void Program::take_in(Input& input, SourceId source) {
  input.source = source;
  connect(input);
}

/// To what the source sends now: another connection is another stream.
void Program::connect(Input& input) {
  feed_->disconnect(*input.source);
  input.tap.reset();
  input.awaited = true;
  input.connected_at = Clock::now();
  input.tap = std::make_unique<Tap>(
      pipeline_.base_time(), feed_->picture_codec(*input.source), Tap::Form::raw,
      [this, &input](stage::Kind kind, GstSample* sample, GstClockTime at) {
        push_at(kind == stage::Kind::video ? input.picture.get() : input.sound.get(), sample, at);
        if (kind == stage::Kind::video && input.awaited.exchange(false)) wishes_.changed();
      },
      [this, source = *input.source] { wishes_.keyframe(source); });
  feed_->connect(*input.source, input.tap.get());
  wishes_.keyframe(*input.source);
}

void Program::let_go(Input& input) {
  g_object_set(input.pad.get(), "alpha", 0.0, nullptr);
  feed_->disconnect(*input.source);
  input.tap.reset();
  input.source.reset();
  input.place.reset();
  input.slate.reset();
  input.filled = false;
}

/// Make before break: a hall that is put on stage needs a moment until it can be seen.
bool Program::may_cut(Clock::time_point now) {
  return now >= patience_ || std::all_of(next_.cells.begin(), next_.cells.end(), [this](const auto& cell) {
           const auto* const input = cell.source ? input_of(*cell.source) : nullptr;
           return input == nullptr || input->filled || !input->awaited;
         });
}

void Program::cut() {
  const bool another = shown_ != next_;
  shown_ = next_;
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
    g_object_set(input.pad.get(), "xpos", at.x, "ypos", at.y, "width", at.width, "height", at.height,
                 "zorder", static_cast<guint>(i), nullptr);
    input.place = {shown_.cells[i].label, at};
  }
  show(input, Clock::now());
}

void Program::show(Input& input, Clock::time_point now) {
  // The compositor repeats the last picture of an input for ever: whether it is still one is our decision.
  if (input.tap->picture_age() < stale) {
    input.slate.reset();
    input.filled = true;
  } else if (input.place && input.slate != input.place && now - input.connected_at > patience) {
    input.slate = input.place;
    input.filled = true;
    push_at(input.picture.get(),
            make_slate(input.place->name, input.place->cell.width, input.place->cell.height).get(),
            pipeline_.now());
  }
  g_object_set(input.pad.get(), "alpha", input.place && input.filled ? 1.0 : 0.0, nullptr);
}

void Program::tick() {
  const auto now = Clock::now();
  if (shown_ != next_ && may_cut(now)) cut();
  for (auto& input : inputs_)
    if (input.source) show(input, now);
  caption();
}

/// A slate says the name already.
void Program::caption() {
  std::vector<Caption> captions;
  for (const auto& input : inputs_)
    if (input.place && input.filled && !input.slate) captions.push_back(*input.place);
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
