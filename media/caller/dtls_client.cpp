#include "media/caller/dtls_client.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace diemcau::caller {
namespace {

template <auto free_function>
struct Free {
  template <class T>
  void operator()(T* pointer) const {
    free_function(pointer);
  }
};

std::string fingerprint_of(const X509* certificate) {
  std::array<unsigned char, 32> digest{};
  unsigned int size = 0;
  X509_digest(certificate, EVP_sha256(), digest.data(), &size);
  std::string text;
  for (const auto byte : digest) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    if (!text.empty()) text += ':';
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

}  // namespace

struct DtlsClient::Parts {
  std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>> context;
  std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>> key;
  std::unique_ptr<X509, Free<X509_free>> certificate;
  std::unique_ptr<SSL, Free<SSL_free>> ssl;
  BIO* input = nullptr;  ///< both owned by ssl
  BIO* output = nullptr;
};

DtlsClient::DtlsClient(Send send) : parts_(std::make_unique<Parts>()), send_(std::move(send)) {
  auto& parts = *parts_;
  parts.context.reset(SSL_CTX_new(DTLS_client_method()));
  parts.key.reset(EVP_EC_gen("P-256"));
  parts.certificate.reset(X509_new());
  ASN1_INTEGER_set(X509_get_serialNumber(parts.certificate.get()), 7);
  X509_gmtime_adj(X509_getm_notBefore(parts.certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(parts.certificate.get()), 3600);
  X509_set_pubkey(parts.certificate.get(), parts.key.get());
  if (X509_sign(parts.certificate.get(), parts.key.get(), EVP_sha256()) == 0 ||
      SSL_CTX_use_certificate(parts.context.get(), parts.certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(parts.context.get(), parts.key.get()) != 1 ||
      SSL_CTX_set_tlsext_use_srtp(parts.context.get(), "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80") != 0)
    throw std::runtime_error("no DTLS client");
  SSL_CTX_set_verify(parts.context.get(), SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
  SSL_CTX_set_options(parts.context.get(), SSL_OP_NO_QUERY_MTU);
  parts.ssl.reset(SSL_new(parts.context.get()));
  parts.input = BIO_new(BIO_s_mem());
  parts.output = BIO_new(BIO_s_mem());
  BIO_set_mem_eof_return(parts.input, -1);
  BIO_set_mem_eof_return(parts.output, -1);
  SSL_set_bio(parts.ssl.get(), parts.input, parts.output);
  SSL_set_mtu(parts.ssl.get(), 1200);
  // As Chromium: a lost handshake packet is sent again after 50 ms, then after twice as long each time.
  DTLS_set_timer_cb(parts.ssl.get(),
                    [](SSL*, unsigned int before) { return before == 0 ? 50000U : 2 * before; });
  SSL_set_connect_state(parts.ssl.get());
}

DtlsClient::~DtlsClient() = default;

std::string DtlsClient::fingerprint() const { return fingerprint_of(parts_->certificate.get()); }

std::string DtlsClient::peer_fingerprint() const {
  const std::unique_ptr<X509, Free<X509_free>> certificate(SSL_get1_peer_certificate(parts_->ssl.get()));
  return certificate ? fingerprint_of(certificate.get()) : std::string();
}

void DtlsClient::start() { advance(); }

void DtlsClient::receive(std::span<const std::byte> datagram) {
  BIO_write(parts_->input, datagram.data(), static_cast<int>(datagram.size()));
  advance();
  (void)BIO_reset(parts_->input);
}

void DtlsClient::on_timer() {
  DTLSv1_handle_timeout(parts_->ssl.get());
  flush();
}

void DtlsClient::close() {
  SSL_shutdown(parts_->ssl.get());
  flush();
}

void DtlsClient::advance() {
  ERR_clear_error();
  SSL* const ssl = parts_->ssl.get();
  if (!connected_) {
    const int done = SSL_do_handshake(ssl);
    connected_ = done == 1;
    if (!connected_ && SSL_get_error(ssl, done) == SSL_ERROR_SSL) failed_ = true;
  } else {
    std::array<char, 2048> sink;
    while (SSL_read(ssl, sink.data(), sink.size()) > 0) {
    }
    if ((SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN) != 0) closed_by_peer_ = true;
  }
  flush();
}

void DtlsClient::flush() {
  // A memory BIO joins what was written; records tell where one ends (RFC 6347 4.1), and each may travel
  // alone.
  std::vector<std::byte> bytes(BIO_ctrl_pending(parts_->output));
  if (bytes.empty()) return;
  BIO_read(parts_->output, bytes.data(), static_cast<int>(bytes.size()));
  constexpr std::size_t header = 13;
  for (std::size_t at = 0; at + header <= bytes.size();) {
    const auto length =
        std::to_integer<std::size_t>(bytes[at + 11]) << 8 | std::to_integer<std::size_t>(bytes[at + 12]);
    send_(std::span(bytes).subspan(at, std::min(header + length, bytes.size() - at)));
    at += header + length;
  }
}

std::optional<transport::SrtpKeys> DtlsClient::keys() const {
  const auto* const profile = SSL_get_selected_srtp_profile(parts_->ssl.get());
  if (!connected_ || profile == nullptr || profile->id != SRTP_AEAD_AES_128_GCM) return std::nullopt;
  // RFC 5764 4.2, client first: we are the client.
  std::array<unsigned char, 56> material{};
  constexpr std::string_view label = "EXTRACTOR-dtls_srtp";
  if (SSL_export_keying_material(parts_->ssl.get(), material.data(), material.size(), label.data(),
                                 label.size(), nullptr, 0, 0) != 1)
    return std::nullopt;
  transport::SrtpKeys keys;
  std::copy_n(material.begin(), 16, keys.to_peer.key.begin());
  std::copy_n(material.begin() + 16, 16, keys.from_peer.key.begin());
  std::copy_n(material.begin() + 32, 12, keys.to_peer.salt.begin());
  std::copy_n(material.begin() + 44, 12, keys.from_peer.salt.begin());
  return keys;
}

}  // namespace diemcau::caller
