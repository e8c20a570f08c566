#include "media/program/program.h"

#include <algorithm>
#include <initializer_list>
#include <set>
#include <utility>

#include <gst/video/video.h>

#include "media/program/layout.h"

namespace diemcau::program {
namespace {

using namespace std::chrono_literals;

constexpr int width = 1280;
constexpr int height = 720;
constexpr auto stale = 3s;    // a source without a picture for so long is no longer shown
constexpr auto silent = 10s;  // nor a voice kept that is not on stage
constexpr int keep_aspect_ratio = 1;

// Several voices at once are more than full scale: summed in floating point, then limited softly (nothing
// happens below half of full scale), with room for the 13 % by which AAC overshoots.
// An encoder that gets no processor for more than a second loses pictures: it must not fall behind the sound.
// min-upstream-latency covers the taps' jitter buffer (80 ms) and decoding; without it each source that joins
// would renegotiate the latency of the whole program.
std::string text(std::size_t count) {
  std::string all =
      "compositor name=c emit-signals=true background=black force-live=true ignore-inactive-pads=true "
      "min-upstream-latency=200000000 "
      "max-threads=1 ! video/x-raw,format=I420,width=1280,height=720,framerate=25/1 ! "
      "overlaycomposition name=captions ! tee name=t "
      "t. ! valve name=recorded drop=true ! "
      "queue leaky=downstream max-size-buffers=25 max-size-bytes=0 max-size-time=0 ! "
      "x264enc tune=zerolatency speed-preset=superfast bitrate=2000 key-int-max=50 threads=1 ! "
      "video/x-h264,profile=main ! "
      "h264parse config-interval=-1 ! video/x-h264,stream-format=avc,alignment=au ! "
      "appsink name=picture sync=false async=false "
      "t. ! valve name=fed drop=true ! queue leaky=downstream max-size-buffers=5 max-size-bytes=0 "
      "max-size-time=0 ! videorate drop-only=true ! video/x-raw,framerate=15/1 ! videoscale ! "
      "video/x-raw,width=640,height=360 ! "
      "vp8enc name=fed_encoder deadline=1 cpu-used=8 threads=1 target-bitrate=280000 end-usage=cbr "
      "buffer-size=500 "
      "buffer-initial-size=300 buffer-optimal-size=400 max-intra-bitrate=300 keyframe-max-dist=300 "
      "lag-in-frames=0 error-resilient=default noise-sensitivity=1 ! "
      "rtpvp8pay pt=96 mtu=1100 picture-id-mode=15-bit ! appsink name=fed_packets sync=false async=false "
      "audiomixer name=m force-live=true ignore-inactive-pads=true min-upstream-latency=200000000 "
      "output-buffer-duration=20000000 ! audio/x-raw,format=F32LE,rate=48000,channels=2,layout=interleaved ! "
      "queue ! rglimiter ! volume volume=0.85 ! audioconvert ! avenc_aac bitrate=96000 ! aacparse ! appsink "
      "name=sound sync=false "
      "async=false ";
  for (std::size_t i = 0; i < count; ++i) {
    const auto n = std::to_string(i);
    all += "appsrc name=v" + n + " is-live=true format=time max-buffers=3 leaky-type=downstream ! c.sink_" +
           n + " appsrc name=a" + n +
           " is-live=true format=time max-time=500000000 max-bytes=0 leaky-type=downstream ! m.sink_" + n +
           " ";
  }
  return all;
}

/// GLib has no other value for a list of integers that vp8enc takes, and no text for one.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
void set_list(GstElement* element, const char* property, std::initializer_list<int> numbers) {
  GValueArray* const list = g_value_array_new(static_cast<guint>(numbers.size()));
  GValue value = G_VALUE_INIT;
  g_value_init(&value, G_TYPE_INT);
  for (const int number : numbers) {
    g_value_set_int(&value, number);
    g_value_array_append(list, &value);
  }
  g_object_set(element, property, list, nullptr);
  g_value_array_free(list);
}
#pragma GCC diagnostic pop

/// Two temporal layers (RFC 7741 4.2): every second picture can be left out, no other refers to it.
void let_leave_out(GstElement* encoder) {
  g_object_set(encoder, "temporal-scalability-number-layers", 2, "temporal-scalability-periodicity", 2,
               nullptr);
  set_list(encoder, "temporal-scalability-layer-id", {0, 1});
  set_list(encoder, "temporal-scalability-rate-decimator", {2, 1});
  set_list(encoder, "temporal-scalability-target-bitrate", {168000, 280000});
  const auto object = G_OBJECT(encoder);
  gst_util_set_object_arg(object, "temporal-scalability-layer-sync-flags", "<false, true>");
  gst_util_set_object_arg(object, "temporal-scalability-layer-flags",
                          "<no-ref-golden+no-ref-alt+no-upd-golden+no-upd-alt, "
                          "no-ref-golden+no-ref-alt+no-upd-last+no-upd-golden+no-upd-alt+no-upd-entropy>");
}

}  // namespace

/// The media thread's end: knows which tap takes which source. The mutex is held for the push of one packet,
/// which never blocks, or for a change of the table; a mailbox would cost the packets a detour through the
/// control thread.
class Program::Feed : public stage::Sink {
 public:
  explicit Feed(std::function<void()> changed) : changed_(std::move(changed)) {}

  void on_packet(SourceId source, stage::Codec codec, std::span<const std::byte> rtp) override {
    const std::lock_guard lock(mutex_);
    if (codec != stage::Codec::opus) {
      pictures_[source] = codec;
    } else {
      const bool new_voice = !voices_.contains(source);
      voices_[source] = std::chrono::steady_clock::now();
      if (new_voice && changed_) changed_();
    }
    const auto arrived = gst_clock_get_time(clock_.get());
    const auto tap = taps_.find(source);
    if (tap != taps_.end() && tap->second->push(codec, rtp, arrived)) return;
    if (tap != taps_.end()) lose(source);
    hold(source, {codec, {rtp.begin(), rtp.end()}, arrived});
  }
  void on_scene(const Scene& scene) override {
    const std::lock_guard lock(mutex_);
    scene_ = scene;
    if (changed_) changed_();
  }

  Scene scene() {
    const std::lock_guard lock(mutex_);
    return scene_;
  }
  /// Sources that were heard lately.
  std::set<SourceId> voices() {
    const std::lock_guard lock(mutex_);
    std::erase_if(
        voices_, [now = std::chrono::steady_clock::now()](const auto& v) { return now - v.second > silent; });
    std::set<SourceId> heard;
    for (const auto& [source, at] : voices_) heard.insert(source);
    return heard;
  }
  /// What its picture was coded in last.
  stage::Codec picture_codec(SourceId source) {
    const std::lock_guard lock(mutex_);
    const auto known = pictures_.find(source);
    return known == pictures_.end() ? stage::Codec::vp8 : known->second;
  }
  /// False once the source has become another stream.
  bool connected(SourceId source) {
    const std::lock_guard lock(mutex_);
    return taps_.contains(source);
  }
  void connect(SourceId source, Tap* tap) {
    const std::lock_guard lock(mutex_);
    taps_[source] = tap;
    for (const auto& packet : std::exchange(held_[source], {}))
      if (!tap->push(packet.codec, packet.rtp, packet.arrived)) return lose(source);
  }
  void disconnect(SourceId source) {
    const std::lock_guard lock(mutex_);
    taps_.erase(source);
  }
  /// Nothing is held for a source that will not be taken in.
  void hold_only(const std::set<SourceId>& sources) {
    const std::lock_guard lock(mutex_);
    std::erase_if(held_, [&](const auto& held) { return !sources.contains(held.first); });
  }
  void close() {
    const std::lock_guard lock(mutex_);
    taps_.clear();
    held_.clear();
    changed_ = nullptr;
  }

 private:
  struct Held {
    stage::Codec codec;
    std::vector<std::byte> rtp;
    GstClockTime arrived;
  };
  static constexpr std::size_t most_held = 512;

  /// The source has become another stream.
  void lose(SourceId source) {
    taps_.erase(source);
    if (changed_) changed_();
  }

  /// Keeps what comes before the source's tap stands: the keyframe that all others are asking for is among
  /// it.
  void hold(SourceId source, Held packet) {
    auto& held = held_[source];
    if (held.size() == most_held) held.clear();
    held.push_back(std::move(packet));
  }

  std::mutex mutex_;
  std::function<void()> changed_;
  Scene scene_;
  std::map<SourceId, std::chrono::steady_clock::time_point> voices_;
  std::map<SourceId, stage::Codec> pictures_;
  std::map<SourceId, Tap*> taps_;
  std::map<SourceId, std::vector<Held>> held_;
  Ref<GstClock> clock_ = system_clock();
};

Program::Program(Wishes wishes)
    : wishes_(std::move(wishes)),
      feed_(std::make_shared<Feed>(wishes_.changed)),
      take_picture_([this](GstSample* sample) { wishes_.encoded(stage::Kind::video, sample); }),
      take_sound_([this](GstSample* sample) { wishes_.encoded(stage::Kind::audio, sample); }),
      take_fed_([this](GstSample* sample) { wishes_.fed(sample); }),
      pipeline_(text(inputs), wishes_.fault),
      compositor_(pipeline_.get<GstAggregator>("c")),
      picture_out_(pipeline_.get<GstAppSink>("picture")),
      fed_out_(pipeline_.get<GstAppSink>("fed_packets")) {
  let_leave_out(pipeline_.get("fed_encoder").get());
  captions_.emplace(pipeline_.get("captions").get());
  for (std::size_t i = 0; i < inputs; ++i) {
    auto& input = inputs_.at(i);
    const auto n = std::to_string(i);
    input.picture = pipeline_.get<GstAppSrc>("v" + n);
    input.sound = pipeline_.get<GstAppSrc>("a" + n);
    input.pad.reset(gst_element_get_static_pad(GST_ELEMENT(compositor_.get()), ("sink_" + n).c_str()));
    g_object_set(input.pad.get(), "alpha", 0.0, "sizing-policy", keep_aspect_ratio, nullptr);
  }
  const auto look = +[](GstElement*, GstSegment*, guint64, guint64, guint64, GstStructure*, gpointer self) {
    static_cast<Program*>(self)->begin_picture();
  };
  g_signal_connect(compositor_.get(), "samples-selected", G_CALLBACK(look), this);
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
      pipeline_.base_time(), feed_->picture_codec(*input.source),
      [this, &input, turn = input.turn](stage::Kind kind, GstSample* sample, GstClockTime at) {
        push_at(kind == stage::Kind::video ? input.picture.get() : input.sound.get(), sample, at, turn);
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
  const auto cells = cells_on(next_.layout, width, height);
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
void Program::begin_picture() {
  bool is_new = false;
  for (auto& input : inputs_) {
    const SampleRef next(
        gst_aggregator_peek_next_sample(compositor_.get(), GST_AGGREGATOR_PAD(input.pad.get())));
    if (!next) continue;
    const auto turn = GST_BUFFER_OFFSET(gst_sample_get_buffer(next.get()));
    if (input.mixed.exchange(turn) != turn) is_new = true;
  }
  {
    const std::lock_guard lock(looks_mutex_);
    for (std::size_t i = 0; i < inputs; ++i) {
      if (composed_.at(i) == looks_.at(i)) continue;
      const auto& look = composed_.at(i) = looks_.at(i);
      g_object_set(inputs_.at(i).pad.get(), "alpha", look.alpha, "xpos", look.cell.x, "ypos", look.cell.y,
                   "width", look.cell.width, "height", look.cell.height, "zorder", look.depth, nullptr);
    }
  }
  if (is_new) wishes_.changed();
}

void Program::pass_on_looks() {
  const std::lock_guard lock(looks_mutex_);
  for (std::size_t i = 0; i < inputs; ++i) looks_.at(i) = inputs_.at(i).look;
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
  const auto cells = cells_on(shown_.layout, width, height);
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

}  // namespace diemcau::program
