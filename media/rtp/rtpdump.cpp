#include "media/rtp/rtpdump.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "media/byte_reader.h"

namespace diemcau::rtp {
namespace {

// rtptools' rtpdump.h: a line of text, a header of 16 bytes (when and from where), and before each packet its
// length with these eight bytes, its length alone (0: RTCP), and its time.
constexpr std::string_view first_line = "#!rtpplay1.0 127.0.0.1/0\n";
constexpr std::string_view known_start = "#!rtpplay1.0 ";
constexpr std::size_t file_header = 16;
constexpr std::size_t packet_header = 8;

void put(std::vector<std::byte>& out, std::uint32_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    out.push_back(static_cast<std::byte>(value >> shift));
}

}  // namespace

std::vector<std::byte> write_rtpdump(std::span<const DumpedPacket> packets) {
  const auto line = std::as_bytes(std::span(first_line));
  std::vector<std::byte> out(line.begin(), line.end());
  out.resize(out.size() + file_header);
  for (const auto& packet : packets) {
    put(out, static_cast<std::uint32_t>(packet.bytes.size() + packet_header), 2);
    put(out, static_cast<std::uint32_t>(packet.bytes.size()), 2);
    put(out, static_cast<std::uint32_t>(packet.at.count()), 4);
    std::copy(packet.bytes.begin(), packet.bytes.end(), std::back_inserter(out));
  }
  return out;
}

std::optional<std::vector<DumpedPacket>> read_rtpdump(std::span<const std::byte> file) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  const auto end_of_line = text.find('\n');
  if (!text.starts_with(known_start) || end_of_line == std::string_view::npos) return std::nullopt;
  media::ByteReader in(file.subspan(end_of_line + 1));
  in.take(file_header);
  if (!in.ok()) return std::nullopt;
  std::vector<DumpedPacket> packets;
  while (!in.rest().empty()) {
    const auto whole = in.read<std::uint16_t>();
    const auto length = in.read<std::uint16_t>();
    const auto at = in.read<std::uint32_t>();
    if (whole < packet_header) break;
    const auto bytes = in.take(whole - packet_header);
    if (!in.ok()) break;
    // Fewer bytes than the packet had: whoever dumped it kept its head only.
    if (length == 0 || length > bytes.size()) continue;
    packets.push_back({std::chrono::milliseconds(at), {bytes.begin(), bytes.begin() + length}});
  }
  return packets;
}

}  // namespace diemcau::rtp
