#include "media/rtp/rtcp.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace diemcau::rtp;
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto report = parse_rtcp(bytes);
  if (!report) return 0;
  // Nothing is made up: 24 bytes a block, 4 bytes of a NACK are at most 17 numbers, a PLI has 8.
  must(report->blocks.size() <= size / 24);
  must(report->keyframes_wanted.size() <= size / 8);
  must(report->arrivals.size() <= most_told);
  std::size_t sequences = 0;
  for (const auto& lost : report->lost) sequences += lost.sequences.size();
  must(sequences <= size / 4 * 17);
  return 0;
}
