#include "media/rtp/h264.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "media/byte_reader.h"

namespace diemcau::rtp {
namespace {

// NAL unit types: H.264 table 7-1 and RFC 6184 table 1.
constexpr unsigned idr_slice = 5;
constexpr unsigned sequence_parameter_set = 7;
constexpr unsigned last_single = 23;
constexpr unsigned aggregation = 24;  // STAP-A
constexpr unsigned fragment = 28;     // FU-A

constexpr std::int64_t macroblock = 16;
constexpr std::int64_t largest_side = 16384;

/// The bits of a NAL unit behind its first byte, without the bytes that only keep start codes apart (H.264
/// 7.3.1). Past the end it yields zeros and ok() turns false for good.
class BitReader {
 public:
  explicit BitReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  unsigned bit() {
    if (left_ == 0 && !load()) return 0;
    return current_ >> --left_ & 1U;
  }
  unsigned bits(int count) {
    unsigned value = 0;
    while (count-- > 0) value = value << 1 | bit();
    return value;
  }
  /// ue(v) of H.264 9.1: at most 32 bits.
  std::uint32_t number() {
    int zeros = 0;
    while (ok_ && bit() == 0) ++zeros;
    if (zeros > 31) ok_ = false;
    return ok_ ? (1U << zeros) - 1 + bits(zeros) : 0;
  }
  /// se(v) of H.264 9.1.1.
  std::int64_t signed_number() {
    const std::int64_t value = number();
    return value % 2 == 0 ? -value / 2 : (value + 1) / 2;
  }
  bool ok() const { return ok_; }

 private:
  bool load() {
    if (zeros_ >= 2 && at_ < bytes_.size() && bytes_[at_] == std::byte{3}) {
      ++at_;
      zeros_ = 0;
    }
    ok_ = ok_ && at_ < bytes_.size();
    if (!ok_) return false;
    current_ = std::to_integer<unsigned>(bytes_[at_++]);
    zeros_ = current_ == 0 ? zeros_ + 1 : 0;
    left_ = 8;
    return true;
  }

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  unsigned current_ = 0;
  int left_ = 0, zeros_ = 0;
  bool ok_ = true;
};

/// H.264 7.3.2.1.1.1: only their length matters.
void skip_scaling_list(BitReader& in, int size) {
  std::int64_t last = 8;
  std::int64_t next = 8;
  for (int i = 0; i < size && in.ok(); ++i) {
    if (next != 0) next = (last + in.signed_number() + 256) % 256;
    if (next != 0) last = next;
  }
}

bool has_chroma_format(unsigned profile) {
  constexpr std::array<unsigned, 12> high{44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 244};
  return std::find(high.begin(), high.end(), profile) != high.end();
}

/// H.264 7.3.2.1.1, up to the size of the picture.
void read_size(std::span<const std::byte> sps, H264Payload& payload) {
  BitReader in(sps);
  const auto profile = in.bits(8);
  in.bits(16);  // constraints, level
  in.number();  // its id
  unsigned chroma = 1;
  if (has_chroma_format(profile)) {
    chroma = in.number();
    if (chroma == 3) in.bit();
    in.number();  // depths of luma and chroma
    in.number();
    in.bit();
    if (in.bit() != 0)
      for (int i = 0; i < (chroma == 3 ? 12 : 8); ++i)
        if (in.bit() != 0) skip_scaling_list(in, i < 6 ? 16 : 64);
  }
  in.number();  // bits of the frame number
  const auto order = in.number();
  if (order == 0) in.number();
  if (order == 1) {
    in.bit();
    in.signed_number();
    in.signed_number();
    for (auto count = std::min(in.number(), 255U); count > 0; --count) in.signed_number();
  }
  in.number();  // reference frames
  in.bit();
  const auto columns = std::int64_t{in.number()} + 1;
  const auto rows = std::int64_t{in.number()} + 1;
  const bool frames_only = in.bit() != 0;
  if (!frames_only) in.bit();
  in.bit();
  std::array<std::int64_t, 4> crop{};  // left, right, top, bottom
  if (in.bit() != 0)
    for (auto& side : crop) side = in.number();
  if (!in.ok()) return;
  // Table 6-1: 4:2:0 crops by two columns and rows, fields by twice as many rows.
  const int fields = frames_only ? 1 : 2;
  const int across = chroma == 1 || chroma == 2 ? 2 : 1;
  const int down = (chroma == 1 ? 2 : 1) * fields;
  const auto width = columns * macroblock - across * (crop[0] + crop[1]);
  const auto height = rows * macroblock * fields - down * (crop[2] + crop[3]);
  if (width <= 0 || height <= 0 || width > largest_side || height > largest_side) return;
  payload.width = static_cast<int>(width);
  payload.height = static_cast<int>(height);
}

void look_at(std::span<const std::byte> unit, H264Payload& payload) {
  const auto type = std::to_integer<unsigned>(unit[0]) & 0x1f;
  if (type == idr_slice) payload.keyframe = true;
  if (type != sequence_parameter_set) return;
  payload.sequence_parameters = true;
  read_size(unit.subspan(1), payload);
}

}  // namespace

std::optional<H264Payload> parse_h264(std::span<const std::byte> bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const auto type = std::to_integer<unsigned>(bytes[0]) & 0x1f;
  H264Payload payload;
  if (type == 0) return std::nullopt;
  if (type <= last_single) {
    look_at(bytes, payload);
    return payload;
  }
  media::ByteReader in(bytes.subspan(1));
  if (type == aggregation) {
    while (!in.rest().empty()) {
      const auto unit = in.take(in.read<std::uint16_t>());
      if (unit.empty()) return std::nullopt;
      look_at(unit, payload);
    }
    return payload;
  }
  if (type != fragment) return std::nullopt;
  const auto header = in.read<std::uint8_t>();
  if (in.rest().empty()) return std::nullopt;
  const bool begins = (header & 0x80) != 0;
  payload.keyframe = begins && (header & 0x1fU) == idr_slice;
  return payload;
}

}  // namespace diemcau::rtp
