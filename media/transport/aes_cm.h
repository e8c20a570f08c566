#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <openssl/types.h>

namespace diemcau::transport {

/// The ciphers of SRTP_AES128_CM_HMAC_SHA1_80 (RFC 3711 4.1.1 and 4.2.1), for peers that have no GCM:
/// GStreamer's webrtcbin is one. Keys are set once. One thread owns each object.
class AesCm {
 public:
  static constexpr std::size_t tag_size = 10;
  AesCm(std::span<const unsigned char, 16> key, std::span<const unsigned char, 14> salt,
        std::span<const unsigned char, 20> authentication_key);

  /// Encrypts, or decrypts, in place. `index` is the packet's: 48 bits of RTP, 31 of RTCP.
  void apply(std::uint32_t ssrc, std::uint64_t index, std::span<std::byte> text);
  using Tag = std::array<std::byte, tag_size>;
  /// Over the packet and then `trailer`: the rollover counter of RTP, which does not travel (RFC 3711 4.2).
  Tag tag(std::span<const std::byte> packet, std::span<const std::byte> trailer = {});

 private:
  struct Free {
    void operator()(EVP_CIPHER_CTX* context) const;
    void operator()(EVP_MAC_CTX* context) const;
  };
  std::unique_ptr<EVP_CIPHER_CTX, Free> cipher_;
  std::unique_ptr<EVP_MAC_CTX, Free> mac_;
  std::array<unsigned char, 14> salt_{};
};

}  // namespace diemcau::transport
