#include "tests/unit/program/program_fixture.h"

/// What stands in a film's place: pictures, and colour bars.
namespace diemcau::program {
namespace {

/// What halls see now, as a small picture: lightness of its parts.
std::optional<Grey> seen(Programs& programs, FakeOutlet& outlet, const std::filesystem::path& folder) {
  const int before = outlet.keyframes;
  programs.request_keyframe(stage_id, media::Engine::clip_source);
  Keyframe keyframe;
  if (!outlet.wait([&] {
        if (outlet.keyframes == before || !outlet.keyframe_whole) return false;
        keyframe = outlet.keyframe;
        return true;
      }))
    return std::nullopt;
  const auto jpeg = draw_snapshot(keyframe);
  if (!jpeg) return std::nullopt;
  const auto file = folder / "seen.jpg";
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(jpeg->data()), static_cast<std::streamsize>(jpeg->size()));
  Grey picture;
  const TakeSample take = [&](GstSample* sample) {
    picture = {256, 144, {}};
    GstMapInfo map;
    GstBuffer* const buffer = gst_sample_get_buffer(sample);
    if (gst_buffer_map(buffer, &map, GST_MAP_READ) == 0) return;
    picture.pixels.assign(map.data, map.data + map.size);
    gst_buffer_unmap(buffer, &map);
  };
  std::promise<Fault> over;
  Pipeline pipeline(
      "filesrc name=file ! jpegdec ! videoconvert ! video/x-raw,format=GRAY8 ! appsink name=picture "
      "sync=false",
      [&](const Fault& fault) { over.set_value(fault); });
  pipeline.set("file", "location", file.string());
  take_samples(pipeline.get<GstAppSink>("picture").get(), &take);
  pipeline.play();
  if (over.get_future().wait_for(30s) != std::future_status::ready) return std::nullopt;
  return picture;
}

void make_picture(const std::filesystem::path& file, const std::string& size, const char* coder) {
  run("videotestsrc num-buffers=1 pattern=white ! video/x-raw," + size + " ! videoconvert ! " + coder +
          " ! filesink name=file",
      file);
}

class PictureTest : public ProgramTest, public testing::WithParamInterface<const char*> {};

TEST_P(PictureTest, StandsWholeAndIsSilent) {
  const auto file = folder_ / "trang.bin";  // what it is its bytes say
  make_picture(file, "width=900,height=1272", GetParam());
  Programs programs(outlet_);
  programs.show_picture(stage_id, file);
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.pictures > 30; })) << "for who comes later too";
  const auto picture = seen(programs, outlet_, folder_);
  ASSERT_TRUE(picture);
  EXPECT_GT(picture->mean({110, 10, 36, 124}), 200) << "a page of A4 in the middle";
  EXPECT_LT(picture->mean({5, 10, 60, 124}), 30) << "and nothing beside it";
  EXPECT_FALSE(outlet_.told<media::ClipEnded>());
  EXPECT_EQ(outlet_.sounds, 0);
}

INSTANTIATE_TEST_SUITE_P(Of, PictureTest, testing::Values("pngenc", "jpegenc"),
                         [](const auto& of) { return std::string(of.param, 3); });

TEST_F(ProgramTest, APageIsTurned) {
  make_picture(folder_ / "1.png", "width=1280,height=720", "pngenc");
  run("videotestsrc num-buffers=1 pattern=black ! video/x-raw,width=1280,height=720 ! videoconvert ! pngenc "
      "! "
      "filesink name=file",
      folder_ / "2.png");
  Programs programs(outlet_);
  programs.show_picture(stage_id, folder_ / "1.png");
  ASSERT_TRUE(outlet_.wait_for<media::ClipStarted>());
  ASSERT_GT(seen(programs, outlet_, folder_).value_or(Grey{1, 1, {0}}).mean(), 200);
  outlet_.forget();
  programs.show_picture(stage_id, folder_ / "2.png");
  ASSERT_TRUE(outlet_.wait_for<media::ClipStarted>());
  std::filesystem::remove(folder_ / "1.png");
  EXPECT_LT(seen(programs, outlet_, folder_).value_or(Grey{1, 1, {255}}).mean(), 30);
}

TEST_F(ProgramTest, WhatIsNoPictureIsSaidToBeNone) {
  make_picture(folder_ / "whole.png", "width=320,height=180", "pngenc");
  std::filesystem::copy_file(folder_ / "whole.png", folder_ / "cut.png");
  std::filesystem::resize_file(folder_ / "cut.png", 40);
  std::ofstream(folder_ / "text.png") << "Chương trình họp giao ban\n";
  // 60,000 x 60,000: ten gigabytes, if it were decoded.
  std::filesystem::copy_file(folder_ / "whole.png", folder_ / "huge.png");
  std::fstream huge(folder_ / "huge.png", std::ios::in | std::ios::out | std::ios::binary);
  huge.seekp(16).write("\0\0\xea\x60\0\0\xea\x60", 8);
  huge.close();
  for (const auto* name : {"cut.png", "text.png", "huge.png", "missing.png"}) {
    FakeOutlet outlet;
    Programs programs(outlet);
    programs.show_picture(stage_id, folder_ / name);
    const auto ended = outlet.wait_for<media::ClipEnded>();
    ASSERT_TRUE(ended) << name;
    EXPECT_NE(ended->error, "") << name;
    EXPECT_EQ(outlet.sounds, 0) << name;
  }
}

TEST_F(ProgramTest, BarsHaveColoursAndATone) {
  Programs programs(outlet_);
  programs.show_bars(stage_id);
  ASSERT_TRUE(outlet_.wait_for<media::ClipStarted>());
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.pictures > 30 && outlet_.sounds > 50; }));
  const auto picture = seen(programs, outlet_, folder_);
  ASSERT_TRUE(picture);
  EXPECT_GT(picture->mean({5, 10, 25, 60}), picture->mean({225, 10, 25, 60}) + 80) << "white to blue";
  programs.stop_clip(stage_id);
  EXPECT_FALSE(outlet_.told<media::ClipEnded>());
}

}  // namespace
}  // namespace diemcau::program
