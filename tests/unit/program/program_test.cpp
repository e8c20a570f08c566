#include <stop_token>

#include "tests/unit/program/program_fixture.h"

namespace diemcau::program {
namespace {

// ---- clips

TEST_F(ProgramTest, AFilmIsPlayedToItsEnd) {
  make_film(folder_ / "phóng sự.mp4");
  Programs programs(outlet_);
  programs.play_clip(stage_id, folder_ / "phóng sự.mp4");
  const auto started = outlet_.wait_for<media::ClipStarted>();
  ASSERT_TRUE(started);
  EXPECT_NEAR(static_cast<double>(started->duration.count()), 2000, 100);
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.pictures > 10 && outlet_.sounds > 10; }));
  const auto keyframes = outlet_.keyframes;
  EXPECT_GE(keyframes, 1);
  programs.request_keyframe(stage_id, media::Engine::clip_source);
  EXPECT_TRUE(outlet_.wait([&] { return outlet_.keyframes > keyframes; })) << "none comes unasked";
  const auto ended = outlet_.wait_for<media::ClipEnded>();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->error, "");
  EXPECT_FALSE(ended->no_film);
  EXPECT_GT(outlet_.pictures, 40);
}

TEST_F(ProgramTest, APausedFilmGoesOnSendingItsPicture) {
  make_film(folder_ / "film.mp4");
  Programs programs(outlet_);
  programs.play_clip(stage_id, folder_ / "film.mp4");
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.pictures > 5; }));
  programs.pause_clip(stage_id);
  // Longer than the film lasts: 25 pictures a second.
  const auto before = outlet_.pictures;
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.pictures > before + 75; }));
  EXPECT_FALSE(outlet_.told<media::ClipEnded>());
  programs.resume_clip(stage_id);
  EXPECT_TRUE(outlet_.wait_for<media::ClipEnded>());
}

TEST_F(ProgramTest, ACuedFilmStandsUntilItIsPlayed) {
  make_film(folder_ / "film.mp4");
  Programs programs(outlet_);
  programs.play_clip(stage_id, folder_ / "film.mp4", media::ClipStart::paused);
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.pictures > 75; })) << "longer than it lasts";
  EXPECT_FALSE(outlet_.told<media::ClipEnded>());
  programs.resume_clip(stage_id);
  EXPECT_TRUE(outlet_.wait_for<media::ClipEnded>());
}

TEST_F(ProgramTest, AFilmGoesOnFromWhereItIsSought) {
  make_film(folder_ / "film.mp4");
  Programs programs(outlet_);
  programs.play_clip(stage_id, folder_ / "film.mp4", media::ClipStart::paused);
  programs.seek_clip(stage_id, 1500ms);
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.pictures > 5; }));
  const auto before = outlet_.pictures;
  programs.resume_clip(stage_id);
  ASSERT_TRUE(outlet_.wait_for<media::ClipEnded>());
  EXPECT_LT(outlet_.pictures - before, 40) << "all of it is 50";
  programs.seek_clip(stage_id, 0ms);  // there is none any more
}

TEST_F(ProgramTest, AFilmInALoopBeginsAnewUntilItIsOff) {
  make_film(folder_ / "film.mp4");
  Programs programs(outlet_);
  programs.play_clip(stage_id, folder_ / "film.mp4");
  programs.loop_clip(stage_id, true);
  const auto quiet = outlet_.sounds;
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.pictures > 130 && outlet_.sounds > quiet + 200; }))
      << "twice and more";
  EXPECT_FALSE(outlet_.told<media::ClipEnded>());
  programs.loop_clip(stage_id, false);
  EXPECT_TRUE(outlet_.wait_for<media::ClipEnded>());
}

TEST_F(ProgramTest, WhatIsNoFilmIsSaidToBeNone) {
  make_film(folder_ / "whole.mp4");
  std::ofstream(folder_ / "text.mp4") << "Chương trình họp giao ban\n";
  std::filesystem::copy_file(folder_ / "whole.mp4", folder_ / "cut.mp4");
  std::filesystem::resize_file(folder_ / "cut.mp4", std::filesystem::file_size(folder_ / "cut.mp4") / 2);
  for (const auto* name : {"text.mp4", "cut.mp4", "missing.mp4"}) {
    FakeOutlet outlet;
    Programs programs(outlet);
    programs.play_clip(stage_id, folder_ / name);
    const auto ended = outlet.wait_for<media::ClipEnded>();
    ASSERT_TRUE(ended) << name;
    EXPECT_TRUE(ended->no_film) << name;
    EXPECT_NE(ended->error, "") << name;
    EXPECT_EQ(outlet.pictures, 0) << name;
  }
}

// ---- recordings

TEST_F(ProgramTest, ARecordingPlaysAndSoDoesItsFirstHalf) {
  const Camera camera(outlet_, media::SourceId{1});
  {
    Programs programs(outlet_);
    programs.start_recording(stage_id, folder_ / "họp.mp4");
    ASSERT_TRUE(outlet_.wait([&] { return outlet_.keyframe_requests > 0; })) << "a source is taken in";
    ASSERT_TRUE(outlet_.wait([&] { return outlet_.grown() > 100000; }));
    std::filesystem::copy_file(folder_ / "họp.mp4", folder_ / "killed.mp4");
    const auto began = outlet_.wait_for<media::RecordingBegan>();
    ASSERT_TRUE(began);
    EXPECT_EQ(began->file, folder_ / "họp.mp4");
    EXPECT_LT(began->ago, 5s);
    const auto half = outlet_.grown();
    ASSERT_TRUE(outlet_.wait([&] { return outlet_.grown() > half * 3 / 2; }));
    programs.stop_recording(stage_id);
    const auto closed = outlet_.wait_for<media::RecordingClosed>();
    ASSERT_TRUE(closed);
    EXPECT_EQ(closed->file, folder_ / "họp.mp4");
  }
  std::chrono::milliseconds before{};
  for (const auto* name : {"killed.mp4", "họp.mp4"}) {
    media::finish_recording({folder_ / name}, folder_ / "finished.mp4");
    const auto contents = look_into(folder_ / "finished.mp4");
    EXPECT_GT(contents.duration, before + 500ms) << name;
    EXPECT_LT(contents.duration, 15s) << name << ": it begins at 0";
    EXPECT_EQ(contents.video, "video/x-h264") << name;
    EXPECT_EQ(contents.audio, "audio/mpeg") << name;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "finished.mp4.part"));
    before = contents.duration;
  }
}

// A sink that was full before it ran waited for itself, once in some hundred times.
TEST_F(ProgramTest, FinishingARecordingComesToItsEndEachTime) {
  const Camera camera(outlet_, media::SourceId{1});
  {
    Programs programs(outlet_);
    programs.start_recording(stage_id, folder_ / "short.mp4");
    ASSERT_TRUE(outlet_.wait([&] { return outlet_.grown() > 400000; }, 30s));
  }
  for (int time = 0; time < 100; ++time)
    ASSERT_EQ(media::finish_recording({folder_ / "short.mp4"}, folder_ / "film.mp4").size(), 1u);
}

// Everybody asks for the keyframe of a hall that has reconnected at once, and a browser sends one.
TEST_F(ProgramTest, AHallThatReconnectsIsRecordedFromItsOneKeyframeOn) {
  constexpr int never = 100000;
  Programs programs(outlet_);
  programs.start_recording(stage_id, folder_ / "two.mp4");
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.keyframe_requests > 0; })) << "a source is taken in";
  for (int line = 0; line < 2; ++line) {
    const Camera camera(outlet_, media::SourceId{1}, never);
    const auto before = outlet_.grown();
    ASSERT_TRUE(outlet_.wait([&] { return outlet_.grown() > before + 100000; }));
  }
  programs.stop_recording(stage_id);
  ASSERT_TRUE(outlet_.wait_for<media::RecordingClosed>());
  EXPECT_GT(last_picture(folder_ / "two.mp4").mean(), 20) << "the second line's picture";
}

// The halls stay decoded for a while: nobody needs to send a keyframe for it.
TEST_F(ProgramTest, ARecordingThatGoesOnAfterAPauseShowsTheHallsFromItsFirstPictureOn) {
  constexpr int never = 100000;
  outlet_.scene = {media::Layout::single, {{media::SourceId{1}, ""}}};
  Programs programs(outlet_);
  programs.start_recording(stage_id, folder_ / "one.mp4");
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.keyframe_requests > 0; })) << "a source is taken in";
  const Camera camera(outlet_, media::SourceId{1}, never);
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.grown() > 400000; }));
  programs.stop_recording(stage_id);
  ASSERT_TRUE(outlet_.wait_for<media::RecordingClosed>());
  const int hall = last_picture(folder_ / "one.mp4").mean();
  EXPECT_GT(hall, 20) << "it is seen before the pause";
  outlet_.forget();
  EXPECT_FALSE(outlet_.wait([&] { return !outlet_.is_fed(); }, 3s)) << "its packets are still taken";
  programs.start_recording(stage_id, folder_ / "two.mp4");
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.grown() > 100000; }));
  programs.stop_recording(stage_id);
  ASSERT_TRUE(outlet_.wait_for<media::RecordingClosed>());
  int pictures = 0;
  look_at(folder_ / "two.mp4", [&](const Grey& picture) {
    EXPECT_NEAR(picture.mean(), hall, 5) << "picture " << pictures;
    ++pictures;
  });
  EXPECT_GT(pictures, 10);
}

TEST_F(ProgramTest, ASourceMayComeBackWithAnotherCodec) {
  outlet_.scene = {media::Layout::single, {{media::SourceId{1}, ""}}};
  for (const auto& [before, after] :
       {std::pair(stage::Codec::vp8, stage::Codec::h264), std::pair(stage::Codec::h264, stage::Codec::vp8)}) {
    const auto file = folder_ / (std::string(rtp::name_of(after)) + ".mp4");
    Programs programs(outlet_);
    programs.start_recording(stage_id, file);
    ASSERT_TRUE(outlet_.wait([&] { return outlet_.keyframe_requests > 0; }));
    const auto grows = [&] {
      const auto so_far = outlet_.grown();
      return outlet_.wait([&] { return outlet_.grown() > so_far + 20000; }, 30s);
    };
    {
      const Camera camera(outlet_, media::SourceId{1}, 10, "snow", 0.8, 440, before);
      ASSERT_TRUE(grows());
    }
    const Camera camera(outlet_, media::SourceId{1}, 10, "white", 0.8, 440, after);
    const auto seconds = outlet_.events.size();
    ASSERT_TRUE(outlet_.wait([&] { return outlet_.events.size() > seconds + 5; }));
    programs.stop_recording(stage_id);
    ASSERT_TRUE(outlet_.wait_for<media::RecordingClosed>());
    EXPECT_GT(last_picture(file).mean(), 200) << "white in " << rtp::name_of(after);
    outlet_.forget();
  }
}

TEST_F(ProgramTest, APictureThatIsLostForGoodIsAskedForAnew) {
  Programs programs(outlet_);
  programs.start_recording(stage_id, folder_ / "lossy.mp4");
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.keyframe_requests > 0; }));
  const Camera camera(outlet_, media::SourceId{1});
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.grown() > 50000; }));
  const auto asked = outlet_.keyframe_requests;
  outlet_.lose_a_picture = true;
  EXPECT_TRUE(outlet_.wait([&] { return outlet_.keyframe_requests > asked; }));
}

TEST_F(ProgramTest, ARecordingIsClosedWhenEverythingEnds) {
  {
    Programs programs(outlet_);
    programs.start_recording(stage_id, folder_ / "short.mp4");
    ASSERT_TRUE(outlet_.wait([&] { return outlet_.grown() > 0; }));
  }
  ASSERT_TRUE(outlet_.wait_for<media::RecordingClosed>());
  EXPECT_GT(look_into(folder_ / "short.mp4").duration, 0ms) << "black and silent, but a film";
}

TEST_F(ProgramTest, NothingIsMadeOfWhatIsNoRecording) {
  std::ofstream(folder_ / "empty.mp4");
  std::ofstream(folder_ / "text.mp4") << "no film at all, but some bytes";
  for (const auto* name : {"empty.mp4", "text.mp4", "missing.mp4"}) {
    EXPECT_THROW(media::finish_recording({folder_ / name}, folder_ / "to.mp4"), std::runtime_error) << name;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "to.mp4")) << name;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "to.mp4.part")) << name;
  }
}

// A kill -9 leaves the file wherever the last write stood: also where one track has a fragment and the other
// none yet.
TEST_F(ProgramTest, ARecordingCutOffAnywhereIsFinishedOrRefusedAtOnce) {
  make_recording(folder_ / "whole.mp4");
  const auto boxes = boxes_of(folder_ / "whole.mp4");
  ASSERT_GT(boxes.size(), 6U);
  const auto begin = std::chrono::steady_clock::now();
  int of_one_track = 0;
  for (std::size_t i = 0; i < 7; ++i) {
    for (const auto end : {boxes[i].offset, boxes[i].offset + 6, boxes[i].offset + boxes[i].size / 2}) {
      std::filesystem::copy_file(folder_ / "whole.mp4", folder_ / "cut.mp4",
                                 std::filesystem::copy_options::overwrite_existing);
      std::filesystem::resize_file(folder_ / "cut.mp4", end);
      std::filesystem::remove(folder_ / "to.mp4");
      try {
        media::finish_recording({folder_ / "cut.mp4"}, folder_ / "to.mp4");
      } catch (const std::runtime_error&) {
        EXPECT_FALSE(std::filesystem::exists(folder_ / "to.mp4")) << "cut at " << end;
        continue;
      }
      const auto contents = look_into(folder_ / "to.mp4");
      EXPECT_GT(contents.duration, 0ms) << "cut at " << end;
      if (contents.video.empty() || contents.audio.empty()) ++of_one_track;
    }
  }
  EXPECT_GT(of_one_track, 2) << "picture without sound is still a recording, and sound without picture";
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 60s) << "none of them was waited for";
}

TEST_F(ProgramTest, PartsAreJoinedToOneFilmInTheirOrder) {
  make_recording(folder_ / "one.mp4");
  make_recording(folder_ / "killed.mp4");
  make_recording(folder_ / "three.mp4");
  const auto boxes = boxes_of(folder_ / "killed.mp4");
  std::filesystem::resize_file(folder_ / "killed.mp4", boxes[boxes.size() / 2].offset + 5);
  std::ofstream(folder_ / "nothing.mp4");
  std::chrono::milliseconds whole{};
  for (const auto* name : {"one.mp4", "killed.mp4", "three.mp4"}) {
    media::finish_recording({folder_ / name}, folder_ / "alone.mp4");
    whole += look_into(folder_ / "alone.mp4").duration;
  }
  const auto parts = media::finish_recording(
      {folder_ / "one.mp4", folder_ / "killed.mp4", folder_ / "nothing.mp4", folder_ / "three.mp4"},
      folder_ / "film.mp4");
  ASSERT_EQ(parts.size(), 4U);
  EXPECT_EQ(parts[0].begin, 0ms);
  for (std::size_t i = 1; i < parts.size(); ++i)
    EXPECT_EQ(parts[i].begin, parts[i - 1].begin + parts[i - 1].length) << i;
  EXPECT_EQ(parts[2].length, 0ms) << "nothing can be read of it";
  const auto film = look_into(folder_ / "film.mp4");
  EXPECT_EQ(film.video, "video/x-h264");
  EXPECT_EQ(film.audio, "audio/mpeg");
  EXPECT_NEAR(static_cast<double>(film.duration.count()), static_cast<double>(whole.count()), 150);
  EXPECT_NEAR(static_cast<double>(film.duration.count()),
              static_cast<double>((parts[3].begin + parts[3].length).count()), 60);
  EXPECT_EQ(boxes_of(folder_ / "film.mp4").at(1).type, "moov") << "the index is in front";
}

// Twenty seconds of dark, then twenty of light; the last fragment is half written.
TEST_F(ProgramTest, AStretchIsCutOutOfARecordingThatIsStillWritten) {
  const auto file = folder_ / "recording.mp4";
  run("concat name=c ! x264enc tune=zerolatency key-int-max=50 ! h264parse config-interval=-1 ! "
      "mp4mux name=m fragment-duration=1000 streamable=true ! filesink name=file "
      "videotestsrc num-buffers=500 pattern=black ! video/x-raw,width=320,height=180,framerate=25/1 ! c. "
      "videotestsrc num-buffers=500 pattern=white ! video/x-raw,width=320,height=180,framerate=25/1 ! c. "
      "audiotestsrc num-buffers=2000 samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=2 ! "
      "audioconvert ! avenc_aac ! aacparse ! m.",
      file);
  const auto last = boxes_of(file).back();
  std::filesystem::resize_file(file, last.offset + last.size / 2);
  const auto parts = media::cut_recordings({{file, 15s, 30s}}, folder_ / "missed.mp4");
  ASSERT_EQ(parts.size(), 1U);
  int dark = 0;
  int light = 0;
  look_at(folder_ / "missed.mp4", [&](const Grey& picture) { ++(picture.mean() < 100 ? dark : light); });
  EXPECT_GE(dark, 5 * 25) << "from the keyframe before";
  EXPECT_LE(dark, 7 * 25 + 1);
  EXPECT_NEAR(light, 10 * 25, 2 * 25);
  const auto film = look_into(folder_ / "missed.mp4");
  EXPECT_EQ(film.audio, "audio/mpeg");
  EXPECT_NEAR(static_cast<double>(film.duration.count()), 16'000, 1'500);
}

TEST_F(ProgramTest, StretchesOfSeveralPartsBecomeOneFilm) {
  make_recording(folder_ / "one.mp4");
  make_recording(folder_ / "two.mp4");
  const auto parts = media::cut_recordings({{folder_ / "one.mp4", 2s, 10s}, {folder_ / "two.mp4", 0s, 1s}},
                                           folder_ / "to.mp4");
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_NEAR(static_cast<double>(parts[0].length.count()), 2000, 100) << "up to its end";
  EXPECT_NEAR(static_cast<double>(parts[1].length.count()), 1000, 100);
}

TEST_F(ProgramTest, OfWhatWasNeverRecordedNothingIsCut) {
  make_recording(folder_ / "one.mp4");
  EXPECT_THROW(media::cut_recordings({{folder_ / "one.mp4", 60s, 70s}}, folder_ / "to.mp4"),
               std::runtime_error);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "to.mp4"));
}

TEST_F(ProgramTest, FinishingARecordingIsGivenUpWhenTheProgramStops) {
  make_recording(folder_ / "whole.mp4");
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(media::finish_recording({folder_ / "whole.mp4"}, folder_ / "to.mp4", stop.get_token()),
               std::runtime_error);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "to.mp4"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "to.mp4.part"));
}

TEST_F(ProgramTest, AFullDiskIsToldAsSuch) {
  std::filesystem::create_symlink("/dev/full", folder_ / "full.mp4");
  Programs programs(outlet_);
  programs.start_recording(stage_id, folder_ / "full.mp4");
  const auto failed = outlet_.wait_for<media::RecordingFailed>();
  ASSERT_TRUE(failed);
  EXPECT_TRUE(failed->disk_full) << failed->error;
  EXPECT_TRUE(outlet_.wait_for<media::RecordingClosed>());
}

TEST_F(ProgramTest, AFolderThatIsNotThereFailsTheRecording) {
  Programs programs(outlet_);
  programs.start_recording(stage_id, folder_ / "nowhere" / "film.mp4");
  const auto failed = outlet_.wait_for<media::RecordingFailed>();
  ASSERT_TRUE(failed);
  EXPECT_FALSE(failed->disk_full);
  EXPECT_NE(failed->error, "");
}

// ---- the small picture for halls on poor lines

TEST_F(ProgramTest, HallsGetASmallPictureOfTheStageAsLongAsTheyWantIt) {
  const Camera camera(outlet_, media::SourceId{1}, 10, "ball");
  Programs programs(outlet_);
  programs.set_feed(stage_id, true);
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.fed_pictures >= 15; }));
  EXPECT_EQ(programs.running(), 1U);
  EXPECT_EQ(outlet_.fed_height, 360);
  const auto keyframes = outlet_.fed_keyframes;
  EXPECT_GE(keyframes, 1);
  programs.request_keyframe(stage_id, media::Engine::program_source);
  EXPECT_TRUE(outlet_.wait([&] { return outlet_.fed_keyframes > keyframes; })) << "none comes unasked";
  const auto pictures = outlet_.fed_pictures;
  const auto bytes = outlet_.fed_bytes;
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.fed_pictures >= pictures + 75; }, 30s));
  // 15 pictures a second: 75 of them are five seconds.
  EXPECT_LT((outlet_.fed_bytes - bytes) * 8 / 5, 330'000u) << "bit/s";
  EXPECT_NEAR(outlet_.fed_base_pictures, outlet_.fed_pictures / 2, 5) << "the others can be left out";
  programs.set_feed(stage_id, false);
  EXPECT_TRUE(outlet_.wait([&] { return !outlet_.is_fed(); })) << "nobody takes it: the stage is let go";
}

TEST_F(ProgramTest, ARecordingAndTheSmallPictureBeginAndEndWithoutEachOther) {
  const Camera camera(outlet_, media::SourceId{1});
  Programs programs(outlet_);
  programs.start_recording(stage_id, folder_ / "one.mp4");
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.grown() > 20000; }));
  EXPECT_EQ(outlet_.fed_pictures, 0) << "is not encoded";
  programs.set_feed(stage_id, true);
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.fed_pictures >= 10; }));
  programs.stop_recording(stage_id);
  ASSERT_TRUE(outlet_.wait_for<media::RecordingClosed>());
  const auto fed = outlet_.fed_pictures;
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.fed_pictures >= fed + 10; })) << "goes on";
  outlet_.forget();
  programs.start_recording(stage_id, folder_ / "two.mp4");
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.grown() > 20000; }));
  programs.set_feed(stage_id, false);
  const auto grown = outlet_.grown();
  ASSERT_TRUE(outlet_.wait([&] { return outlet_.grown() > grown + 20000; })) << "goes on";
  programs.stop_recording(stage_id);
  ASSERT_TRUE(outlet_.wait_for<media::RecordingClosed>());
  for (const auto* name : {"one.mp4", "two.mp4"}) {
    media::finish_recording({folder_ / name}, folder_ / "whole.mp4");
    EXPECT_EQ(look_into(folder_ / "whole.mp4").video, "video/x-h264") << name;
  }
}

}  // namespace
}  // namespace diemcau::program
