#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "media/transport/dtls.h"

namespace diemcau::caller {

/// The active side of a DTLS-SRTP handshake, as a browser plays it, on plain OpenSSL: written apart from
/// transport::DtlsSession so that neither proves the other's mistakes right. One thread.
class DtlsClient {
 public:
  using Send = std::function<void(std::span<const std::byte> datagram)>;

  /// Makes a certificate of its own.
  explicit DtlsClient(Send send);
  ~DtlsClient();
  DtlsClient(const DtlsClient&) = delete;
  DtlsClient& operator=(const DtlsClient&) = delete;

  /// SHA-256 of our certificate, "AB:CD:…"; of the peer's once connected.
  std::string fingerprint() const;
  std::string peer_fingerprint() const;

  void start();  ///< ClientHello
  void receive(std::span<const std::byte> datagram);
  void on_timer();  ///< resends what was lost, when its time has come
  void close();     ///< close_notify
  bool connected() const { return connected_; }
  bool failed() const { return failed_; }
  bool closed_by_peer() const { return closed_by_peer_; }
  /// Once connected: `to_peer` is what this client sends with.
  std::optional<transport::SrtpKeys> keys() const;

 private:
  struct Parts;
  void advance();
  void flush();

  std::unique_ptr<Parts> parts_;
  Send send_;
  bool connected_ = false, failed_ = false, closed_by_peer_ = false;
};

}  // namespace diemcau::caller
