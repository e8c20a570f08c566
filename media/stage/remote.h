#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "media/stage/source.h"

/// A stage that is on several workers is a Stage on each of them, for the peers of that worker. What a peer
/// of one publishes is a remote source of the others: they get its packets as they arrived, plain, and tell
/// what they want of it. Each has its own history of them, so what a viewer lost is repaired where it is
/// viewed.
namespace diemcau::stage {

/// Which connection gives a source: of two the later has the greater number, whichever worker has it.
enum class Publication : std::uint64_t {};

/// Some workers: bit n is worker n.
using WorkerSet = std::uint32_t;

/// What a peer on this worker publishes.
struct Published {
  SourceId source{};
  Publication publication{};
  Codec codec{};         ///< of its pictures
  std::size_t layers{};  ///< of them
  LayerSizes sizes{};
  bool silent{};  ///< it never has a sound
};

/// What goes with a packet to stages on other workers.
struct Relayed {
  SourceId source{};
  Publication publication{};
  Kind kind{};
  std::uint8_t layer{};  ///< of the camera
  std::uint8_t level{};  ///< how loud the source is, 0 … 100
  std::uint8_t wait{};   ///< Track::wait
  /// `earlier`: of before somebody wanted it; with the last of these the picture is whole.
  enum class Turn : std::uint8_t { live, earlier, last_earlier } turn{};
};

/// What the peers and sinks of one worker want of a source that is published on another.
struct Wish {
  SourceId source{};
  Publication publication{};
  std::uint8_t layers{};  ///< bit n: layer n of its camera is needed
  bool sound{};
  friend bool operator==(const Wish&, const Wish&) = default;
};
struct KeyframeWish {
  SourceId source{};
  Publication publication{};
  std::uint8_t layer{};
  bool lacks_picture{};  ///< there is no key frame to begin with
};

/// The same stage on other workers. Media thread; implementations only enqueue.
class Elsewhere {
 public:
  virtual ~Elsewhere() = default;
  virtual void publish(const Published& published) = 0;
  virtual void withdraw(SourceId source, Publication publication) = 0;
  virtual void wish(std::size_t worker, const Wish& wish) = 0;
  virtual void wish_keyframe(std::size_t worker, const KeyframeWish& wish) = 0;
  virtual void relay(WorkerSet to, const Relayed& head, std::span<const std::byte> packet) = 0;
};

}  // namespace diemcau::stage
