#include "media/rtp/h264.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace diemcau::rtp;
  const auto payload = parse_h264(std::as_bytes(std::span(data, size)));
  if (!payload) return 0;
  must(payload->width >= 0 && payload->height >= 0 && (payload->width == 0) == (payload->height == 0));
  must(payload->sequence_parameters || payload->height == 0);
  return 0;
}
