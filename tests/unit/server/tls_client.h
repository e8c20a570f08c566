#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <openssl/ssl.h>

/// A small blocking HTTPS and WebSocket client: it can do what browsers do not (wrong hosts, half an upload).
namespace diemcau::test {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Answer {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< lower-case names
  std::string body;
};

class TlsClient {
 public:
  /// Connects to 127.0.0.1, trusting only `authority`. Waits until the server is there, at most 20 s; throws.
  TlsClient(std::uint16_t port, const std::string& authority);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  void write(const std::string& bytes);
  Answer read_answer();
  /// One request; "host" and "content-length" are added unless given.
  Answer request(const std::string& method, const std::string& path, Headers headers = {},
                 const std::string& body = {});

  /// Upgrades to the signaling WebSocket; the answer's status is 101 when it worked.
  Answer upgrade(const std::string& path, Headers headers = {},
                 const std::string& subprotocol = "diemcau.v1");
  void send_frame(unsigned char opcode, const std::string& payload);
  struct Frame {
    unsigned char opcode{};
    std::string payload;
  };
  /// nullopt: the connection is closed.
  std::optional<Frame> read_frame();

 private:
  std::string read(std::size_t size);
  std::uint16_t port_;
  int socket_ = -1;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> tls_;
  std::string read_ahead_;
};

}  // namespace diemcau::test
