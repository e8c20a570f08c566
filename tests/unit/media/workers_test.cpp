#include "media/workers.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "media/rtp/packet.h"
#include "media/rtp/vp8.h"
#include "tests/free_port.h"
#include "tests/load/crowd.h"
#include "tests/load/stamp.h"
#include "tests/unit/media/rtp_packets.h"

/// One stage on several workers, over real sockets of the loopback. (engine_*_test has all that one worker
/// can do on two and three as well.)
namespace diemcau::media {
namespace {

using namespace std::chrono_literals;
using load::TestPeer;

constexpr StageId stage{1};

/// A peer, and what it got.
struct Participant {
  explicit Participant(const TestPeer::Shape& shape) : peer(shape) {
    peer.on_rtp = [this](std::span<const std::byte> bytes) {
      const auto packet = rtp::parse_packet(bytes);
      ASSERT_TRUE(packet);
      const auto stamp = load::read_stamp(packet->payload);
      ASSERT_TRUE(stamp);
      ++packets[stamp->stream];
    };
  }
  /// The first letter of the name that the answer gives tells the worker.
  std::size_t worker() const { return static_cast<std::size_t>(peer.remote_ufrag().at(0) - letter_of(0)); }

  TestPeer peer;
  PeerId id{};
  std::map<std::uint16_t, std::uint64_t> packets;  ///< by stream
  bool has_left = false;
};

class SeveralWorkers : public testing::Test {
 protected:
  void open(std::size_t workers, std::size_t peers_per_worker) {
    Config config{
        "127.0.0.1", port_, {{"127.0.0.1", port_}}, workers, peers_per_worker, /*core_per_worker=*/1000};
    engine_ = std::make_unique<Engine>(config, [] {});
    engine_->open_stage(stage);
  }
  Participant& join(TestPeer::Shape shape, std::optional<SourceId> source = {}) {
    shape.sends = source.has_value();
    auto& joined = *participants_.emplace_back(std::make_unique<Participant>(shape));
    joined.id = PeerId{++last_peer_};
    const auto answer = engine_->connect(joined.id, stage, source, joined.peer.offer());
    joined.peer.start(std::get<std::string>(answer));
    crowd_.watch(joined.peer);
    until([&] { return joined.peer.connected(); }, "a handshake");
    return joined;
  }
  load::Publication& publish(Participant& hall, int voice_below = 20) {
    return crowd_.publish(hall.peer, {300'000, true, voice_below}, 0ms);
  }
  void leave(Participant& gone) {
    const auto peers = engine_->counters().peers;
    engine_->disconnect(gone.id);
    until([&] { return engine_->counters().peers == peers - 1; }, "one peer less");
    crowd_.forget(gone.peer);
    gone.has_left = true;
  }
  /// The first participants (of all those there) have so many packets of every picture, and of the first's
  /// voice. Nobody gets their own.
  bool all_got(std::uint64_t packets, std::size_t first = SIZE_MAX) {
    for (std::size_t i = 0; i < std::min(first, participants_.size()); ++i) {
      auto& who = *participants_[i];
      if (who.has_left) continue;
      for (std::size_t k = 0; k < publications_.size(); ++k)
        if (k != i && who.packets[publications_[k]->video_stream()] < packets) return false;
      if (i != 0 && who.packets[publications_[0]->voice_stream()] < packets) return false;
    }
    return true;
  }
  /// The sources 1 … count are on stage and may speak.
  void direct(int count, Layout layout = Layout::grid_3x3) {
    Scene scene{layout, {}};
    std::vector<SourceId> audible;
    for (int i = 1; i <= count; ++i) {
      scene.cells.push_back({SourceId{i}, ""});
      audible.push_back(SourceId{i});
    }
    engine_->set_scene(stage, scene);
    engine_->set_audible(stage, audible);
  }
  void until(const std::function<bool()>& done, const char* what) {
    crowd_.until(
        [&] {
          for (auto& event : engine_->take_events()) note(event);
          return done();
        },
        what, 60s);
  }
  void note(Event& event) {
    if (auto* levels = std::get_if<Levels>(&event)) levels_ = std::move(levels->levels);
    if (auto* lines = std::get_if<LinesMeasured>(&event)) lines_ = std::move(lines->lines);
    if (auto* lines = std::get_if<Downlinks>(&event)) downlinks_ = std::move(lines->peers);
    if (auto* wanted = std::get_if<CameraWanted>(&event)) wanted_[wanted->source].push_back(wanted->rids);
  }

  const std::uint16_t port_ = free_port();
  load::Crowd crowd_;
  std::unique_ptr<Engine> engine_;
  std::uint64_t last_peer_ = 0;
  std::vector<std::unique_ptr<Participant>> participants_;
  std::vector<load::Publication*> publications_;
  std::map<SourceId, int> levels_;
  std::map<SourceId, LineTotals> lines_;
  std::map<PeerId, Downlink> downlinks_;
  std::map<SourceId, std::vector<std::vector<std::string>>> wanted_;
};

TEST_F(SeveralWorkers, AStageStaysOnOneUntilThatIsFull) {
  open(2, 3);
  std::string workers;
  for (int i = 0; i < 8; ++i) workers += std::to_string(join({.video_slots = 1}).worker());
  EXPECT_EQ(workers, "00011101");
}

// The load of a session, for ThreadSanitizer too: many see and hear all who publish, some go, others come.
// (That nothing is lost is for tests/load: a thread that must wait for a second has sockets that overflow.)
TEST_F(SeveralWorkers, ManyHallsOnTwoWorkersSeeAndHearEachOther) {
  constexpr std::size_t halls = 3;
  constexpr std::size_t viewers = 12;
  constexpr std::uint64_t packets = 60;
  const TestPeer::Shape shape{.video_slots = halls, .audio_slots = halls};
  open(2, 1);
  direct(halls);
  for (std::size_t i = 0; i < halls; ++i) join(shape, SourceId{static_cast<std::int64_t>(i + 1)});
  std::set<std::size_t> workers;
  for (std::size_t i = 0; i < viewers; ++i) workers.insert(join(shape).worker());
  EXPECT_EQ(workers.size(), 2u);
  for (std::size_t i = 0; i < halls; ++i)
    publications_.push_back(&crowd_.publish(participants_[i]->peer, {100'000, i == 0}, 0ms));
  until([&] { return all_got(packets); }, "every picture and the voice at everybody");
  for (std::size_t i = 0; i < viewers; i += 2) leave(*participants_[halls + i]);
  for (int i = 0; i < 4; ++i) join(shape);
  until([&] { return all_got(2 * packets, halls + viewers) && all_got(packets); },
        "the same at those who stayed and those who came later");
}

TEST_F(SeveralWorkers, WhatAllWorkersMeasureIsToldTogether) {
  open(3, 1);
  for (int i = 1; i <= 3; ++i) publish(join({.video_slots = 3, .reports_arrivals = true}, SourceId{i}));
  direct(3);
  std::set<std::size_t> workers;
  for (const auto& participant : participants_) workers.insert(participant->worker());
  ASSERT_EQ(workers.size(), 3u);
  const auto all = [](const auto& figures) { return figures.size() == 3; };
  until([&] { return all(levels_) && all(lines_) && all(downlinks_); }, "one event with all three");
  for (int i = 1; i <= 3; ++i)
    EXPECT_EQ(lines_[SourceId{i}].peer, participants_[static_cast<std::size_t>(i - 1)]->id);
  until([&] { return levels_[SourceId{1}] > 0 && levels_[SourceId{2}] > 0 && levels_[SourceId{3}] > 0; },
        "three voices at once");
}

TEST_F(SeveralWorkers, AHallThatIsOnAnotherWorkerThanBeforeIsSeenByAll) {
  open(3, 1);
  auto& before = join({}, SourceId{1});
  publish(before);
  auto& near = join({.video_slots = 1});
  auto& far = join({.video_slots = 1});
  direct(1, Layout::single);
  until([&] { return near.packets[0] > 0 && far.packets[0] > 0; }, "the first connection's picture");
  auto& after = join({}, SourceId{1});
  publish(after);
  ASSERT_EQ(after.worker(), before.worker());
  auto& moved = join({}, SourceId{1});
  publish(moved);
  ASSERT_NE(moved.worker(), before.worker());
  until([&] { return near.packets[4] > 5 && far.packets[4] > 5; }, "the last connection's picture");
  until([&] { return lines_.size() == 1 && lines_[SourceId{1}].peer == moved.id; }, "one line of that hall");
  leave(before);
  leave(after);
  const auto seen = std::pair(near.packets[4], far.packets[4]);
  until([&] { return near.packets[4] > seen.first + 5 && far.packets[4] > seen.second + 5; },
        "its picture when those before have gone");
  leave(moved);
  auto& again = join({}, SourceId{1});
  publish(again);
  until([&] { return near.packets[6] > 5 && far.packets[6] > 5; }, "and when it comes back after a while");
}

TEST_F(SeveralWorkers, TheLayersThatViewersOfAllWorkersNeedAreWanted) {
  open(2, 1);
  join({.simulcast = true}, SourceId{1});
  direct(1);
  auto& far = join({.video_slots = 1});
  EXPECT_EQ(far.worker(), 1u);
  const auto told = [&](const std::vector<std::string>& rids) {
    return !wanted_[SourceId{1}].empty() && wanted_[SourceId{1}].back() == rids;
  };
  until([&] { return told({"q"}); }, "a small cell's layer");
  direct(1, Layout::single);
  until([&] { return told({"f"}); }, "a large cell's, and the small one no more");
  engine_->set_scene(stage, {});
  until([&] { return told({}); }, "nothing");
}

TEST_F(SeveralWorkers, AStageIsClosedOnAllAndOpenedAgain) {
  open(2, 1);
  publish(join({}, SourceId{1}));
  join({.video_slots = 1});
  direct(1);
  engine_->close_stage(stage);
  until([&] { return participants_[0]->peer.closed() && participants_[1]->peer.closed(); }, "two goodbyes");
  until([&] { return engine_->counters().peers == 0; }, "nobody");
  for (const auto& participant : participants_) crowd_.forget(participant->peer);
  engine_->open_stage(stage);
  auto& viewer = join({.video_slots = 1});
  direct(1);
  auto& hall = join({}, SourceId{1});
  publish(hall);
  ASSERT_NE(viewer.worker(), hall.worker());
  until([&] { return viewer.packets[2] > 5; }, "a picture");
}

TEST_F(SeveralWorkers, APortThatAnotherEngineHasIsNamed) {
  open(2, 1);
  try {
    const Engine second({"127.0.0.1", port_, {}, 2}, [] {});
    FAIL() << "two on one port";
  } catch (const std::system_error& what) {
    EXPECT_EQ(what.code().value(), EADDRINUSE);
    EXPECT_NE(std::string(what.what()).find("udp 127.0.0.1:" + std::to_string(port_)), std::string::npos)
        << what.what();
  }
}

/// Takes what a recorder would. Called on a media thread.
class Recording : public stage::Sink {
 public:
  void on_packet(SourceId, stage::Codec codec, std::span<const std::byte> bytes) override {
    ++(stage::kind_of(codec) == stage::Kind::video ? pictures : voices);
    // One thread at a time, always the same.
    const std::lock_guard lock(mutex_);
    threads_.insert(std::this_thread::get_id());
    last_ = Bytes(bytes.begin(), bytes.end());
  }
  void on_scene(const Scene&) override {}
  std::size_t threads() {
    const std::lock_guard lock(mutex_);
    return threads_.size();
  }
  std::atomic<int> pictures{0}, voices{0};

 private:
  std::mutex mutex_;
  std::set<std::thread::id> threads_;
  Bytes last_;
};

/// Clips and sinks as the pipelines bring them: without pipelines, so that ThreadSanitizer may look on.
class ClipsOnWorkers : public testing::Test {
 protected:
  ClipsOnWorkers() {
    workers_.open_stage(stage);
    workers_.set_scene(stage, {Layout::side_by_side, {{SourceId{1}, ""}, {Engine::clip_source, ""}}});
    workers_.set_audible(stage, {SourceId{1}});
  }
  Participant& join(TestPeer::Shape shape, std::optional<SourceId> source = {}) {
    shape.sends = source.has_value();
    auto& joined = *participants_.emplace_back(std::make_unique<Participant>(shape));
    const auto number = participants_.size();
    std::string why;
    const auto offer = rtp::parse_offer(joined.peer.offer(), why);
    auto agreed = rtp::agree(*offer);
    auto ssrc = static_cast<std::uint32_t>(1000 * number);
    for (auto& media : agreed)
      if (media.from_us) media.slot_ssrc = ++ssrc;
    const auto worker = workers_.place(stage);
    const IceCredentials ice{letter_of(worker) + ("peer" + std::to_string(number)), std::string(32, 'p')};
    const auto candidate = "1 1 udp 1 127.0.0.1 " + std::to_string(port_) + " typ host";
    joined.peer.start(
        rtp::complete_answer(rtp::draft_answer(*offer, agreed), 1, {ice, dtls_.fingerprint(), {candidate}}));
    workers_.add_peer(worker,
                      {PeerId{number}, stage, source, agreed, ice, offer->ice, offer->fingerprint, {}, {}});
    crowd_.watch(joined.peer);
    crowd_.until([&] { return joined.peer.connected(); }, "a handshake");
    return joined;
  }
  void send_clip() {
    const bool keyframe = keyframes_wanted_.exchange(0) > 0;
    ++sequence_;
    Bytes stamp(load::stamp_size);
    load::write_stamp({clip_stream, sequence_, std::chrono::steady_clock::now()}, stamp);
    const auto picture = rtp::vp8_payload(keyframe, sequence_, 0, "film");
    workers_.put_home(RenderedPacket{
        stage, Engine::clip_source, stage::Kind::video,
        rtp::write_packet({.marker = true, .sequence = sequence_, .timestamp = sequence_ * 3000U},
                          joined(picture, stamp))});
  }

  static constexpr std::uint16_t clip_stream = 99;
  const std::uint16_t port_ = free_port();
  const transport::DtlsContext dtls_;
  std::atomic<int> keyframes_wanted_{0};
  load::Crowd crowd_;
  std::vector<std::unique_ptr<Participant>> participants_;
  std::uint16_t sequence_ = 0;
  Workers workers_{
      Config{"127.0.0.1", port_, {}, 2, 1, 1000},
      dtls_,
      {[](const Event&) {}, [this](StageId, SourceId) { ++keyframes_wanted_; }, [](StageId, bool) {},
       [](StageId, SourceId, rtp::Codec, const std::vector<std::vector<std::byte>>&) {}}};
};

TEST_F(ClipsOnWorkers, AClipIsSeenOnAllAndItsKeyframesAreAskedForFromAll) {
  auto& near = join({.video_slots = 2});
  workers_.put_home(SetClip{stage, true});
  const auto run_until_seen_by = [&](Participant& viewer) {
    const auto before = viewer.packets[clip_stream];
    crowd_.until([&] { return send_clip(), viewer.packets[clip_stream] > before + 3; }, "the film");
  };
  run_until_seen_by(near);
  auto& far = join({.video_slots = 2});
  ASSERT_NE(near.peer.remote_ufrag()[0], far.peer.remote_ufrag()[0]);
  run_until_seen_by(far);
  workers_.put_home(SetClip{stage, false});
  workers_.put_home(SetClip{stage, true});
  run_until_seen_by(far);
  run_until_seen_by(near);
}

TEST_F(ClipsOnWorkers, APausedFilmIsShownToWhoComesLateOnAnotherWorker) {
  auto& near = join({.video_slots = 2});
  workers_.put_home(SetClip{stage, true});
  crowd_.until([&] { return send_clip(), near.packets[clip_stream] > 3; }, "the film");
  crowd_.run(300ms);  // what makes it a still picture is that nothing comes
  auto& far = join({.video_slots = 2});
  crowd_.until([&] { return far.packets[clip_stream] > 3; }, "all since its key frame");
}

TEST_F(ClipsOnWorkers, ARecordingTakesWhatIsPublishedOnAllOfThem) {
  const auto recording = std::make_shared<Recording>();
  join({.video_slots = 2});
  auto& hall = join({}, SourceId{1});
  ASSERT_EQ(hall.worker(), 1u) << "not where the recording is";
  crowd_.publish(hall.peer, {300'000, true}, 0ms);
  workers_.put_home(AttachSink{stage, recording});
  crowd_.until([&] { return recording->pictures > 20 && recording->voices > 20; }, "picture and sound");
  workers_.set_audible(stage, {});
  crowd_.until(
      [&] {
        const int voices = recording->voices, pictures = recording->pictures;
        crowd_.until([&] { return recording->pictures > pictures + 10; }, "pictures");
        return recording->voices == voices;
      },
      "a closed microphone");
  workers_.set_audible(stage, {SourceId{1}});
  auto& again = join({}, SourceId{1});
  ASSERT_EQ(again.worker(), 0u);
  crowd_.publish(again.peer, {300'000, true}, 0ms);
  const int before = recording->voices;
  crowd_.until([&] { return recording->voices > before + 20; }, "the hall that came back here");
  EXPECT_EQ(recording->threads(), 1u);
  workers_.put_home(DetachSink{stage, recording});
  crowd_.until([&] { return recording.use_count() == 1; }, "the end of the recording");
}

}  // namespace
}  // namespace diemcau::media
