#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "media/media.h"
#include "media/rtp/codec.h"

namespace diemcau::program {

/// A whole keyframe, as RTP packets.
struct Keyframe {
  media::StageId stage{};
  media::SourceId source{};
  rtp::Codec codec{};
  std::vector<std::vector<std::byte>> packets;
};

/// Small JPEG of a keyframe (media::Snapshot); nullopt: it cannot be decoded. Blocks for some ten
/// milliseconds.
std::optional<std::vector<std::byte>> draw_snapshot(const Keyframe& keyframe);

/// Makes them one after the other on a thread of its own, which works a fifth of the time at most: of a
/// source that sends faster the newest is made.
class Snapshots {
 public:
  /// `on_snapshot`: on that thread.
  explicit Snapshots(std::function<void(media::Snapshot)> on_snapshot);
  ~Snapshots();
  Snapshots(const Snapshots&) = delete;
  Snapshots& operator=(const Snapshots&) = delete;

  void put(Keyframe keyframe);  ///< any thread

 private:
  void run();

  std::function<void(media::Snapshot)> on_snapshot_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::map<std::pair<media::StageId, media::SourceId>, Keyframe> waiting_;
  std::thread thread_;
};

}  // namespace diemcau::program
