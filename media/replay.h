#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

/// Halls that are none, for demonstrations: peers of our own that join a server from outside, as encoders do,
/// and send a prepared picture and voice for ever. With media.h all that server/ may include of media/.
namespace diemcau::media {

/// What a prepared hall looks and sounds like.
struct ReplayContent {
  std::string name;             ///< on the cloth behind the table; UTF-8, NFC
  int number{};                 ///< of the site, beside the name
  std::filesystem::path voice;  ///< WAV of what is said there, again and again; empty: nothing is
};

/// How the two streams stand in the files.
struct ReplayForm {
  static constexpr int vp8 = 96, opus = 111;  ///< payload types
  static constexpr int level_extension = 1;   ///< id of RFC 6464's
};

/// Draws and encodes twelve seconds (VP8 640x360, Opus) into an rtpdump file, written beside it and renamed.
/// Blocks for about a second: for a job thread. Throws std::runtime_error.
void make_replay(const ReplayContent& content, const std::filesystem::path& to);

enum class ReplayId : std::uint64_t {};

/// Owns the thread that sends for all of them. All calls are for one thread.
class Replays {
 public:
  Replays();
  ~Replays();  ///< says goodbye to all servers, joins
  Replays(const Replays&) = delete;
  Replays& operator=(const Replays&) = delete;

  struct Begun {
    ReplayId id{};
    std::string offer;  ///< SDP: one microphone, one camera
  };
  /// Throws std::runtime_error when the file is none of make_replay's.
  Begun begin(const std::filesystem::path& file);
  /// The server's answer: connects, and sends from then on. Throws std::runtime_error when it makes no sense.
  void start(ReplayId id, const std::string& answer);
  /// Says goodbye. Unknown ids are ignored.
  void end(ReplayId id);
  /// Those that their server has said goodbye to since the last call, or that never got through to it.
  std::vector<ReplayId> take_ended();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace diemcau::media
