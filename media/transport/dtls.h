#pragma once
#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <openssl/types.h>

namespace diemcau::transport {

/// What browsers offer first (RFC 7714), and what every other peer has (RFC 5764 4.1.2).
enum class SrtpProfile { aead_aes_128_gcm, aes128_cm_sha1_80 };

/// Master keys of both directions of one SRTP association: 16-byte key; salt of 12 bytes with GCM (the rest
/// is 0), 14 with AES-CM.
struct SrtpKeys {
  struct Direction {
    std::array<unsigned char, 16> key{};
    std::array<unsigned char, 14> salt{};
  };
  Direction from_peer, to_peer;
  SrtpProfile profile = SrtpProfile::aead_aes_128_gcm;
};

/// The certificate that all DTLS handshakes of this process show, and the context made of it. Self-signed
/// P-256, made at start: its fingerprint travels in each answer, over TLS.
class DtlsContext {
 public:
  DtlsContext();  ///< throws std::runtime_error when OpenSSL cannot
  ~DtlsContext();
  DtlsContext(const DtlsContext&) = delete;
  DtlsContext& operator=(const DtlsContext&) = delete;

  /// "AB:CD:…": SHA-256 of the certificate, as in a=fingerprint (RFC 8122).
  const std::string& fingerprint() const { return fingerprint_; }
  SSL_CTX* get() const { return context_; }

 private:
  SSL_CTX* context_;
  std::string fingerprint_;
};

/// One DTLS association, we are the passive side (RFC 5763). Fed one datagram at a time, by one thread.
class DtlsSession {
 public:
  enum class State { handshaking, connected, failed, closed };
  using Send = std::function<void(std::span<const std::byte> datagram)>;

  /// `fingerprint` is the peer's, from its offer (SHA-256, any case): another certificate fails the
  /// handshake.
  DtlsSession(const DtlsContext& context, std::string fingerprint, Send send);
  ~DtlsSession();
  DtlsSession(const DtlsSession&) = delete;
  DtlsSession& operator=(const DtlsSession&) = delete;

  State receive(std::span<const std::byte> datagram);
  /// Resends what was lost; call about every 50 ms while handshaking.
  void on_timer();
  /// Sends close_notify.
  void close();
  State state() const { return state_; }
  /// Once connected.
  std::optional<SrtpKeys> keys() const;

 private:
  struct Io;
  std::unique_ptr<Io> io_;
  State state_ = State::handshaking;
  std::string fingerprint_;
};

/// True for what RFC 7983 calls DTLS: first byte 20..63.
bool looks_like_dtls(std::span<const std::byte> datagram);

}  // namespace diemcau::transport
