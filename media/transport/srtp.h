#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <variant>

#include <openssl/types.h>

#include "media/transport/aes_cm.h"
#include "media/transport/dtls.h"

/// SRTP and SRTCP with AEAD_AES_128_GCM (RFC 3711, RFC 7714) or AES-CM with HMAC-SHA1-80, on OpenSSL's AES:
/// Debian's libsrtp2 costs twice as much a packet (mutex and malloc). One thread owns each object.
namespace diemcau::transport {

/// What protecting adds at most to an RTP packet: GCM's tag.
inline constexpr std::size_t srtp_tag_size = 16;
/// What it adds at most to an RTCP packet: the tag and the index.
inline constexpr std::size_t srtcp_overhead = srtp_tag_size + 4;

/// AES-128-GCM with one key, set once; each packet only sets its IV.
class Gcm {
 public:
  enum class Direction { encrypt, decrypt };
  Gcm(Direction direction, std::span<const unsigned char, 16> key);
  /// Encrypts `text` in place; the tag is written to `tag` (16 bytes).
  void seal(std::span<const unsigned char, 12> iv, std::span<const std::byte> header,
            std::span<std::byte> text, std::byte* tag);
  /// Decrypts `text` in place; false when the tag does not fit.
  bool open(std::span<const unsigned char, 12> iv, std::span<const std::byte> header,
            std::span<std::byte> text, const std::byte* tag);

 private:
  struct Free {
    void operator()(EVP_CIPHER_CTX* context) const;
  };
  std::unique_ptr<EVP_CIPHER_CTX, Free> context_;
};

/// The cipher of one kind of packets in one direction, with its session keys (RFC 3711 4.3).
struct SrtpCipher {
  std::variant<Gcm, AesCm> cipher;
  std::array<unsigned char, 12> salt{};  ///< of GCM; AesCm keeps its own
  std::size_t tag_size;
};

/// Remembers which of the last 128 packet indices were seen (RFC 3711 3.3.2).
class ReplayWindow {
 public:
  bool is_new(std::uint64_t index) const;
  void mark(std::uint64_t index);
  std::uint64_t highest() const { return highest_; }
  bool started() const { return started_; }

 private:
  std::uint64_t highest_ = 0;
  std::uint64_t seen_[2] = {0, 0};  ///< bit n of the pair: highest - n
  bool started_ = false;
};

/// What a peer sends to us.
class SrtpReceiver {
 public:
  explicit SrtpReceiver(const SrtpKeys::Direction& keys, SrtpProfile profile = SrtpProfile::aead_aes_128_gcm);
  ~SrtpReceiver();
  /// Decrypts one packet in place. The plain packet is a prefix of `packet`; nullopt for a forged, replayed
  /// or broken one.
  std::optional<std::span<std::byte>> unprotect_rtp(std::span<std::byte> packet);
  std::optional<std::span<std::byte>> unprotect_rtcp(std::span<std::byte> packet);

 private:
  static constexpr std::size_t most_streams =
      64;  ///< SSRCs of one peer; a flood of made-up ones fails the tag anyway
  SrtpCipher rtp_, rtcp_;
  std::unordered_map<std::uint32_t, ReplayWindow> rtp_windows_, rtcp_windows_;
};

/// What we send to a peer.
class SrtpSender {
 public:
  explicit SrtpSender(const SrtpKeys::Direction& keys, SrtpProfile profile = SrtpProfile::aead_aes_128_gcm);
  ~SrtpSender();
  /// Encrypts a packet of `size` bytes in place within `buffer` (which has srtp_tag_size more); returns the
  /// new size. `rollover` is the number of times that the sequence number of this SSRC has wrapped. The same
  /// (SSRC, rollover, sequence) must never be protected with different bytes: that would give the key away.
  std::size_t protect_rtp(std::span<std::byte> buffer, std::size_t size, std::size_t header_size,
                          std::uint32_t rollover);
  /// As above with srtcp_overhead more.
  std::size_t protect_rtcp(std::span<std::byte> buffer, std::size_t size);

 private:
  SrtpCipher rtp_, rtcp_;
  std::uint32_t rtcp_index_ = 0;
};

}  // namespace diemcau::transport
