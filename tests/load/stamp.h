#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace diemcau::load {

/// What stands in the last bytes of every payload that the load client sends: who sent it, the how manieth of
/// that stream it is, and when.
struct Stamp {
  std::uint16_t stream{};   ///< see Publication
  std::uint32_t counter{};  ///< 0, 1, 2 … within the stream
  std::chrono::steady_clock::time_point sent{};
  friend bool operator==(const Stamp&, const Stamp&) = default;
};

inline constexpr std::size_t stamp_size = 18;

/// `out` is exactly stamp_size long.
void write_stamp(const Stamp& stamp, std::span<std::byte> out);
/// nullopt: the payload is none of ours.
std::optional<Stamp> read_stamp(std::span<const std::byte> payload);

}  // namespace diemcau::load
