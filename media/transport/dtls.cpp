#include "media/transport/dtls.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace diemcau::transport {
namespace {

// Well below any path's MTU with TURN or VPN headers on top; the handshake is a few datagrams either way.
constexpr long datagram_limit = 1200;

template <auto free_function>
struct Free {
  template <class T>
  void operator()(T* pointer) const {
    free_function(pointer);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;

[[noreturn]] void fail(const char* what) {
  throw std::runtime_error(std::string("dtls: ") + what + ": " + ERR_error_string(ERR_get_error(), nullptr));
}

std::string fingerprint_of(const X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) fail("digest");
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    char two[4];
    std::snprintf(two, sizeof two, i == 0 ? "%02X" : ":%02X", static_cast<unsigned>(digest.at(i)));
    text += two;
  }
  return text;
}

Certificate self_signed(EVP_PKEY* key) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -86400);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 397L * 86400);
  X509_set_pubkey(certificate.get(), key);
  auto* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("diemcau"), -1,
                             -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  if (X509_sign(certificate.get(), key, EVP_sha256()) == 0) fail("sign");
  return certificate;
}

// A memory BIO loses the datagram boundaries of what it takes, so output goes through a BIO of our own: one
// write is one datagram.
int write_datagram(BIO* bio, const char* data, int size) {
  const auto* send = static_cast<const DtlsSession::Send*>(BIO_get_data(bio));
  (*send)(std::as_bytes(std::span(data, static_cast<std::size_t>(size))));
  return size;
}

long control(BIO*, int command, long, void*) {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
      return datagram_limit;
    default:
      return 0;
  }
}

BIO_METHOD* datagram_method() {
  static const std::unique_ptr<BIO_METHOD, Free<BIO_meth_free>> method = [] {
    std::unique_ptr<BIO_METHOD, Free<BIO_meth_free>> made(
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagram"));
    BIO_meth_set_write(made.get(), write_datagram);
    BIO_meth_set_ctrl(made.get(), control);
    BIO_meth_set_create(made.get(), [](BIO* bio) {
      BIO_set_init(bio, 1);
      return 1;
    });
    return made;
  }();
  return method.get();
}

}  // namespace

DtlsContext::DtlsContext() : context_(SSL_CTX_new(DTLS_server_method())) {
  if (context_ == nullptr) fail("context");
  const Key key(EVP_EC_gen("P-256"));
  const auto certificate = self_signed(key.get());
  SSL_CTX_set_min_proto_version(context_, DTLS1_2_VERSION);
  SSL_CTX_use_certificate(context_, certificate.get());
  SSL_CTX_use_PrivateKey(context_, key.get());
  // Best first: ours is the order that counts. 0 is success for this one call.
  if (SSL_CTX_set_tlsext_use_srtp(context_, "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80") != 0)
    fail("use_srtp");
  // Every certificate is accepted here: it is self-signed by nature, and its fingerprint is compared after
  // the handshake.
  SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                     [](int, X509_STORE_CTX*) { return 1; });
  SSL_CTX_set_options(context_, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_OFF);
  fingerprint_ = fingerprint_of(certificate.get());
}

DtlsContext::~DtlsContext() { SSL_CTX_free(context_); }

struct DtlsSession::Io {
  Send send;
  std::unique_ptr<SSL, Free<SSL_free>> ssl;
  BIO* input = nullptr;  ///< owned by ssl
};

DtlsSession::DtlsSession(const DtlsContext& context, std::string fingerprint, Send send)
    : io_(std::make_unique<Io>()), fingerprint_(std::move(fingerprint)) {
  std::transform(fingerprint_.begin(), fingerprint_.end(), fingerprint_.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  io_->send = std::move(send);
  io_->ssl.reset(SSL_new(context.get()));
  io_->input = BIO_new(BIO_s_mem());
  BIO_set_mem_eof_return(io_->input, -1);
  BIO* output = BIO_new(datagram_method());
  BIO_set_data(output, &io_->send);
  SSL_set_bio(io_->ssl.get(), io_->input, output);
  SSL_set_mtu(io_->ssl.get(), datagram_limit);
  SSL_set_accept_state(io_->ssl.get());
}

DtlsSession::~DtlsSession() = default;

DtlsSession::State DtlsSession::receive(std::span<const std::byte> datagram) {
  if (state_ == State::failed || state_ == State::closed) return state_;
  SSL* ssl = io_->ssl.get();
  ERR_clear_error();
  SSL_alloc_buffers(ssl);
  BIO_write(io_->input, datagram.data(), static_cast<int>(datagram.size()));
  if (state_ == State::handshaking) {
    const int done = SSL_do_handshake(ssl);
    if (done == 1) {
      const std::unique_ptr<X509, Free<X509_free>> certificate(SSL_get1_peer_certificate(ssl));
      const bool expected = certificate && fingerprint_of(certificate.get()) == fingerprint_;
      state_ = expected && SSL_get_selected_srtp_profile(ssl) != nullptr ? State::connected : State::failed;
    } else if (const int error = SSL_get_error(ssl, done);
               error == SSL_ERROR_SSL || error == SSL_ERROR_SYSCALL) {
      state_ = State::failed;
    }
  } else {
    // No data channels: whatever is inside is read and dropped, so that a close_notify is seen.
    std::array<std::byte, 2048> sink;
    while (SSL_read(ssl, sink.data(), sink.size()) > 0) {
    }
    if ((SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN) != 0) state_ = State::closed;
  }
  // What OpenSSL did not take of this datagram must not be read as the beginning of the next one.
  (void)BIO_reset(io_->input);
  // 34 KB, which hardly any session needs again before it ends.
  if (state_ == State::connected) SSL_free_buffers(ssl);
  return state_;
}

void DtlsSession::on_timer() {
  if (state_ == State::handshaking) DTLSv1_handle_timeout(io_->ssl.get());
}

void DtlsSession::close() {
  if (state_ == State::connected) {
    SSL_alloc_buffers(io_->ssl.get());
    SSL_shutdown(io_->ssl.get());
  }
  state_ = State::closed;
}

std::optional<SrtpKeys> DtlsSession::keys() const {
  if (state_ != State::connected) return std::nullopt;
  SrtpKeys keys;
  const auto* const agreed = SSL_get_selected_srtp_profile(io_->ssl.get());
  keys.profile = agreed != nullptr && agreed->id == SRTP_AEAD_AES_128_GCM ? SrtpProfile::aead_aes_128_gcm
                                                                          : SrtpProfile::aes128_cm_sha1_80;
  // RFC 5764 4.2: client key, server key, client salt, server salt. The browser is the client.
  constexpr std::size_t key = 16;
  const std::size_t salt = keys.profile == SrtpProfile::aead_aes_128_gcm ? 12 : 14;
  std::array<unsigned char, 2 * (key + 14)> material{};
  constexpr std::string_view label = "EXTRACTOR-dtls_srtp";
  if (SSL_export_keying_material(io_->ssl.get(), material.data(), 2 * (key + salt), label.data(),
                                 label.size(), nullptr, 0, 0) != 1)
    return std::nullopt;
  const auto* at = material.data();
  std::copy_n(at, key, keys.from_peer.key.begin());
  std::copy_n(at + key, key, keys.to_peer.key.begin());
  std::copy_n(at + 2 * key, salt, keys.from_peer.salt.begin());
  std::copy_n(at + 2 * key + salt, salt, keys.to_peer.salt.begin());
  OPENSSL_cleanse(material.data(), material.size());
  return keys;
}

bool looks_like_dtls(std::span<const std::byte> datagram) {
  if (datagram.empty()) return false;
  const auto first = std::to_integer<unsigned>(datagram[0]);
  return first >= 20 && first <= 63;
}

}  // namespace diemcau::transport
