#include "media/rtp/packet.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace diemcau::rtp;
  const auto bytes = std::as_bytes(std::span(data, size));
  (void)is_rtcp(bytes);
  (void)ssrc_of(bytes);
  const auto packet = parse_packet(bytes);
  if (!packet) return 0;
  must(within(packet->payload, bytes) && within(packet->extension, bytes));
  for (int id = 1; id <= 255; ++id) must(within(find_extension(*packet, id), packet->extension));
  return 0;
}
