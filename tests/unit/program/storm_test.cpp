#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>
#include <set>

#include "media/program/program.h"
#include "tests/unit/program/claps.h"

/// Random joins, leaves, stalls, size changes and scene changes: the output goes on. STORM=1000 sets how many
/// (a third of a second apart; the ordinary test has 60).
namespace diemcau::program {
namespace {

std::int64_t resident_kilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == "VmRSS:") {
      std::int64_t kilobytes = 0;
      status >> kilobytes;
      return kilobytes;
    }
  return 0;
}

/// What leaves the program, as time goes by.
class Output {
 public:
  void take(stage::Kind kind, GstSample* sample) {
    const std::lock_guard lock(mutex_);
    auto& flow = kind == stage::Kind::video ? picture_ : sound_;
    const auto at = running_time(sample);
    const auto now = std::chrono::steady_clock::now();
    if (flow.count++ > 0) {
      flow.longest = std::max(flow.longest, at - flow.last);
      flow.longest_wait = std::max(flow.longest_wait, now - flow.last_came);
      flow.backwards = flow.backwards || at <= flow.last;
    }
    flow.last = at;
    flow.last_came = now;
    if (keeps_) kept_.push_back({kind, SampleRef(gst_sample_ref(sample)), at});
  }
  /// From now on what comes is kept as it is.
  void keep() {
    const std::lock_guard lock(mutex_);
    keeps_ = true;
  }
  Claps claps() const {
    const std::lock_guard lock(mutex_);
    return claps_of("", "appsrc name=in_picture format=time", "appsrc name=in_sound format=time",
                    [this](Pipeline& pipeline) {
                      pipeline.play();
                      const auto picture = pipeline.get<GstAppSrc>("in_picture");
                      const auto sound = pipeline.get<GstAppSrc>("in_sound");
                      for (const auto& [kind, sample, at] : kept_)
                        push_at(kind == stage::Kind::video ? picture.get() : sound.get(), sample.get(),
                                static_cast<GstClockTime>(at - kept_.front().at) + GST_SECOND);
                      gst_app_src_end_of_stream(picture.get());
                      gst_app_src_end_of_stream(sound.get());
                    });
  }
  struct Flow {
    int count = 0;
    bool backwards = false;
    gint64 last = 0, longest = 0;  ///< running time
    std::chrono::steady_clock::time_point last_came;
    std::chrono::steady_clock::duration longest_wait{};
  };
  Flow picture() const {
    const std::lock_guard lock(mutex_);
    return picture_;
  }
  Flow sound() const {
    const std::lock_guard lock(mutex_);
    return sound_;
  }

 private:
  struct Kept {
    stage::Kind kind;
    SampleRef sample;
    gint64 at;
  };
  mutable std::mutex mutex_;
  Flow picture_, sound_;
  bool keeps_ = false;
  std::vector<Kept> kept_;
};

class Storm {
 public:
  explicit Storm(unsigned seed) : random_(seed) {
    for (std::int64_t i = 1; i <= sites; ++i) halls_.emplace_back().source = media::SourceId{i};
    program_.set_recorded(true);
    sink_ = program_.sink();
    change_scene();
  }

  /// One random thing; its name.
  const char* step() {
    auto& hall = halls_.at(pick(sites));
    switch (pick(5)) {
      case 0:
        return change_scene(), "scene";
      case 1:
        return join(hall), "join";  // also a return: another stream of the same hall
      case 2:
        hall.camera.reset();
        return "leave";
      case 3:
        hall.stalled = !hall.stalled;
        return "stall";
      default:
        hall.width = std::array{160, 320, 640}.at(pick(3));
        return join(hall), "size";
    }
  }
  /// As the control thread does.
  void turn(std::chrono::milliseconds time) {
    const auto until = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < until) {
      {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, 20ms, [this] { return std::exchange(has_changed_, false); });
      }
      program_.update();
      program_.tick();
    }
  }
  void calm() {
    for (auto& hall : halls_) {
      hall.stalled = false;
      join(hall);
    }
  }
  /// One hall claps on the whole stage, for so long that the claps can be told; what comes out of it.
  Claps clap() {
    for (auto& hall : halls_) hall.camera.reset();
    const auto source = halls_.front().source;
    show({media::Layout::single, {{source, ""}}});
    const ClappingHall hall(
        [this, source](stage::Codec codec, GstSample* sample) { feed(source, codec, sample); });
    turn(4s);
    output_.keep();
    turn(12s);
    return output_.claps();
  }
  const Output& output() const { return output_; }
  const std::vector<std::string>& faults() const { return faults_; }

 private:
  static constexpr std::int64_t sites = 6;
  struct Hall {
    media::SourceId source{};
    std::atomic<bool> stalled{false};
    int width = 320;
    std::unique_ptr<Camera> camera;
    Hall() = default;
    Hall(Hall&& other) noexcept : source(other.source) {}
  };

  std::size_t pick(std::int64_t count) {
    return static_cast<std::size_t>(std::uniform_int_distribution<std::int64_t>(0, count - 1)(random_));
  }
  void join(Hall& hall) {
    hall.camera.reset();
    hall.camera = std::make_unique<Camera>(
        [this, &hall](stage::Codec codec, GstSample* sample) {
          if (!hall.stalled) feed(hall.source, codec, sample);
        },
        hall.width, 25, "smpte", 0.2, 300 + 100 * static_cast<double>(hall.source));
  }
  void feed(media::SourceId source, stage::Codec codec, GstSample* sample) {
    GstMapInfo map;
    GstBuffer* const buffer = gst_sample_get_buffer(sample);
    if (gst_buffer_map(buffer, &map, GST_MAP_READ) == 0) return;
    bool seen = codec == stage::Codec::opus;
    {
      const std::lock_guard lock(mutex_);
      seen = seen || on_stage_.contains(source);
    }
    if (seen) sink_->on_packet(source, codec, std::as_bytes(std::span(map.data, map.size)));
    gst_buffer_unmap(buffer, &map);
  }
  void change_scene() {
    const auto layout = static_cast<media::Layout>(pick(6));
    media::Scene scene{layout, {}};
    std::vector<std::size_t> order(halls_.size());
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), random_);
    for (std::size_t i = 0; i < media::areas_of(layout).size(); ++i) {
      if (i >= order.size() || pick(8) == 0) {
        scene.cells.emplace_back();
        continue;
      }
      scene.cells.push_back({halls_.at(order[i]).source, "Điểm cầu số " + std::to_string(order[i] + 1)});
    }
    show(scene);
  }
  void show(const media::Scene& scene) {
    {
      const std::lock_guard lock(mutex_);
      on_stage_.clear();
      for (const auto& cell : scene.cells)
        if (cell.source) on_stage_.insert(*cell.source);
    }
    sink_->on_scene(scene);
  }

  std::mt19937 random_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool has_changed_ = false;
  std::set<media::SourceId> on_stage_;
  std::vector<std::string> faults_;
  Output output_;
  std::shared_ptr<stage::Sink> sink_;
  Program program_{{[](media::SourceId) {},
                    [this] {
                      {
                        const std::lock_guard lock(mutex_);
                        has_changed_ = true;
                      }
                      changed_.notify_one();
                    },
                    [this](stage::Kind kind, GstSample* sample) { output_.take(kind, sample); },
                    [](GstSample*) {},
                    [this](const Fault& fault) {
                      const std::lock_guard lock(mutex_);
                      faults_.push_back(fault.text);
                    },
                    [](GstClockTime) {}, 600ms}};
  std::vector<Hall> halls_;  // cameras end first
};

double milliseconds(gint64 nanoseconds) { return static_cast<double>(nanoseconds) / 1e6; }
double milliseconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

TEST(Storm, NeitherStopsNorShiftsTheOutput) {
  const char* const wish = std::getenv("STORM");
  const int steps = wish != nullptr ? std::atoi(wish) : 60;
  constexpr unsigned seed = 20261128;
  std::map<std::string, int> done;
  Storm storm(seed);
  // What it takes with all halls there is no growth.
  storm.calm();
  storm.turn(2s);
  std::vector<std::int64_t> resident{resident_kilobytes()};
  for (int i = 1; i <= steps; ++i) {
    ++done[storm.step()];
    storm.turn(300ms);
    if (i * 4 % steps == 0) resident.push_back(resident_kilobytes());
  }
  storm.calm();
  storm.turn(2s);
  const auto picture = storm.output().picture();
  const auto sound = storm.output().sound();
  resident.push_back(resident_kilobytes());
  const auto offsets = sound_after_picture(storm.clap());
  ASSERT_GE(offsets.size(), 8u);
  std::cout << "FIGURE storm: " << steps << " steps (";
  for (const auto& [name, count] : done) std::cout << name << " " << count << ", ";
  std::cout << "seed " << seed << "): longest gap in the picture " << milliseconds(picture.longest)
            << " ms (waited for " << milliseconds(picture.longest_wait) << "), in the sound "
            << milliseconds(sound.longest) << " ms (waited for " << milliseconds(sound.longest_wait)
            << "), resident MB with all halls, after each quarter, calm";
  for (const auto kilobytes : resident) std::cout << " " << kilobytes / 1024;
  std::cout << ", sound after picture in the end " << median(offsets) << " ms" << std::endl;
  EXPECT_TRUE(storm.faults().empty()) << storm.faults().front();
  EXPECT_FALSE(picture.backwards);
  EXPECT_FALSE(sound.backwards);
  // 40 and 21.3 on a machine that has time; one that has none may lose a picture (see program.cpp).
  EXPECT_LT(milliseconds(picture.longest), 1000);
  EXPECT_LE(milliseconds(sound.longest), 22) << "each sound is there";
  EXPECT_LT(std::abs(median(offsets)), 40);
}

}  // namespace
}  // namespace diemcau::program
