#include "tests/load/stamp.h"

#include <cstring>

namespace diemcau::load {
namespace {

constexpr std::uint32_t mark = 0x57a3b9d1;  // tells our payloads from a server's own packets

/// As it stands on the wire; both ends are this very process.
struct [[gnu::packed]] Wire {
  std::uint32_t mark;
  std::uint16_t stream;
  std::uint32_t counter;
  std::int64_t nanoseconds;
};
static_assert(sizeof(Wire) == stamp_size);

}  // namespace

void write_stamp(const Stamp& stamp, std::span<std::byte> out) {
  const Wire wire{mark, stamp.stream, stamp.counter, stamp.sent.time_since_epoch().count()};
  std::memcpy(out.data(), &wire, sizeof wire);
}

std::optional<Stamp> read_stamp(std::span<const std::byte> payload) {
  if (payload.size() < stamp_size) return std::nullopt;
  Wire wire{};
  std::memcpy(&wire, payload.last(stamp_size).data(), sizeof wire);
  if (wire.mark != mark) return std::nullopt;
  return Stamp{wire.stream, wire.counter,
               std::chrono::steady_clock::time_point(std::chrono::steady_clock::duration(wire.nanoseconds))};
}

}  // namespace diemcau::load
