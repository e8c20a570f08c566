#include <vector>

#include "media/rtp/vp8.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace diemcau::rtp;
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto before = parse_vp8(bytes);
  if (!before) return 0;
  std::vector<std::byte> patched(bytes.begin(), bytes.end());
  patch_vp8(patched, *before, 0x5a5a, 0xa5);
  const auto after = parse_vp8(patched);
  must(after && after->keyframe == before->keyframe && after->starts_frame == before->starts_frame &&
       after->temporal_layer == before->temporal_layer);
  if (after->picture_id) must(*after->picture_id == (before->picture_id_is_long ? 0x5a5a : 0x5a));
  if (after->tl0_index) must(*after->tl0_index == 0xa5);
  return 0;
}
