#include <algorithm>

#include "media/transport/tcp_port.h"
#include "tests/fuzz/fuzz.h"

/// The first byte says where the stream is cut: the packets must not depend on it.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using diemcau::transport::FrameReader;
  if (size == 0) return 0;
  const auto stream = std::as_bytes(std::span(data + 1, size - 1));
  std::size_t whole = 0;
  std::size_t cut = 0;
  FrameReader at_once;
  const bool taken =
      at_once.feed(stream, [&](std::span<std::byte> packet) { whole = whole * 31 + packet.size() + 1; });
  FrameReader in_pieces;
  bool also_taken = true;
  const std::size_t step = data[0] + std::size_t{1};
  for (std::size_t at = 0; at < stream.size() && also_taken; at += step)
    also_taken = in_pieces.feed(stream.subspan(at, std::min(step, stream.size() - at)),
                                [&](std::span<std::byte> packet) { cut = cut * 31 + packet.size() + 1; });
  must(taken == also_taken && whole == cut);
  return 0;
}
