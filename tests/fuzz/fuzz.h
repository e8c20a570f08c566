#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

/// Called by libFuzzer, or by replay.cpp with each file of a corpus.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

/// Holds for every input; in builds without asserts too.
inline void must(bool condition) {
  if (!condition) std::abort();
}

/// True when `part` lies within `whole` (or is empty).
inline bool within(std::span<const std::byte> part, std::span<const std::byte> whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}
