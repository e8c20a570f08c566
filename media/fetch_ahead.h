#pragma once
#include <cstddef>

namespace diemcau::media {

inline constexpr std::size_t cache_line = 64;

/// Asks the processor for the first `size` bytes behind `at`, which may be anything: they will be needed
/// soon.
inline void fetch_ahead(const void* at, std::size_t size = cache_line) {
  for (std::size_t i = 0; i < size; i += cache_line) __builtin_prefetch(static_cast<const char*>(at) + i);
}

}  // namespace diemcau::media
