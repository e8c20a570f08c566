#pragma once
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

/// Files of RTP packets in the form of rtptools' rtpdump, which rtpplay and Wireshark read too.
namespace diemcau::rtp {

struct DumpedPacket {
  std::chrono::milliseconds at{};  ///< since the beginning of the file
  std::vector<std::byte> bytes;    ///< one whole RTP packet
};

std::vector<std::byte> write_rtpdump(std::span<const DumpedPacket> packets);

/// nullopt: that is no such file. One that is cut off ends with its last whole packet; RTCP is passed over.
std::optional<std::vector<DumpedPacket>> read_rtpdump(std::span<const std::byte> file);

}  // namespace diemcau::rtp
