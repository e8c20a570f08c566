#include "tests/unit/server/tls_client.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace diemcau::test {

TlsClient::TlsClient(std::uint16_t port, const std::string& authority)
    : port_(port), context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free), tls_(nullptr, SSL_free) {
  if (SSL_CTX_load_verify_locations(context_.get(), authority.c_str(), nullptr) != 1)
    throw std::runtime_error("cannot read " + authority);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  for (;;) {
    socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) break;
    close(socket_);
    if (std::chrono::steady_clock::now() > until) throw std::runtime_error("nobody listens");
    poll(nullptr, 0, 10);  // between two tries
  }
  timeval patience{20, 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  tls_.reset(SSL_new(context_.get()));
  SSL_set_fd(tls_.get(), socket_);
  SSL_set1_host(tls_.get(), "localhost");
  if (SSL_connect(tls_.get()) != 1) throw std::runtime_error("no TLS with this server");
}

TlsClient::~TlsClient() {
  tls_.reset();
  close(socket_);
}

void TlsClient::write(const std::string& bytes) {
  if (!bytes.empty() && SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size())) <= 0)
    throw std::runtime_error("the server closed while it was written to");
}

std::string TlsClient::read(std::size_t size) {
  while (read_ahead_.size() < size) {
    char buffer[16384];
    const int got = SSL_read(tls_.get(), buffer, sizeof buffer);
    if (got <= 0) throw std::runtime_error("the server closed");
    read_ahead_.append(buffer, static_cast<std::size_t>(got));
  }
  auto bytes = read_ahead_.substr(0, size);
  read_ahead_.erase(0, size);
  return bytes;
}

Answer TlsClient::read_answer() {
  std::string head;
  while (!head.ends_with("\r\n\r\n")) head += read(1);
  Answer answer;
  answer.status = std::stoi(head.substr(9, 3));
  for (auto from = head.find("\r\n") + 2; from + 2 < head.size();) {
    const auto until = head.find("\r\n", from);
    const auto colon = head.find(':', from);
    auto name = head.substr(from, colon - from);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    answer.headers[name] = head.substr(colon + 2, until - colon - 2);
    from = until + 2;
  }
  const auto length = answer.headers.find("content-length");
  if (length != answer.headers.end()) answer.body = read(std::stoul(length->second));
  return answer;
}

Answer TlsClient::request(const std::string& method, const std::string& path, Headers headers,
                          const std::string& body) {
  const auto has = [&](const char* name) {
    return std::any_of(headers.begin(), headers.end(),
                       [&](const auto& header) { return header.first == name; });
  };
  if (!has("host")) headers.emplace_back("host", "localhost:" + std::to_string(port_));
  if (!has("content-length") && !has("transfer-encoding") && method != "GET" && method != "HEAD")
    headers.emplace_back("content-length", std::to_string(body.size()));
  std::string text = method + " " + path + " HTTP/1.1\r\n";
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  write(text + "\r\n");
  write(body);
  return read_answer();
}

Answer TlsClient::upgrade(const std::string& path, Headers headers, const std::string& subprotocol) {
  headers.insert(headers.end(), {{"connection", "Upgrade"},
                                 {"upgrade", "websocket"},
                                 {"sec-websocket-version", "13"},
                                 {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="},
                                 {"sec-websocket-protocol", subprotocol}});
  return request("GET", path, headers);
}

void TlsClient::send_frame(unsigned char opcode, const std::string& payload) {
  std::string frame(1, static_cast<char>(0x80 | opcode));
  const auto size = payload.size();
  const auto append = [&frame, size](int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
      frame += static_cast<char>((size >> shift) & 0xff);
  };
  if (size < 126) {
    frame += static_cast<char>(0x80 | size);
  } else if (size < 65536) {
    frame += static_cast<char>(0x80 | 126);
    append(2);
  } else {
    frame += static_cast<char>(0x80 | 127);
    append(8);
  }
  write(frame + std::string(4, '\0') + payload);  // masked with zeros
}

std::optional<TlsClient::Frame> TlsClient::read_frame() {
  try {
    std::string payload;
    for (unsigned char opcode = 0;;) {
      const auto head = read(2);
      const auto first = static_cast<unsigned char>(head[0]);
      std::size_t size = static_cast<unsigned char>(head[1]) & 0x7f;
      if (size >= 126) {
        const auto bytes = read(size == 126 ? 2 : 8);
        size = 0;
        for (const unsigned char byte : bytes) size = (size << 8) | byte;
      }
      if ((first & 0x0f) != 0) opcode = first & 0x0f;
      payload += read(size);
      if ((first & 0x80) != 0) return Frame{opcode, payload};
    }
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

}  // namespace diemcau::test
