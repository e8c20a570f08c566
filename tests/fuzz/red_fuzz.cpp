#include <vector>

#include "media/rtp/red.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace diemcau::rtp;
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto red = parse_red(bytes);
  if (!red) return 0;
  must(red->count >= 1 && red->count <= most_red_blocks);
  for (const auto& block : std::span(red->blocks).first(red->count)) must(within(block.payload, bytes));
  must(red->own().age == 0);
  // There is one way to write it.
  std::vector<std::byte> again(size);
  must(write_red(std::span(red->blocks).first(red->count), again) == size);
  must(std::equal(again.begin(), again.end(), bytes.begin()));

  PacketView carrier;
  carrier.payload = bytes;
  std::vector<std::byte> out(12 + longest_red_block);
  for (const auto& block : red->older()) {
    const auto lost = parse_packet(write_recovered(carrier, block, 7, out));
    must(lost && lost->sequence == 7 && lost->payload.size() == block.payload.size());
  }
  std::vector<std::byte> packet(12, std::byte{});
  packet[0] = std::byte{0x80};
  packet.insert(packet.end(), bytes.begin(), bytes.end());
  const auto view = parse_packet(packet);
  must(view.has_value());
  const auto inner = parse_red(view->payload);
  must(inner && inner->count == red->count);
  const auto plain = parse_packet(unwrap_red(packet, *view, inner->own()));
  must(plain && plain->payload.size() == red->own().payload.size() &&
       plain->payload_type == red->own().payload_type);
  return 0;
}
