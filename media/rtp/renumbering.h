#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "media/fetch_ahead.h"

namespace diemcau::rtp {

/// The numbers of a stream out of which whole pictures are taken and into which packets are put, so that its
/// receiver sees no gap. What has a number keeps it: a packet that comes late, or again, has the offsets of
/// its place.
class Renumbering {
 public:
  /// Number going out = number coming in + offset; of packets, and of VP8's pictures (RFC 7741 4.2).
  struct Offsets {
    std::uint16_t sequence{}, picture{};
  };

  /// From packet `in` on, another stream. What was before is forgotten.
  void begin(std::uint16_t in, Offsets offsets);
  bool begun() const { return !runs_.empty(); }
  void fetch_ahead() const {
    if (begun()) media::fetch_ahead(&runs_.back());
  }

  /// Newer than all that was taken or left out. Only such a packet can be left out.
  bool is_new(std::uint16_t in) const;
  /// nullopt: from before the beginning, or too old to be known.
  std::optional<Offsets> at(std::uint16_t in) const;
  /// The packet goes out.
  void take(std::uint16_t in);
  /// The packet does not: the next one has its number. `picture`: it is the first of its picture to be left
  /// out.
  void leave_out(std::uint16_t in, bool picture);
  /// A number for a packet of our own, after all that were taken.
  std::uint16_t insert();
  /// Which packet has this number going out; nullopt: one of our own, or none that is known.
  std::optional<std::uint16_t> find(std::uint16_t out) const;
  /// The packet after all that were taken or left out.
  std::uint16_t next() const { return static_cast<std::uint16_t>(newest_ + 1); }

 private:
  static constexpr std::size_t most_runs = 256;  ///< more than a sender repairs: 17 s of half the pictures
  struct Run {
    std::uint16_t first;  ///< coming in
    Offsets offsets;
  };
  void go_on(std::uint16_t first, Offsets offsets);

  std::vector<Run> runs_;  ///< oldest first; each ends where the next begins
  std::uint16_t newest_ = 0;
};

}  // namespace diemcau::rtp
