#include <map>
#include <memory>
#include <set>

#include <gtest/gtest.h>

#include "media/media.h"
#include "media/rtp/packet.h"
#include "media/rtp/vp8.h"
#include "media/stage/stage.h"
#include "tests/free_port.h"
#include "tests/load/test_peer.h"
#include "tests/unit/media/h264_packets.h"
#include "tests/unit/media/rtp_packets.h"

/// What a hall may send besides a VP8 camera, as its viewers see it: H.264, and its screen.
namespace diemcau::media {
namespace {

using namespace std::chrono_literals;
using load::TestPeer;
using Pictures = TestPeer::Pictures;

constexpr StageId stage{1};
constexpr SourceId an_binh{10};
constexpr SourceId ban_mai{20};

struct Got {
  std::uint8_t payload_type{};
  std::uint16_t sequence{};
  std::uint32_t timestamp{};
  Bytes payload;
};

class Hall {
 public:
  Hall(Engine& engine, PeerId id, std::optional<SourceId> source, const TestPeer::Shape& shape)
      : peer(shape) {
    peer.on_rtp = [this](std::span<const std::byte> rtp) {
      const auto view = *rtp::parse_packet(rtp);
      got_[view.ssrc].push_back({view.payload_type, view.sequence, view.timestamp, copy(view.payload)});
    };
    peer.on_rtcp = [this](const rtp::RtcpReport& report, std::span<const std::byte>) {
      keyframes_wanted += report.keyframes_wanted.size();
    };
    const auto answer = engine.connect(id, stage, source, peer.offer());
    if (const auto* refused = std::get_if<OfferRefused>(&answer)) throw std::runtime_error(refused->detail);
    peer.start(std::get<std::string>(answer));
  }

  const std::vector<Got>& slot(std::size_t number) { return got_[peer.video_slots().at(number).ssrc]; }

  void send(std::uint8_t type, char mid, std::uint32_t ssrc, const Bytes& payload, bool new_picture = true,
            std::string_view rid = {}) {
    auto& stream = streams_[ssrc];
    if (new_picture) stream.timestamp += 3000;
    Bytes extension{std::byte{0x40}, static_cast<std::byte>(mid)};
    if (!rid.empty())
      extension = joined(extension, Bytes{std::byte{TestPeer::rid_extension << 4}}, text_bytes(rid));
    peer.send_rtp(rtp::write_packet({.payload_type = type,
                                     .marker = true,
                                     .sequence = ++stream.sequence,
                                     .timestamp = stream.timestamp,
                                     .ssrc = ssrc,
                                     .extension = extension},
                                    payload));
  }
  void show_vp8(bool keyframe) {
    send(TestPeer::vp8, '1', camera_ssrc, rtp::vp8_payload(keyframe, ++picture_, 0));
  }
  /// A whole picture in two packets.
  void show_h264(std::uint32_t ssrc = camera_ssrc, std::string_view rid = {},
                 const char* parameters = rtp::baseline_parameters) {
    send(TestPeer::h264, '1', ssrc, hex(parameters), true, rid);
    send(TestPeer::h264, '1', ssrc, rtp::h264_part(true, true, "picture"), false, rid);
  }
  void show_screen(bool keyframe) {
    send(TestPeer::vp8, '2', screen_ssrc, rtp::vp8_payload(keyframe, ++picture_, 0, "screen"));
  }

  static constexpr std::uint32_t camera_ssrc = 0xca3e7a, screen_ssrc = 0x5c7ee9;
  TestPeer peer;
  std::size_t keyframes_wanted = 0;

 private:
  struct Stream {
    std::uint16_t sequence = 7000;
    std::uint32_t timestamp = 0;
  };
  std::map<std::uint32_t, Stream> streams_;
  std::map<std::uint32_t, std::vector<Got>> got_;
  std::uint16_t picture_ = 0;
};

/// On so many workers; on several, each hall is on another than the one before.
class SourcesTest : public testing::TestWithParam<std::size_t> {
 protected:
  SourcesTest() { engine_.open_stage(stage); }

  Hall& join(std::optional<SourceId> source, TestPeer::Shape shape) {
    const PeerId id{++last_peer_};
    shape.sends = source.has_value();
    auto& hall = *halls_.emplace_back(std::make_unique<Hall>(engine_, id, source, shape));
    EXPECT_TRUE(run_until([&] { return hall.peer.connected() && connected_.contains(id); }));
    return hall;
  }
  template <class Condition>
  bool run_until(Condition condition) {
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (std::chrono::steady_clock::now() < until) {
      for (auto& hall : halls_) hall->peer.poll(1ms);
      for (auto& event : engine_.take_events()) note(event);
      if (condition()) return true;
    }
    return false;
  }
  void note(const Event& event) {
    if (const auto* connected = std::get_if<PeerConnected>(&event)) connected_.insert(connected->peer);
    if (const auto* missing = std::get_if<CodecMissing>(&event)) missing_.push_back(*missing);
    if (const auto* measured = std::get_if<LinesMeasured>(&event)) lines_ = measured->lines;
    if (const auto* wanted = std::get_if<CameraWanted>(&event)) wanted_[wanted->source] = wanted->rids;
  }
  /// All that was sent before has been handled.
  bool handled(std::uint64_t packets) {
    return run_until([&] { return engine_.counters().packets_in >= packets; });
  }
  void put_on_stage(const std::vector<SourceId>& sources) {
    Scene scene{Layout::grid_3x3, {}};
    for (const auto source : sources) scene.cells.push_back({source, ""});
    engine_.set_scene(stage, scene);
  }
  static bool one_stream(const std::vector<Got>& packets) {
    for (std::size_t i = 1; i < packets.size(); ++i)
      if (packets[i].sequence != static_cast<std::uint16_t>(packets[i - 1].sequence + 1) ||
          static_cast<std::int32_t>(packets[i].timestamp - packets[i - 1].timestamp) < 0)
        return false;
    return true;
  }

  const std::uint16_t port_ = free_port();
  Engine engine_{{"127.0.0.1",
                  port_,
                  {{"127.0.0.1", port_}},
                  GetParam(),
                  /*peers_per_worker=*/1,
                  /*core_per_worker=*/1000},
                 [] {}};
  std::uint64_t last_peer_ = 0;
  std::vector<std::unique_ptr<Hall>> halls_;
  std::set<PeerId> connected_;
  std::map<SourceId, LineTotals> lines_;
  std::vector<CodecMissing> missing_;
  std::map<SourceId, std::vector<std::string>> wanted_;
};

INSTANTIATE_TEST_SUITE_P(On, SourcesTest, testing::Values(1, 2),
                         [](const auto& test) { return std::to_string(test.param); });

TEST_P(SourcesTest, AnH264SenderIsSeenBesideAVp8One) {
  auto& browser = join(an_binh, {});
  auto& encoder = join(ban_mai, {.camera = Pictures::h264});
  auto& viewer = join(std::nullopt, {.video_slots = 2, .slots = Pictures::both});
  put_on_stage({an_binh, ban_mai});
  browser.show_vp8(true);
  encoder.show_h264();
  encoder.send(TestPeer::h264, '1', Hall::camera_ssrc, rtp::h264_part(false, true, "more"));
  ASSERT_TRUE(run_until([&] { return !viewer.slot(0).empty() && viewer.slot(1).size() == 3; }));
  EXPECT_EQ(viewer.slot(0)[0].payload_type, TestPeer::vp8);
  const auto& h264 = viewer.slot(1);
  for (const auto& packet : h264) EXPECT_EQ(packet.payload_type, TestPeer::h264);
  EXPECT_EQ(h264[0].payload, hex(rtp::baseline_parameters)) << "its bits are nobody's to change";
  EXPECT_EQ(h264[1].payload, rtp::h264_part(true, true, "picture"));
  EXPECT_EQ(h264[1].timestamp, h264[0].timestamp);
  // By as much as they were sent apart, or squeezed when the viewer's worker came to its scene after them.
  EXPECT_GT(static_cast<std::int32_t>(h264[2].timestamp - h264[1].timestamp), 0);
  EXPECT_TRUE(one_stream(h264));
}

TEST_P(SourcesTest, ASlotGoesFromOneCodecToTheOtherAndBackAsOneStream) {
  auto& browser = join(an_binh, {});
  auto& encoder = join(ban_mai, {.camera = Pictures::h264});
  auto& viewer = join(std::nullopt, {.video_slots = 1, .slots = Pictures::both});
  const auto& seen = viewer.slot(0);
  const auto last_is = [&](std::uint8_t type) { return !seen.empty() && seen.back().payload_type == type; };
  put_on_stage({an_binh});
  browser.show_vp8(true);
  ASSERT_TRUE(run_until([&] { return last_is(TestPeer::vp8); }));
  const auto before = *rtp::parse_vp8(seen.back().payload)->picture_id;
  put_on_stage({ban_mai});
  encoder.show_h264();
  ASSERT_TRUE(run_until([&] { return last_is(TestPeer::h264) && seen.size() == 3; }));
  put_on_stage({an_binh});
  browser.show_vp8(true);
  ASSERT_TRUE(run_until([&] { return last_is(TestPeer::vp8); }));
  EXPECT_EQ(*rtp::parse_vp8(seen[3].payload)->picture_id, before + 1);
  EXPECT_TRUE(one_stream(seen));
}

TEST_P(SourcesTest, AViewerWithoutTheCodecSeesTheOthersAndNobodyIsAskedForKeyframes) {
  auto& browser = join(an_binh, {});
  auto& encoder = join(ban_mai, {.camera = Pictures::h264});
  auto& viewer = join(std::nullopt, {.video_slots = 2, .slots = Pictures::vp8});
  put_on_stage({ban_mai, an_binh});
  ASSERT_TRUE(run_until([&] { return !missing_.empty(); }));
  EXPECT_EQ(missing_[0].peer, PeerId{3});
  EXPECT_EQ(missing_[0].source, ban_mai);
  EXPECT_EQ(missing_[0].codec, "H264");
  browser.show_vp8(true);
  for (int i = 0; i < 50; ++i) encoder.show_h264();
  ASSERT_TRUE(run_until([&] { return !viewer.slot(1).empty(); }));
  ASSERT_TRUE(handled(101));
  put_on_stage({an_binh, ban_mai});
  browser.show_vp8(true);
  ASSERT_TRUE(run_until([&] { return !viewer.slot(0).empty(); }));
  EXPECT_EQ(viewer.slot(0)[0].payload_type, TestPeer::vp8) << "nothing of the encoder came into it before";
  EXPECT_EQ(encoder.keyframes_wanted, 0u);
  EXPECT_EQ(missing_.size(), 1u) << "told once";
}

TEST_P(SourcesTest, AHallThatComesBackWithAnotherCodecIsBackInItsCell) {
  auto& viewer = join(std::nullopt, {.video_slots = 1, .slots = Pictures::both});
  const auto& seen = viewer.slot(0);
  put_on_stage({an_binh});
  join(an_binh, {}).show_vp8(true);
  ASSERT_TRUE(run_until([&] { return !seen.empty(); }));
  join(an_binh, {.camera = Pictures::h264}).show_h264();
  ASSERT_TRUE(run_until([&] { return seen.back().payload_type == TestPeer::h264; }));
  EXPECT_TRUE(one_stream(seen));
}

TEST_P(SourcesTest, ACellGetsTheSizeOfAnH264CameraThatItNeeds) {
  auto& encoder = join(ban_mai, {.simulcast = true, .camera = Pictures::h264});
  auto& viewer = join(std::nullopt, {.video_slots = 1, .slots = Pictures::both});
  const auto show_both = [&] {
    encoder.show_h264(0x100, "q");
    encoder.show_h264(0x102, "f", rtp::high_parameters);
  };
  show_both();
  ASSERT_TRUE(handled(4));
  engine_.set_scene(stage, {Layout::single, {{ban_mai, ""}}});
  const auto& seen = viewer.slot(0);
  // A viewer on another worker can come to its scene before those packets: then the small size comes first.
  const auto full = [&](const Got& packet) { return packet.payload == hex(rtp::high_parameters); };
  ASSERT_TRUE(run_until([&] {
    return wanted_[ban_mai] == std::vector<std::string>{"f"} && std::ranges::any_of(seen, full);
  })) << "720 lines for a full screen";
  const auto before = std::ranges::count_if(seen, full);
  show_both();
  ASSERT_TRUE(run_until([&] { return std::ranges::count_if(seen, full) > before; }));
  const auto first_full = std::ranges::find_if(seen, full);
  EXPECT_TRUE(std::none_of(first_full, seen.end(), [](const Got& packet) {
    return packet.payload == hex(rtp::baseline_parameters);
  })) << "nothing of the small size any more";
}

TEST_P(SourcesTest, WhenASenderLeavesOutTheSizeOfACellTheViewerGetsTheOther) {
  auto& browser = join(an_binh, {.simulcast = true});
  auto& viewer = join(std::nullopt, {.video_slots = 1});
  std::uint16_t number = 0;
  const auto show = [&](std::string_view rid, bool keyframe) {
    const bool large = rid == "f";
    auto payload = rtp::vp8_payload(keyframe, ++number, 0, "");
    // Start code, width and height (RFC 6386 9.1), behind two more bytes of the tag.
    if (keyframe) payload = joined(payload, hex(large ? "00009d012a0005d002" : "00009d012a40010001"));
    browser.send(TestPeer::vp8, '1', large ? 0x102 : 0x100, joined(payload, text_bytes(rid)), true, rid);
  };
  show("q", true);
  show("f", true);
  ASSERT_TRUE(handled(2));
  engine_.set_scene(stage, {Layout::single, {{an_binh, ""}}});
  const auto& seen = viewer.slot(0);
  const auto shows = [&](char rid) {
    return run_until(
        [&] { return !seen.empty() && seen.back().payload.back() == static_cast<std::byte>(rid); });
  };
  ASSERT_TRUE(shows('f'));
  for (int picture = 0; picture < 5; ++picture) show("q", picture == 0);
  ASSERT_TRUE(shows('q'));
  for (int picture = 0; picture < 5; ++picture) {
    show("q", false);
    show("f", picture == 0);
  }
  EXPECT_TRUE(shows('f'));
  EXPECT_TRUE(one_stream(seen));
}

TEST_P(SourcesTest, AnOfferWithoutAKnownCodecIsToldWhatIsKnown) {
  auto offer = TestPeer({.sends = true, .protects_voice = false}).offer();
  for (const std::string known : {"VP8/90000", "opus/48000"})
    offer.replace(offer.find(known), known.size(), "AV1/90000");
  const auto answer = engine_.connect(PeerId{9}, stage, an_binh, offer);
  const auto* refused = std::get_if<OfferRefused>(&answer);
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(refused->text_key, "media.no_common_codec");
  EXPECT_EQ(refused->detail, "VP8, H.264 (packetization-mode=1), Opus");
}

// ---- screens

TEST_P(SourcesTest, AHallsScreenIsSeenBesideItsCamera) {
  auto& hall = join(an_binh, {.has_screen = true});
  auto& viewer = join(std::nullopt, {.video_slots = 2});
  put_on_stage({screen_of(an_binh), an_binh});
  hall.show_screen(true);
  hall.show_vp8(true);
  ASSERT_TRUE(run_until([&] { return !viewer.slot(0).empty() && !viewer.slot(1).empty(); }));
  const auto text = [](const Got& packet) {
    std::string all;
    for (const auto byte : std::span(packet.payload).subspan(6)) all += static_cast<char>(byte);
    return all;
  };
  EXPECT_EQ(text(viewer.slot(0)[0]), "screen");
  EXPECT_EQ(text(viewer.slot(1)[0]), "picture");
}

TEST_P(SourcesTest, AScreenIsToldWhetherSomebodySeesItAndIsNotSentBack) {
  auto& hall = join(an_binh, {.video_slots = 1, .has_screen = true});
  auto& viewer = join(std::nullopt, {.video_slots = 1});
  const auto screen = screen_of(an_binh);
  ASSERT_TRUE(run_until([&] { return wanted_.contains(screen); }));
  EXPECT_TRUE(wanted_[screen].empty()) << "nobody yet";
  put_on_stage({screen});
  ASSERT_TRUE(run_until([&] { return wanted_[screen] == std::vector<std::string>{""}; }));
  hall.show_screen(true);
  ASSERT_TRUE(run_until([&] { return !viewer.slot(0).empty(); }));
  EXPECT_TRUE(hall.slot(0).empty());
  put_on_stage({an_binh});
  EXPECT_TRUE(run_until([&] { return wanted_[screen].empty(); }));
}

TEST_P(SourcesTest, TheLineTellsTheSizeOfTheCameraNotOfTheScreen) {
  auto& hall = join(an_binh, {.camera = Pictures::h264, .has_screen = true});
  const auto show = [&](char mid, std::uint32_t ssrc, const char* parameters) {
    hall.send(TestPeer::h264, mid, ssrc, hex(parameters));
  };
  ASSERT_TRUE(run_until([&] {
    show('2', Hall::screen_ssrc, rtp::high_parameters);
    return lines_[an_binh].up.packets > 5;
  }));
  EXPECT_EQ(lines_[an_binh].up.height, 0);
  EXPECT_TRUE(run_until([&] {
    show('1', Hall::camera_ssrc, rtp::baseline_parameters);
    show('2', Hall::screen_ssrc, rtp::high_parameters);
    return lines_[an_binh].up.height == 360;
  }));
}

TEST_P(SourcesTest, AHallThatComesBackWithoutAScreenHasNone) {
  auto& viewer = join(std::nullopt, {.video_slots = 1});
  put_on_stage({screen_of(an_binh)});
  join(an_binh, {.has_screen = true}).show_screen(true);
  ASSERT_TRUE(run_until([&] { return !viewer.slot(0).empty(); }));
  auto& again = join(an_binh, {});
  const auto before = viewer.slot(0).size();
  again.show_vp8(true);
  put_on_stage({an_binh});
  again.show_vp8(true);
  ASSERT_TRUE(run_until([&] { return viewer.slot(0).size() > before; }));
  EXPECT_TRUE(one_stream(viewer.slot(0)));
}

// ---- the wall

TEST(Wall, AnEncodersKeyframesAreToldWhileSomebodyLooks) {
  stage::Clock::time_point now{1h};
  const transport::DtlsContext dtls;
  transport::Ports ports(
      "127.0.0.1", free_port(), [](const transport::TcpPort::Watch&) {},
      [](const transport::Endpoint&, std::span<std::byte>) {});
  LiveCounters counters;
  rtp::AgreedMedia line;
  line.kind = rtp::MediaKind::video;
  line.mid = "0";
  line.accepted = line.to_us = true;
  line.codecs = {{rtp::Codec::vp8, TestPeer::vp8, -1, {}}};
  stage::Peer encoder(PeerId{1}, an_binh, {line},
                      std::make_unique<transport::Link>(ports, dtls, 1, transport::Link::Ice{}, "", now),
                      counters, 1);
  int told = 0;
  stage::Stage on_stage(counters, {[](SourceId) {}, [](bool) {}, [](SourceId, std::vector<std::string>) {},
                                   [](PeerId, SourceId, rtp::Codec) {},
                                   [&](SourceId source, rtp::Codec, std::vector<Bytes> packets) {
                                     EXPECT_EQ(source, an_binh);
                                     EXPECT_EQ(packets.size(), 1u);
                                     ++told;
                                   },
                                   [](PeerId, bool) {}, [](PeerId, std::vector<std::size_t>) {}});
  on_stage.add(encoder);
  std::uint16_t picture = 0;
  const auto send_for = [&](std::chrono::seconds time, bool looked_at) {
    for (const auto end = now + time; now < end; now += 500ms) {
      if (looked_at) on_stage.want_snapshots(now);
      ++picture;
      auto packet = rtp::write_packet({.payload_type = TestPeer::vp8,
                                       .marker = true,
                                       .sequence = picture,
                                       .timestamp = picture * 45'000U},
                                      rtp::vp8_payload(true, picture, 0));
      on_stage.on_packet(encoder, packet, now);
      on_stage.on_timer(now);
    }
  };
  send_for(10s, false);
  EXPECT_EQ(told, 0) << "nobody looks: nothing is copied, nothing decoded";
  send_for(9s, true);
  EXPECT_EQ(told, 3) << "one in three seconds";
  send_for(3s, false);
  told = 0;
  send_for(10s, false);
  EXPECT_EQ(told, 0) << "the last console was closed";
  on_stage.remove(encoder);
}

TEST(Screens, HaveIdsOfTheirOwn) {
  EXPECT_FALSE(is_screen(an_binh));
  EXPECT_FALSE(is_screen(Engine::clip_source));
  EXPECT_TRUE(is_screen(screen_of(an_binh)));
  EXPECT_EQ(publisher_of(screen_of(an_binh)), an_binh);
}

}  // namespace
}  // namespace diemcau::media
