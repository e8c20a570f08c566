#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <iostream>
#include <memory>
#include <span>
#include <stdexcept>
#include <thread>
#include <vector>

#include <netinet/in.h>
#include <netinet/udp.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/// What forwarding a packet costs at the least on this machine: an RTP header is built, the packet encrypted
/// with AES-128-GCM on OpenSSL, and sent to a socket of the loopback that is drained on another processor;
/// four packets of 1,100 bytes to one receiver are one sendmmsg with UDP_SEGMENT. Prints one line of JSON.
namespace {

constexpr std::size_t packet_size = 1100;
constexpr std::size_t header_size = 12;
constexpr std::size_t tag_size = 16;
constexpr std::size_t packets_per_call = 4;
constexpr int rounds = 7;
constexpr auto round_length = std::chrono::seconds(1);

void stay_on(int processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(processor), &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) throw std::runtime_error("there is no such processor");
}

std::chrono::nanoseconds thread_time() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

struct Receiver {
  int socket = -1;
  sockaddr_in name{};
  std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context{EVP_CIPHER_CTX_new()};
  std::uint32_t sequence = 0;
};

std::vector<Receiver> open_receivers(std::size_t count) {
  std::vector<Receiver> receivers(count);
  for (auto& receiver : receivers) {
    receiver.socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    receiver.name.sin_family = AF_INET;
    receiver.name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const name = reinterpret_cast<sockaddr*>(&receiver.name);
    socklen_t size = sizeof receiver.name;
    if (bind(receiver.socket, name, size) != 0 || getsockname(receiver.socket, name, &size) != 0)
      throw std::runtime_error("no socket");
    std::array<unsigned char, 16> key{};
    RAND_bytes(key.data(), key.size());
    EVP_EncryptInit_ex(receiver.context.get(), EVP_aes_128_gcm(), nullptr, key.data(), nullptr);
  }
  return receivers;
}

void drain(const std::vector<Receiver>& receivers, const std::atomic<bool>& stop,
           std::atomic<std::uint64_t>& got) {
  stay_on(1);
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  for (const auto& receiver : receivers) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = receiver.socket;
    epoll_ctl(epoll, EPOLL_CTL_ADD, receiver.socket, &event);
  }
  std::array<std::array<std::byte, 2048>, 32> buffers;
  std::array<iovec, 32> parts{};
  std::array<mmsghdr, 32> messages{};
  for (std::size_t i = 0; i < messages.size(); ++i) {
    parts[i] = {buffers[i].data(), buffers[i].size()};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  std::array<epoll_event, 64> events{};
  while (!stop) {
    const int ready = epoll_wait(epoll, events.data(), events.size(), 10);
    for (int i = 0; i < ready; ++i) {
      const int count = recvmmsg(events.at(static_cast<std::size_t>(i)).data.fd, messages.data(),
                                 messages.size(), MSG_DONTWAIT, nullptr);
      if (count > 0) got += static_cast<std::uint64_t>(count);
    }
  }
  close(epoll);
}

/// Writes and encrypts the next packet for this receiver into `out`.
void write_packet(Receiver& receiver, std::span<const std::byte> payload, std::byte* out) {
  const auto sequence = ++receiver.sequence;
  std::array<unsigned char, 12> iv{};
  std::memcpy(iv.data() + 8, &sequence, sizeof sequence);
  auto* const bytes = reinterpret_cast<unsigned char*>(out);
  bytes[0] = 0x80;
  bytes[1] = 96;
  bytes[2] = static_cast<unsigned char>(sequence >> 8);
  bytes[3] = static_cast<unsigned char>(sequence);
  std::memset(bytes + 4, 0x11, 8);
  std::memcpy(bytes + header_size, payload.data(), payload.size());
  int size = 0;
  auto* const context = receiver.context.get();
  EVP_EncryptInit_ex(context, nullptr, nullptr, nullptr, iv.data());
  EVP_EncryptUpdate(context, nullptr, &size, bytes, header_size);
  EVP_EncryptUpdate(context, bytes + header_size, &size, bytes + header_size,
                    static_cast<int>(payload.size()));
  EVP_EncryptFinal_ex(context, bytes + header_size + size, &size);
  EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, tag_size, bytes + header_size + payload.size());
}

/// µs of the sending thread per packet.
double send_for(std::vector<Receiver>& receivers, int socket, std::chrono::steady_clock::duration time) {
  const std::vector<std::byte> payload(packet_size - header_size - tag_size, std::byte{0x5a});
  std::vector<std::byte> buffer(packets_per_call * packet_size);
  alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(std::uint16_t))> control{};
  iovec part{buffer.data(), buffer.size()};
  mmsghdr message{};
  message.msg_hdr.msg_iov = &part;
  message.msg_hdr.msg_iovlen = 1;
  message.msg_hdr.msg_namelen = sizeof(sockaddr_in);
  message.msg_hdr.msg_control = control.data();
  message.msg_hdr.msg_controllen = control.size();
  auto* const header = CMSG_FIRSTHDR(&message.msg_hdr);
  header->cmsg_level = IPPROTO_UDP;
  header->cmsg_type = UDP_SEGMENT;
  header->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
  const auto segment = static_cast<std::uint16_t>(packet_size);
  std::memcpy(CMSG_DATA(header), &segment, sizeof segment);

  std::uint64_t sent = 0;
  const auto end = std::chrono::steady_clock::now() + time;
  const auto began = thread_time();
  while (std::chrono::steady_clock::now() < end) {
    for (auto& receiver : receivers) {
      for (std::size_t i = 0; i < packets_per_call; ++i)
        write_packet(receiver, payload, buffer.data() + i * packet_size);
      message.msg_hdr.msg_name = &receiver.name;
      if (sendmmsg(socket, &message, 1, 0) == 1) sent += packets_per_call;
    }
  }
  return std::chrono::duration<double, std::micro>(thread_time() - began).count() / static_cast<double>(sent);
}

double floor_of(std::size_t count) {
  auto receivers = open_receivers(count);
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  std::atomic<bool> stop = false;
  std::atomic<std::uint64_t> got = 0;
  std::thread sink([&] { drain(receivers, stop, got); });
  std::vector<double> costs;
  for (int i = 0; i < rounds; ++i) costs.push_back(send_for(receivers, socket, round_length));
  stop = true;
  sink.join();
  close(socket);
  for (const auto& receiver : receivers) close(receiver.socket);
  if (got == 0) throw std::runtime_error("nothing arrived");
  std::sort(costs.begin(), costs.end());
  return costs[costs.size() / 2];
}

}  // namespace

int main() try {
  stay_on(0);
  std::cout.precision(3);
  std::cout << R"({"case":"floor","server":"none","us_per_packet":)" << floor_of(1)
            << R"(,"us_per_packet_100_receivers":)" << floor_of(100) << "}" << std::endl;
  return 0;
} catch (const std::exception& error) {
  std::cerr << "floor: " << error.what() << "\n";
  return 1;
}
