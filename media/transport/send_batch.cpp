#include "media/transport/send_batch.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <netinet/udp.h>

namespace diemcau::transport {

SendBatch::SendBatch(const UdpPort& port)
    : port_(port), bytes_(std::make_unique<std::array<std::array<std::byte, packet_limit>, capacity>>()) {
  items_.reserve(capacity);
  messages_.reserve(capacity);
  parts_.reserve(capacity);
  names_.resize(capacity);
  controls_.resize(capacity);
}

std::span<std::byte> SendBatch::reserve() {
  if (items_.size() == capacity) flush();
  return (*bytes_)[items_.size()];
}

void SendBatch::add(const Endpoint& to, std::uint32_t peer, std::size_t size) {
  items_.push_back({to, peer, static_cast<std::uint32_t>(items_.size()), size});
}

void SendBatch::flush() {
  if (items_.empty()) return;
  std::stable_sort(items_.begin(), items_.end(),
                   [](const Item& a, const Item& b) { return a.peer < b.peer; });
  messages_.clear();
  parts_.clear();
  for (std::size_t i = 0; i < items_.size();) {
    const auto first_part = parts_.size();
    const auto segment = items_[i].size;
    std::size_t bytes = 0;
    std::size_t j = i;
    // All segments of a message are of one size but the last, which may be shorter.
    for (; j < items_.size() && items_[j].peer == items_[i].peer; ++j) {
      if (j > i && (!segmentation_ || items_[j].size > segment || j - i == most_segments ||
                    bytes + items_[j].size > most_bytes))
        break;
      parts_.push_back({(*bytes_)[items_[j].slot].data(), items_[j].size});
      bytes += items_[j].size;
      if (items_[j].size < segment) {
        ++j;
        break;
      }
    }
    mmsghdr message{};
    auto& name = names_[messages_.size()];
    message.msg_hdr.msg_namelen = to_sockaddr(items_[i].to, port_.family(), name);
    message.msg_hdr.msg_name = &name;
    message.msg_hdr.msg_iov = parts_.data() + first_part;  // parts_ was reserved: it does not move
    message.msg_hdr.msg_iovlen = j - i;
    if (j - i > 1) {
      auto& control = controls_[messages_.size()];
      control = {};
      message.msg_hdr.msg_control = control.bytes.data();
      message.msg_hdr.msg_controllen = control.bytes.size();
      auto* header = CMSG_FIRSTHDR(&message.msg_hdr);
      header->cmsg_level = IPPROTO_UDP;
      header->cmsg_type = UDP_SEGMENT;
      header->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
      const auto size = static_cast<std::uint16_t>(segment);
      std::memcpy(CMSG_DATA(header), &size, sizeof size);
    }
    messages_.push_back(message);
    i = j;
  }
  send_messages();
  items_.clear();
}

void SendBatch::send_messages() {
  std::size_t done = 0;
  while (done < messages_.size()) {
    const int sent = sendmmsg(port_.fd(), messages_.data() + done,
                              static_cast<unsigned int>(messages_.size() - done), MSG_DONTWAIT);
    if (sent > 0) {
      done += static_cast<std::size_t>(sent);
      continue;
    }
    if (errno == EINTR) continue;
    // One message is refused: an unreachable peer, a full buffer, or (EIO, EINVAL) a device without
    // segmentation.
    auto& refused = messages_[done].msg_hdr;
    if (refused.msg_controllen > 0 && (errno == EIO || errno == EINVAL)) {
      segmentation_ = false;
      for (std::size_t i = 0; i < refused.msg_iovlen; ++i)
        sendto(port_.fd(), refused.msg_iov[i].iov_base, refused.msg_iov[i].iov_len, MSG_DONTWAIT,
               static_cast<const sockaddr*>(refused.msg_name), refused.msg_namelen);
    } else {
      dropped_ += refused.msg_iovlen;
    }
    ++done;
  }
}

}  // namespace diemcau::transport
