#include "media/hall_cameras.h"

#include <chrono>
#include <map>
#include <optional>
#include <set>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "media/media.h"
#include "media/program/pipeline.h"
#include "media/rtp/packet.h"
#include "tests/free_port.h"
#include "tests/ip_camera.h"
#include "tests/load/test_peer.h"

/// Halls without a PC: a real RTSP camera, the engine, and a viewer.
namespace diemcau::media {
namespace {

using namespace std::chrono_literals;
using load::TestPeer;
using Clock = std::chrono::steady_clock;

constexpr StageId room{1};
constexpr SourceId hall{10};

class HallCamerasTest : public testing::Test {
 protected:
  HallCamerasTest() {
    engine_.open_stage(room);
    engine_.set_scene(room, {Layout::single, {{hall, ""}}});
    engine_.set_audible(room, {hall});
    viewer_.on_rtp = [this](std::span<const std::byte> bytes) {
      const auto packet = *rtp::parse_packet(bytes);
      ++got_[packet.payload_type];
      latest_[packet.payload_type] = packet.timestamp;
    };
    viewer_.start(std::get<std::string>(engine_.connect(PeerId{99}, room, std::nullopt, viewer_.offer())));
  }
  CameraAddress at(const std::string& path = IpCamera::path, const std::string& user_info = "") const {
    return *read_camera_address("rtsp://" + user_info + "127.0.0.1:" + std::to_string(camera_port_) + path);
  }
  void connect(const CameraAddress& address) { camera_ = cameras_.connect(address); }

  template <class Condition>
  bool run_until(Condition holds, std::chrono::seconds limit = 20s) {
    for (const auto until = Clock::now() + limit; Clock::now() < until;) {
      viewer_.poll(5ms);
      for (const auto& event : cameras_.take_events()) note(event);
      for (const auto& event : engine_.take_events()) note(event);
      if (holds()) return true;
    }
    return false;
  }
  void note(const CameraEvent& event) {
    if (const auto* ended = std::get_if<CameraEnded>(&event)) {
      ended_ = *ended;
      return;
    }
    const auto& offers = std::get<CameraOffers>(event);
    const auto answer = engine_.connect(PeerId{++peers_}, room, hall, offers.offer, Way::to_us);
    ASSERT_TRUE(std::holds_alternative<std::string>(answer)) << std::get<OfferRefused>(answer).detail;
    cameras_.start(offers.camera, std::get<std::string>(answer));
  }
  void note(const Event& event) {
    if (const auto* lost = std::get_if<PeerLost>(&event)) lost_.insert(lost->peer);
    if (const auto* levels = std::get_if<Levels>(&event))
      for (const auto& [source, level] : levels->levels) loudest_ = std::max(loudest_, level);
  }

  const std::uint16_t port_ = free_port(), camera_port_ = free_port();
  Engine engine_{{"127.0.0.1", port_, {{"127.0.0.1", port_}}}, [] {}};
  TestPeer viewer_{{.video_slots = 1, .audio_slots = 1, .slots = TestPeer::Pictures::both}};
  HallCameras cameras_;
  HallCameraId camera_{};
  std::uint64_t peers_ = 0;
  std::map<std::uint8_t, int> got_;  ///< packets by payload type
  std::map<std::uint8_t, std::uint32_t> latest_;
  std::optional<CameraEnded> ended_;
  std::set<PeerId> lost_;
  int loudest_ = 0;
};

TEST_F(HallCamerasTest, PictureAndSoundOfACameraReachTheHallsAndH264IsNotTouched) {
  const IpCamera camera(camera_port_, {});
  connect(at());
  ASSERT_TRUE(run_until([&] { return got_[TestPeer::h264] > 100 && got_[TestPeer::opus] > 100; }));
  EXPECT_EQ(got_[TestPeer::vp8], 0);
  EXPECT_TRUE(run_until([&] { return loudest_ > 50; })) << "the loudest are heard, and this one is loud";
  EXPECT_FALSE(ended_);
}

TEST_F(HallCamerasTest, APictureThatNoBrowserTakesIsEncodedAnew) {
  const IpCamera camera(camera_port_, {"jpeg", "red", 0, "", ""});
  connect(at());
  EXPECT_TRUE(run_until([&] { return got_[TestPeer::vp8] > 100; }));
  EXPECT_EQ(got_[TestPeer::opus], 0) << "it has no microphone";
}

TEST_F(HallCamerasTest, OneThatWantsUserAndPasswordGetsThem) {
  const IpCamera camera(camera_port_, {"h264", "red", 700, "phòng", "mật:khẩu@1"});
  connect(at(IpCamera::path, "ph%C3%B2ng:m%E1%BA%ADt%3Akh%E1%BA%A9u%401@"));
  EXPECT_TRUE(run_until([&] { return got_[TestPeer::h264] > 20; }));
}

TEST_F(HallCamerasTest, OneThatRefusesIsSaidToRefuse) {
  const IpCamera camera(camera_port_, {"h264", "red", 700, "admin", "dung-mat-khau"});
  for (const auto& address : {at(IpCamera::path, "admin:sai-mat-khau@"), at(IpCamera::path)}) {
    ended_.reset();
    connect(address);
    ASSERT_TRUE(run_until([&] { return ended_.has_value(); }));
    EXPECT_EQ(ended_->trouble, CameraTrouble::refused) << ended_->detail;
    EXPECT_EQ(ended_->camera, camera_);
    EXPECT_EQ(ended_->detail.find("sai-mat-khau"), std::string::npos);
  }
}

TEST_F(HallCamerasTest, APathThatIsNotThereIsRefused) {
  const IpCamera camera(camera_port_, {});
  connect(at("/kenh9"));
  ASSERT_TRUE(run_until([&] { return ended_.has_value(); }));
  EXPECT_EQ(ended_->trouble, CameraTrouble::refused) << ended_->detail;
}

TEST_F(HallCamerasTest, WhereNobodyIsThereIsNoWay) {
  connect(at());
  ASSERT_TRUE(run_until([&] { return ended_.has_value(); }));
  EXPECT_EQ(ended_->trouble, CameraTrouble::unreachable) << ended_->detail;
}

TEST_F(HallCamerasTest, WhatSpeaksNonsenseIsNoCamera) {
  const int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(camera_port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(listening, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(listening, 4), 0);
  std::thread nonsense([listening] {
    for (int i = 0; i < 2; ++i) {
      const int one = accept(listening, nullptr, nullptr);
      if (one < 0) return;
      const std::string noise(3000, '\xa5');
      [[maybe_unused]] const auto sent = send(one, noise.data(), noise.size(), MSG_NOSIGNAL);
      close(one);
    }
  });
  connect(at());
  EXPECT_TRUE(run_until([&] { return ended_.has_value(); }));
  shutdown(listening, SHUT_RDWR);
  nonsense.join();
  close(listening);
  ASSERT_TRUE(ended_);
  EXPECT_NE(ended_->trouble, CameraTrouble::lost);
}

TEST_F(HallCamerasTest, OneThatIsUnpluggedIsLostAndItsHallWithIt) {
  std::optional<IpCamera> camera(std::in_place, camera_port_, IpCamera::Form{});
  connect(at());
  ASSERT_TRUE(run_until([&] { return got_[TestPeer::h264] > 20; }));
  camera.reset();
  ASSERT_TRUE(run_until([&] { return ended_ && !lost_.empty(); }));
  EXPECT_EQ(ended_->trouble, CameraTrouble::lost);
  // Plugged in again, it is asked for again.
  camera.emplace(camera_port_, IpCamera::Form{"h264", "green", 700, "", ""});
  got_.clear();
  connect(at());
  EXPECT_TRUE(run_until([&] { return got_[TestPeer::h264] > 20; }));
}

TEST_F(HallCamerasTest, OneMayBeEndedWhileItConnectsAndWhileItSends) {
  const IpCamera camera(camera_port_, {});
  connect(at());
  cameras_.end(camera_);
  cameras_.end(HallCameraId{77});
  connect(at());
  ASSERT_TRUE(run_until([&] { return got_[TestPeer::h264] > 20; }));
  cameras_.end(camera_);
  EXPECT_TRUE(run_until([&] { return !lost_.empty(); })) << "the server is told";
  EXPECT_FALSE(ended_) << "who ends it knows";
}

// No capture card is here. Elements of our own take the places of v4l2src and alsasrc, with the one property
// that is set; everything behind them is as ever.
struct StandIn {
  GstBin bin;
};
struct StandInClass {
  GstBinClass bin;
};
template <const char* parts>
void begin_stand_in(StandInClass* type, gpointer) {
  auto* const object = G_OBJECT_CLASS(type);
  object->set_property = [](GObject*, guint, const GValue*, GParamSpec*) {};
  g_object_class_install_property(
      object, 1, g_param_spec_string("device", "", "", "", static_cast<GParamFlags>(G_PARAM_WRITABLE)));
  object->constructed = [](GObject* made) {
    auto* const inside = gst_parse_bin_from_description(parts, TRUE, nullptr);
    gst_bin_add(GST_BIN(made), inside);
    const program::Ref<GstPad> pad(gst_element_get_static_pad(inside, "src"));
    gst_element_add_pad(GST_ELEMENT(made), gst_ghost_pad_new("src", pad.get()));
  };
}
constexpr char picture_parts[] =
    "videotestsrc is-live=true ! capsfilter caps=video/x-raw,format=YUY2,width=640,height=360";
constexpr char sound_parts[] =
    "audiotestsrc is-live=true freq=700 ! capsfilter caps=audio/x-raw,rate=44100,channels=2";

/// While it lives, the real elements cannot be found.
template <const char* parts>
class StandsIn {
 public:
  explicit StandsIn(const char* name) : name_(name) {
    program::start_gstreamer();
    real_ = gst_registry_lookup_feature(gst_registry_get(), name);
    if (real_ != nullptr) gst_registry_remove_feature(gst_registry_get(), real_);
    static const GType type = g_type_register_static_simple(
        GST_TYPE_BIN, (std::string("StandsInFor-") + name).c_str(), sizeof(StandInClass),
        reinterpret_cast<GClassInitFunc>(begin_stand_in<parts>), sizeof(StandIn), nullptr,
        static_cast<GTypeFlags>(0));
    gst_element_register(nullptr, name, GST_RANK_NONE, type);
  }
  ~StandsIn() {
    auto* const own = gst_registry_lookup_feature(gst_registry_get(), name_);
    gst_registry_remove_feature(gst_registry_get(), own);
    gst_object_unref(own);
    if (real_ == nullptr) return;
    gst_registry_add_feature(gst_registry_get(), real_);
    gst_object_unref(real_);
  }
  StandsIn(const StandsIn&) = delete;
  StandsIn& operator=(const StandsIn&) = delete;

 private:
  const char* name_;
  GstPluginFeature* real_ = nullptr;
};

TEST_F(HallCamerasTest, PictureAndSoundOfACaptureDeviceReachTheHalls) {
  const StandsIn<picture_parts> picture("v4l2src");
  const StandsIn<sound_parts> sound("alsasrc");
  connect(*read_camera_address("capture:/dev/video7?sound=hw:1,0"));
  EXPECT_TRUE(run_until([&] { return got_[TestPeer::vp8] > 100 && got_[TestPeer::opus] > 100; }));
  EXPECT_TRUE(run_until([&] { return loudest_ > 50; }));
  cameras_.end(camera_);
  EXPECT_TRUE(run_until([&] { return !lost_.empty(); }));
}

TEST_F(HallCamerasTest, ADeviceThatIsNotPluggedInIsSaidNotToBeThere) {
  for (const auto* address : {"capture:/dev/video77", "capture:/dev/v4l/by-id/usb-card"}) {
    ended_.reset();
    connect(*read_camera_address(address));
    ASSERT_TRUE(run_until([&] { return ended_.has_value(); }));
    EXPECT_EQ(ended_->trouble, CameraTrouble::unreachable) << ended_->detail;
    EXPECT_NE(ended_->detail.find("/dev/v"), std::string::npos) << ended_->detail;
  }
}

TEST(CameraAddress, MayBeACaptureDeviceOfThisMachine) {
  const auto picture = read_camera_address("capture:/dev/video0");
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->device, "/dev/video0");
  EXPECT_EQ(picture->sound + picture->url, "");
  EXPECT_EQ(picture->place, "capture:/dev/video0");
  const auto both =
      read_camera_address("capture:/dev/v4l/by-id/usb-AVer_1080p-video-index0?sound=hw:CARD=HDMI,0");
  ASSERT_TRUE(both);
  EXPECT_EQ(both->device, "/dev/v4l/by-id/usb-AVer_1080p-video-index0");
  EXPECT_EQ(both->sound, "hw:CARD=HDMI,0");
  for (const auto* text :
       {"capture:", "capture:/dev/video", "capture:/dev/sda", "capture:/dev/video0/../sda",
        "capture:/dev/video-1", "capture:/dev/v4l/by-id/", "capture:/dev/v4l/by-id/../../sda",
        "capture:/dev/video0?sound=", "capture:/dev/video0?sound=hw 1", "capture:/dev/video0?picture=1",
        "capture:rtsp://10.1.3.7/"})
    EXPECT_FALSE(read_camera_address(text)) << text;
}

TEST(CameraAddress, IsReadWithoutLettingItsSecretsOut) {
  const auto plain = read_camera_address("rtsp://10.1.3.7/Streaming/Channels/101");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->url, "rtsp://10.1.3.7:554/Streaming/Channels/101");
  EXPECT_EQ(plain->place, "rtsp://10.1.3.7:554");
  EXPECT_EQ(plain->user + plain->password, "");
  const auto full = read_camera_address("rtsps://admin:m%40t@cam.example:8554/kenh?subtype=0&a=b");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->url, "rtsps://cam.example:8554/kenh?subtype=0&a=b");
  EXPECT_EQ(full->user, "admin");
  EXPECT_EQ(full->password, "m@t");
  const auto v6 = read_camera_address("rtsp://[2001:db8::7]:8554");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->url, "rtsp://[2001:db8::7]:8554/");
}

TEST(CameraAddress, IsRefusedWhenItIsNone) {
  for (const auto* text : {"", "rtsp://", "rtsp:///kenh", "http://10.1.3.7/kenh", "rtsp://10.1.3.7:99999/a",
                           "rtsp://10.1.3.7/kênh", "rtsp://10.1.3.7/a b", "10.1.3.7", "rtspu://10.1.3.7/a"})
    EXPECT_FALSE(read_camera_address(text)) << text;
  EXPECT_FALSE(read_camera_address("rtsp://10.1.3.7/" + std::string(500, 'a')));
}

}  // namespace
}  // namespace diemcau::media
