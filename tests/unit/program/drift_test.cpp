#include <cstdlib>
#include <iostream>

#include "tests/unit/program/claps.h"

/// A hall that claps: each second a flash and a beep, together. What is recorded of it has them together too,
/// and a second apart, however long it takes. DRIFT_MINUTES=60 sets how long (the ordinary test: 12 s).
namespace diemcau::program {
namespace {

TEST_F(ProgramTest, ClapsStayTogetherAndASecondApart) {
  const char* const wish = std::getenv("DRIFT_MINUTES");
  const auto length = wish != nullptr ? std::chrono::seconds(60 * std::stoi(wish)) : 12s;
  outlet_.scene = {media::Layout::single, {{media::SourceId{1}, ""}}};
  Programs programs(outlet_);
  programs.start_recording(stage_id, folder_ / "film.mp4");
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.keyframe_requests > 0; })) << "a source is taken in";
  {
    const ClappingHall hall(
        [this](stage::Codec codec, GstSample* sample) { outlet_.feed(media::SourceId{1}, codec, sample); });
    EXPECT_FALSE(outlet_.wait([&] { return outlet_.ended(); }, length)) << "the recording goes on";
    stop(programs, "film.mp4");
  }
  const auto claps =
      claps_of("filesrc name=file ! qtdemux name=d", "d.video_0", "d.audio_0", [this](Pipeline& pipeline) {
        pipeline.set("file", "location", (folder_ / "film.mp4").string());
        pipeline.play();
      });
  const auto& flashes = claps.flashes;
  ASSERT_GT(flashes.size(), static_cast<std::size_t>(length.count()) * 9 / 10 - 3);
  const auto offsets = sound_after_picture(claps);
  std::vector<double> drift;
  for (const auto flash : flashes) {
    const auto since = flash - flashes.front();
    drift.push_back((since - std::round(since)) * 1000);
  }
  ASSERT_GE(offsets.size() + 2, flashes.size());
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
  EXPECT_LT(std::abs(at_first), 40);
  EXPECT_LT(std::abs(at_last), 40);
  EXPECT_LE(std::abs(drifted), 40);
}

}  // namespace
}  // namespace diemcau::program
