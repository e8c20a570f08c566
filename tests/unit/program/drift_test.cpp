#include <chrono>
#include <cstdlib>
#include <iostream>
#include <mutex>

#include "tests/unit/program/claps.h"

/// A hall that claps: each second a flash and a beep, together. What is recorded of it has them together too,
/// and a second apart, however long it takes. DRIFT_MINUTES=60 sets how long (the ordinary test: 12 s).
namespace diemcau::program {
namespace {

/// Sends what a hall sends; while the machine or the line stands still, keeps it, and sends it all at once.
class Line {
 public:
  explicit Line(FakeOutlet& outlet) : outlet_(outlet) {}

  /// Streaming threads.
  void send(stage::Codec codec, GstSample* sample) {
    const std::lock_guard lock(mutex_);
    kept_.emplace_back(codec, gst_sample_ref(sample));
    if (stands_still_) return;
    for (const auto& [of, packet] : std::exchange(kept_, {}))
      outlet_.feed(media::SourceId{1}, of, packet.get());
  }
  void stand_still(bool stands_still) {
    const std::lock_guard lock(mutex_);
    stands_still_ = stands_still;
  }

 private:
  FakeOutlet& outlet_;
  std::mutex mutex_;
  std::vector<std::pair<stage::Codec, SampleRef>> kept_;
  bool stands_still_ = false;
};

class ClapsTest : public ProgramTest {
 protected:
  /// Records a hall that claps for as long as `meanwhile` takes.
  Claps record_claps(const std::function<void(Line&)>& meanwhile) {
    outlet_.scene = {media::Layout::single, {{media::SourceId{1}, ""}}};
    Programs programs(outlet_);
    programs.start_recording(stage_id, folder_ / "film.mp4");
    EXPECT_TRUE(outlet_.wait([&] { return outlet_.keyframe_requests > 0; })) << "a source is taken in";
    {
      Line line(outlet_);
      const ClappingHall hall([&line](stage::Codec codec, GstSample* sample) { line.send(codec, sample); });
      meanwhile(line);
      stop(programs, "film.mp4");
    }
    return claps_of("filesrc name=file ! qtdemux name=d", "d.video_0", "d.audio_0",
                    [this](Pipeline& pipeline) {
                      pipeline.set("file", "location", (folder_ / "film.mp4").string());
                      pipeline.play();
                    });
  }
  /// The recording goes on so long.
  void go_on(std::chrono::milliseconds time) {
    EXPECT_FALSE(outlet_.wait([&] { return outlet_.ended(); }, time)) << "the recording goes on";
  }
};

TEST_F(ClapsTest, StayTogetherAndASecondApart) {
  const char* const wish = std::getenv("DRIFT_MINUTES");
  const auto length = wish != nullptr ? std::chrono::seconds(60 * std::stoi(wish)) : 12s;
  const auto claps = record_claps([&](Line&) { go_on(length); });
  const auto& flashes = claps.flashes;
  ASSERT_GT(flashes.size(), static_cast<std::size_t>(length.count()) * 9 / 10 - 3);
  const auto offsets = sound_after_picture(claps);
  std::vector<double> drift;
  for (const auto flash : flashes) {
    const auto since = flash - flashes.front();
    drift.push_back((since - std::round(since)) * 1000);
  }
  // Ten at each end: a flash is seen in the picture after it, up to 40 ms late.
  const auto ten = static_cast<std::ptrdiff_t>(std::min<std::size_t>(10, offsets.size() / 2));
  const double at_first = median({offsets.begin(), offsets.begin() + ten});
  const double at_last = median({offsets.end() - ten, offsets.end()});
  const double drifted =
      median({drift.end() - ten, drift.end()}) - median({drift.begin(), drift.begin() + ten});
  std::cout << "FIGURE " << flashes.size() << " claps: sound after picture, median of all " << median(offsets)
            << " ms, of the first " << ten << " " << at_first << ", of the last " << ten << " " << at_last
            << "; drift against the hall's clock " << drifted << " ms\n";
  // A shift that stays begins somewhere: what the machine did then is the place to look.
  double told = at_first;
  for (std::size_t i = 0; i + 1 < offsets.size(); ++i)
    if (std::abs(offsets[i] - told) > 40 && std::abs(offsets[i + 1] - told) > 40) {
      told = offsets[i];
      std::cout << "from clap " << i << " on the sound comes " << told << " ms after the picture\n";
    }
  EXPECT_GE(offsets.size() + 2, flashes.size());
  EXPECT_LT(std::abs(at_first), 40);
  EXPECT_LT(std::abs(at_last), 40);
  EXPECT_LE(std::abs(drifted), 40);
}

TEST_F(ClapsTest, AreTogetherAgainAfterTheLineHasStoodStill) {
  const auto claps = record_claps([&](Line& line) {
    go_on(3s);
    line.stand_still(true);
    go_on(300ms);
    line.stand_still(false);
    go_on(10s);
  });
  const auto offsets = sound_after_picture(claps);
  ASSERT_GT(offsets.size(), 8u);
  EXPECT_LT(std::abs(median({offsets.begin(), offsets.begin() + 2})), 40);
  EXPECT_LT(std::abs(median({offsets.end() - 4, offsets.end()})), 40);
}

TEST_F(ClapsTest, AreAllHeardThoughTheLineStandsStillNowAndThen) {
  const auto claps = record_claps([&](Line& line) {
    go_on(2s);
    for (int i = 0; i < 3; ++i) {
      line.stand_still(true);
      go_on(700ms);
      line.stand_still(false);
      go_on(3s);
    }
  });
  const auto& beeps = claps.beeps;
  ASSERT_GT(beeps.size(), 10u);
  // Heard late they may be; of twelve in twelve seconds none is missing.
  EXPECT_NEAR(static_cast<double>(beeps.size() - 1), beeps.back() - beeps.front(), 0.5);
}

}  // namespace
}  // namespace diemcau::program
