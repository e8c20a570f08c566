#include "media/transport/aes_cm.h"

#include <algorithm>
#include <new>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

namespace diemcau::transport {

void AesCm::Free::operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
void AesCm::Free::operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }

AesCm::AesCm(std::span<const unsigned char, 16> key, std::span<const unsigned char, 14> salt,
             std::span<const unsigned char, 20> authentication_key)
    : cipher_(EVP_CIPHER_CTX_new()) {
  const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> hmac(EVP_MAC_fetch(nullptr, "HMAC", nullptr),
                                                               EVP_MAC_free);
  if (hmac) mac_.reset(EVP_MAC_CTX_new(hmac.get()));
  char digest[] = "SHA1";
  const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                              OSSL_PARAM_construct_end()};
  if (!cipher_ || !mac_ ||
      EVP_EncryptInit_ex(cipher_.get(), EVP_aes_128_ctr(), nullptr, key.data(), nullptr) != 1 ||
      EVP_MAC_init(mac_.get(), authentication_key.data(), authentication_key.size(), parameters.data()) != 1)
    throw std::bad_alloc();
  std::copy(salt.begin(), salt.end(), salt_.begin());
}

void AesCm::apply(std::uint32_t ssrc, std::uint64_t index, std::span<std::byte> text) {
  // RFC 3711 4.1.1: (salt * 2^16) XOR (SSRC * 2^64) XOR (index * 2^16).
  std::array<unsigned char, 16> iv{};
  std::copy(salt_.begin(), salt_.end(), iv.begin());
  for (std::size_t i = 0; i < 4; ++i) iv[4 + i] ^= static_cast<unsigned char>(ssrc >> (24 - 8 * i));
  for (std::size_t i = 0; i < 6; ++i) iv[8 + i] ^= static_cast<unsigned char>(index >> (40 - 8 * i));
  int size = 0;
  auto* const in_place = reinterpret_cast<unsigned char*>(text.data());
  EVP_EncryptInit_ex(cipher_.get(), nullptr, nullptr, nullptr, iv.data());
  EVP_EncryptUpdate(cipher_.get(), in_place, &size, in_place, static_cast<int>(text.size()));
}

AesCm::Tag AesCm::tag(std::span<const std::byte> packet, std::span<const std::byte> trailer) {
  std::array<unsigned char, 20> whole{};
  std::size_t size = 0;
  EVP_MAC_init(mac_.get(), nullptr, 0, nullptr);  // the key stays
  EVP_MAC_update(mac_.get(), reinterpret_cast<const unsigned char*>(packet.data()), packet.size());
  EVP_MAC_update(mac_.get(), reinterpret_cast<const unsigned char*>(trailer.data()), trailer.size());
  EVP_MAC_final(mac_.get(), whole.data(), &size, whole.size());
  Tag tag;
  std::copy_n(std::as_bytes(std::span(whole)).begin(), tag_size, tag.begin());
  return tag;
}

}  // namespace diemcau::transport
