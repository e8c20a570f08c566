#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// Halls that have a camera and no PC, reached by RTSP or plugged into this machine: peers of our own that
/// join a server from outside, as encoders do, and pass on what the camera sends. With media.h and replay.h
/// all that server/ may include of media/.
namespace diemcau::media {

struct CameraAddress {
  std::string url;             ///< rtsp://HOST[:PORT]/…, without user and password
  std::string user, password;  ///< may be empty
  std::string device;          ///< or a capture device of this machine: "/dev/video0"
  std::string sound;           ///< of that: what ALSA calls it, "hw:1,0"; empty: none
  std::string place;           ///< what everybody may see of it: "rtsp://10.1.3.7:554"
};
/// Reads, of at most 500 characters,
///   rtsp://[USER[:PASSWORD]@]HOST[:PORT]/PATH   (or rtsps)
///   capture:/dev/videoN[?sound=hw:1,0]          (also /dev/v4l/by-id/NAME, which survives a restart)
/// nullopt: it is none.
std::optional<CameraAddress> read_camera_address(const std::string& url);

enum class HallCameraId : std::uint64_t {};

/// What is wrong with a camera: `unreachable`: no connection came about; `refused`: it answered and does not
/// let us (user, password), or has nothing under that path; `no_picture`: it sends none that we can read;
/// `lost`: it sent pictures and does not any more.
enum class CameraTrouble { unreachable, refused, no_picture, lost };

/// Its first picture is here: the offer of a peer with one microphone and one camera. start() follows.
struct CameraOffers {
  HallCameraId camera{};
  std::string offer;
};
/// It is over, as after end().
struct CameraEnded {
  HallCameraId camera{};
  CameraTrouble trouble{};
  std::string detail;  ///< for the log: what the library says, without user and password
};
using CameraEvent = std::variant<CameraOffers, CameraEnded>;

/// Owns the thread of all of them. H.264 passes as an RTSP camera sends it (without B frames, which no
/// browser takes); other pictures become VP8 of 1280x720, sound becomes Opus. All calls are for one thread
/// and return at once.
class HallCameras {
 public:
  HallCameras();
  ~HallCameras();  ///< says goodbye to all servers, joins
  HallCameras(const HallCameras&) = delete;
  HallCameras& operator=(const HallCameras&) = delete;

  HallCameraId connect(const CameraAddress& address);
  /// The server's answer to its offer: sends from then on.
  void start(HallCameraId camera, const std::string& answer);
  /// Says goodbye to both sides. Unknown ids are ignored.
  void end(HallCameraId camera);
  std::vector<CameraEvent> take_events();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace diemcau::media
