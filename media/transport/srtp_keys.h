#pragma once
#include <span>

/// Inside of srtp.cpp, apart so that it can be held against the vectors of RFC 3711 B.3.
namespace diemcau::transport {

/// Labels of RFC 3711 4.3.1 (RTP) and 4.3.2 (RTCP).
enum class SrtpLabel : unsigned char {
  rtp_key = 0,
  rtp_authentication = 1,
  rtp_salt = 2,
  rtcp_key = 3,
  rtcp_authentication = 4,
  rtcp_salt = 5
};

/// AES-CM key derivation (RFC 3711 4.3.3) with key_derivation_rate 0.
void derive_srtp_key(std::span<const unsigned char, 16> master_key,
                     std::span<const unsigned char, 14> master_salt, SrtpLabel label,
                     std::span<unsigned char> out);

}  // namespace diemcau::transport
