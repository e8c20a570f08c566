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
/// four packets of 1,100 bytes to one receiver are one sendmmsg with UDP_SEGMENT. And what it costs when the
/// packets come as those of a session do and the thread sleeps in between. Prints one line of JSON.
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t packet_size = 1100;
constexpr std::size_t header_size = 12;
constexpr std::size_t tag_size = 16;
constexpr std::size_t packets_per_call = 4;
constexpr std::size_t voice_size = 120;
constexpr std::size_t packets_per_picture = 6;
constexpr auto voice_interval = std::chrono::milliseconds(20);  // of two, one has a picture
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

/// A datagram to one receiver, or several of one size.
struct Message {
  std::vector<std::byte> bytes;
  iovec part{};
  alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(std::uint16_t))> control{};

  mmsghdr write(Receiver& receiver, std::size_t packets, std::size_t size) {
    static constexpr std::array<std::byte, packet_size> filling{};
    const auto payload = std::span(filling).first(size - header_size - tag_size);
    bytes.resize(packets * size);
    for (std::size_t i = 0; i < packets; ++i) write_packet(receiver, payload, bytes.data() + i * size);
    part = {bytes.data(), bytes.size()};
    mmsghdr message{};
    message.msg_hdr.msg_name = &receiver.name;
    message.msg_hdr.msg_namelen = sizeof receiver.name;
    message.msg_hdr.msg_iov = &part;
    message.msg_hdr.msg_iovlen = 1;
    if (packets == 1) return message;
    message.msg_hdr.msg_control = control.data();
    message.msg_hdr.msg_controllen = control.size();
    auto* const header = CMSG_FIRSTHDR(&message.msg_hdr);
    header->cmsg_level = IPPROTO_UDP;
    header->cmsg_type = UDP_SEGMENT;
    header->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
    const auto segment = static_cast<std::uint16_t>(size);
    std::memcpy(CMSG_DATA(header), &segment, sizeof segment);
    return message;
  }
};

/// What is sent, until `end`; how many packets that were.
using Load = std::uint64_t(std::vector<Receiver>&, int socket, Clock::time_point end);

/// Four packets to one receiver after the other, without a pause.
std::uint64_t send_on(std::vector<Receiver>& receivers, int socket, Clock::time_point end) {
  std::uint64_t sent = 0;
  Message message;
  while (Clock::now() < end) {
    for (auto& receiver : receivers) {
      auto call = message.write(receiver, packets_per_call, packet_size);
      if (sendmmsg(socket, &call, 1, 0) == 1) sent += packets_per_call;
    }
  }
  return sent;
}

/// The picture and the voice of `one_N` to all, at their times, asleep in between.
std::uint64_t send_at_times(std::vector<Receiver>& receivers, int socket, Clock::time_point end) {
  std::uint64_t sent = 0;
  std::vector<Message> messages(receivers.size());
  std::vector<mmsghdr> calls(receivers.size());
  const auto send = [&](std::size_t packets, std::size_t size) {
    for (std::size_t i = 0; i < receivers.size(); ++i)
      calls[i] = messages[i].write(receivers[i], packets, size);
    const int count = sendmmsg(socket, calls.data(), static_cast<unsigned int>(calls.size()), 0);
    if (count > 0) sent += static_cast<std::uint64_t>(count) * packets;
  };
  auto next = Clock::now();
  for (bool picture = true; next < end; picture = !picture) {
    send(1, voice_size);
    if (picture) send(packets_per_picture, packet_size);
    next += voice_interval;
    std::this_thread::sleep_until(next);
  }
  return sent;
}

/// µs of the sending thread per packet, median of the rounds.
double floor_of(Load& load, std::size_t count) {
  auto receivers = open_receivers(count);
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  std::atomic<bool> stop = false;
  std::atomic<std::uint64_t> got = 0;
  std::thread sink([&] { drain(receivers, stop, got); });
  std::vector<double> costs;
  for (int i = 0; i < rounds; ++i) {
    const auto began = thread_time();
    const auto sent = load(receivers, socket, Clock::now() + round_length);
    costs.push_back(std::chrono::duration<double, std::micro>(thread_time() - began).count() /
                    static_cast<double>(sent));
  }
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
  std::cout << R"({"case":"floor","server":"none","us_per_packet":)" << floor_of(send_on, 1)
            << R"(,"us_per_packet_100_receivers":)" << floor_of(send_on, 100)
            << R"(,"us_per_packet_at_times":{)";
  for (const char* comma = ""; const std::size_t count : {10, 50, 100, 200}) {
    std::cout << comma << "\"one_" << count << "\":" << floor_of(send_at_times, count);
    comma = ",";
  }
  std::cout << "}}" << std::endl;
  return 0;
} catch (const std::exception& error) {
  std::cerr << "floor: " << error.what() << "\n";
  return 1;
}
