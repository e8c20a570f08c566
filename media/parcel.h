#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace diemcau::media {

/// Packets that one worker gives to another in one turn of its loop. Their bytes lie one behind the other, so
/// that a packet costs no allocation of its own. One thread fills it; then it goes to another, or is shared
/// and never changed again.
template <class Head>
class Parcel {
 public:
  void add(const Head& head, std::span<const std::byte> packet) {
    packets_.push_back({head, bytes_.size(), packet.size()});
    bytes_.insert(bytes_.end(), packet.begin(), packet.end());
  }
  bool empty() const { return packets_.empty(); }

  /// `visit(const Head&, span<const byte>)`, in order.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& packet : packets_) visit(packet.head, std::span(bytes_).subspan(packet.at, packet.size));
  }
  /// The bytes may be changed in place.
  template <class Visit>
  void for_each(Visit visit) {
    for (const auto& packet : packets_) visit(packet.head, std::span(bytes_).subspan(packet.at, packet.size));
  }

 private:
  struct Packet {
    Head head;
    std::size_t at, size;
  };
  std::vector<Packet> packets_;
  std::vector<std::byte> bytes_;
};

}  // namespace diemcau::media
