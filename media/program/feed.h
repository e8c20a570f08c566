#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <vector>

#include "media/program/pipeline.h"
#include "media/stage/source.h"

namespace diemcau::program {
using media::Scene;
using media::SourceId;

/// Takes what one source sends. push() on the media thread; must not wait.
class Receiver {
 public:
  virtual ~Receiver() = default;
  /// `arrived`: on the system clock. False when the packet is of another stream than those before (the hall
  /// has reconnected), or of another codec: this receiver takes no more and must be built anew.
  virtual bool push(stage::Codec codec, std::span<const std::byte> rtp, GstClockTime arrived) = 0;
};

/// The media thread's end of whatever takes a stage in: knows which receiver takes which source. The mutex is
/// held for the push of one packet, which never blocks, or for a change of the table; a mailbox would cost
/// the packets a detour through the control thread.
class Feed : public stage::Sink {
 public:
  /// `changed`: any thread; sources came or went, look at them on the control thread.
  explicit Feed(std::function<void()> changed) : changed_(std::move(changed)) {}

  void on_packet(SourceId source, stage::Codec codec, std::span<const std::byte> rtp) override;
  void on_scene(const Scene& scene) override;

  Scene scene();
  /// Sources that were heard lately.
  std::set<SourceId> voices();
  /// What its picture was coded in last.
  stage::Codec picture_codec(SourceId source);
  /// False once the source has become another stream.
  bool connected(SourceId source);
  /// Gives it what was held for it, then all that comes.
  void connect(SourceId source, Receiver* receiver);
  void disconnect(SourceId source);
  /// Nothing is held for a source that will not be taken in.
  void hold_only(const std::set<SourceId>& sources);
  /// Nothing is passed on or told any more.
  void close();

 private:
  struct Held {
    stage::Codec codec;
    std::vector<std::byte> rtp;
    GstClockTime arrived;
  };
  static constexpr std::size_t most_held = 512;

  void lose(SourceId source);
  void hold(SourceId source, Held packet);

  std::mutex mutex_;
  std::function<void()> changed_;
  Scene scene_;
  std::map<SourceId, std::chrono::steady_clock::time_point> voices_;
  std::map<SourceId, stage::Codec> pictures_;
  std::map<SourceId, Receiver*> receivers_;
  std::map<SourceId, std::vector<Held>> held_;
  Ref<GstClock> clock_ = system_clock();
};

}  // namespace diemcau::program
