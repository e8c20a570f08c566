#include <algorithm>

#include "tests/unit/program/program_fixture.h"

namespace diemcau::program {
namespace {

// ---- layout

class LayoutOf : public testing::TestWithParam<media::Layout> {};

TEST_P(LayoutOf, CellsLieWhereTheTableSaysOnEvenPixels) {
  const auto areas = media::areas_of(GetParam());
  for (const auto& [width, height] : {std::pair(1280, 720), std::pair(640, 360), std::pair(1920, 1080)}) {
    const auto cells = cells_on(GetParam(), width, height);
    ASSERT_EQ(cells.size(), areas.size());
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const auto& cell = cells[i];
      const auto& area = areas[i];
      const auto near = [](int pixels, int part, int whole) {
        EXPECT_NEAR(pixels, static_cast<double>(part) * whole / media::area_unit, 2) << "of " << whole;
      };
      near(cell.x, area.x, width);
      near(cell.y, area.y, height);
      near(cell.x + cell.width, area.x + area.width, width);
      near(cell.y + cell.height, area.y + area.height, height);
      EXPECT_LE(cell.x + cell.width, width);
      EXPECT_LE(cell.y + cell.height, height);
      EXPECT_EQ((cell.x | cell.y | cell.width | cell.height) & 1, 0) << "cell " << i << " of " << width;
      EXPECT_LE(cell.width * cell.height, cells[0].width * cells[0].height + 4 * width)
          << "the main one is the largest";
    }
  }
}

TEST_P(LayoutOf, OnlyAnInsetLiesOverAnotherCell) {
  const auto areas = media::areas_of(GetParam());
  for (std::size_t i = 0; i < areas.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const auto& a = areas[i];
      const auto& b = areas[j];
      const bool apart =
          a.x >= b.x + b.width || b.x >= a.x + a.width || a.y >= b.y + b.height || b.y >= a.y + a.height;
      EXPECT_EQ(apart, GetParam() != media::Layout::document_inset) << i << " and " << j;
    }
}

INSTANTIATE_TEST_SUITE_P(All, LayoutOf,
                         testing::Values(media::Layout::single, media::Layout::side_by_side,
                                         media::Layout::speaker_strip, media::Layout::grid_2x2,
                                         media::Layout::grid_3x3, media::Layout::document_inset));

// ---- the composed picture and sound

TEST_F(ProgramTest, NamesStandAtTheFootOfTheirCells) {
  outlet_.scene = {media::Layout::grid_2x2,
                   {{media::SourceId{1}, "Nguyễn Thị Ằ ẫ ộ ữ"}, {media::SourceId{2}, "Đà Nẵng"}, {}, {}}};
  Programs programs(outlet_);
  const Camera one(outlet_, media::SourceId{1}, 10, "black");
  const Camera two(outlet_, media::SourceId{2}, 10, "black");
  programs.start_recording(stage_id, folder_ / "names.mp4");
  // Until both are seen: a second of film is 40 kB.
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.grown() > 120000; }));
  const auto picture = last_picture(stop(programs, "names.mp4"));
  ASSERT_EQ(picture.width, 1280);
  for (const int x : {0, 640}) {
    EXPECT_GT(picture.letters({x + 10, 314, 120, 36}), 10) << "letters at " << x;
    EXPECT_EQ(picture.letters({x + 200, 20, 400, 200}), 0) << "and none in the picture";
  }
  EXPECT_EQ(picture.letters({0, 360, 1280, 360}), 0) << "a dark cell has no name";
}

TEST_F(ProgramTest, AHallWithoutPictureHasItsNameOnASlate) {
  outlet_.scene = {media::Layout::side_by_side,
                   {{media::SourceId{1}, "Sìn Hồ"}, {media::SourceId{2}, "Tam Đường"}}};
  Programs programs(outlet_);
  const Camera one(outlet_, media::SourceId{1}, 10, "white");
  programs.start_recording(stage_id, folder_ / "slate.mp4");
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.grown() > 120000; }));
  const auto picture = last_picture(stop(programs, "slate.mp4"));
  EXPECT_GT(picture.mean({100, 220, 400, 200}), 200) << "the one who is there";
  EXPECT_NEAR(picture.mean({660, 190, 600, 60}), 36, 5) << "the house's dark surface, which is not black";
  EXPECT_GT(picture.letters({860, 330, 200, 60}), 3) << "the name in the middle";
  EXPECT_EQ(picture.letters({650, 480, 200, 50}), 0) << "and not a second time below";
}

TEST_F(ProgramTest, ACutShowsNeitherBlackNorTheSlateOfAHallThatIsThere) {
  outlet_.scene = {media::Layout::single, {{media::SourceId{1}, ""}}};
  Programs programs(outlet_, {}, 10s);  // until a slow machine has decoded a picture
  const Camera one(outlet_, media::SourceId{1}, 10, "white");
  const Camera two(outlet_, media::SourceId{2}, 10, "white");
  programs.start_recording(stage_id, folder_ / "cut.mp4");
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.grown() > 60000; }));
  for (const auto next : {2, 1, 2}) {
    const auto before = outlet_.grown();
    outlet_.set_scene({media::Layout::single, {{media::SourceId{next}, ""}}});
    ASSERT_TRUE(outlet_.wait([&] { return outlet_.grown() > before + 30000; }));
  }
  std::vector<int> lightness;
  look_at(stop(programs, "cut.mp4"), [&](const Grey& picture) { lightness.push_back(picture.mean()); });
  // A film begins before its first picture is decoded.
  const auto first = std::find_if(lightness.begin(), lightness.end(), [](int mean) { return mean > 150; });
  ASSERT_GT(lightness.end() - first, 50) << "pictures of a hall";
  EXPECT_GT(*std::min_element(first, lightness.end()), 150) << "from the first on";
}

TEST_F(ProgramTest, ACutToAHallThatSendsNothingShowsItsSlateAndNeverBlack) {
  outlet_.scene = {media::Layout::single, {{media::SourceId{1}, ""}}};
  Programs programs(outlet_, {}, 0ms);
  const Camera one(outlet_, media::SourceId{1}, 10, "white");
  programs.start_recording(stage_id, folder_ / "slates.mp4");
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.grown() > 60000; }));
  for (const auto next : {2, 3, 2, 1}) {
    const auto before = outlet_.grown();
    outlet_.set_scene({media::Layout::single, {{media::SourceId{next}, ""}}});
    ASSERT_TRUE(outlet_.wait([&] { return outlet_.grown() > before + 10000; }));
  }
  std::vector<int> lightness;
  look_at(stop(programs, "slates.mp4"), [&](const Grey& picture) { lightness.push_back(picture.mean()); });
  const auto first = std::find_if(lightness.begin(), lightness.end(), [](int mean) { return mean > 150; });
  ASSERT_NE(first, lightness.end());
  const auto darkest = *std::min_element(first, lightness.end());
  EXPECT_GT(darkest, 17) << "never black";
  EXPECT_LT(darkest, 40) << "but the slate's dark surface";
  EXPECT_GT(lightness.back(), 150) << "and the hall again";
}

TEST_F(ProgramTest, SeveralLoudVoicesAreLevelledAndASingleOneIsLeftAlone) {
  outlet_.scene = {media::Layout::single, {{media::SourceId{1}, ""}}};
  Programs programs(outlet_);
  {
    const Camera one(outlet_, media::SourceId{1}, 10, "black", 0.3);
    const auto alone = loudness_of(record(programs, "alone.mp4", 60000));
    EXPECT_NEAR(alone.usual_peak, 0.3 * 0.85, 0.03);
  }
  const Camera one(outlet_, media::SourceId{1}, 10, "black", 0.9, 440);
  const Camera two(outlet_, media::SourceId{2}, 10, "black", 0.9, 530);
  const Camera three(outlet_, media::SourceId{3}, 10, "black", 0.9, 610);
  const auto together = loudness_of(record(programs, "together.mp4", 90000));
  RecordProperty("peak", std::to_string(together.peak));
  EXPECT_GT(together.rms, 0.3);
  // AAC overshoots for a moment where a tone begins.
  EXPECT_LT(together.usual_peak, 1.0) << "the sum is 2.7";
  EXPECT_LT(together.clipped, 0.5) << "per cent";
}

}  // namespace
}  // namespace diemcau::program
