#include "server/http/certificate.h"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <system_error>

#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <unistd.h>

namespace diemcau::http {
namespace {
namespace fs = std::filesystem;

template <auto free_function>
struct Free {
  template <class T>
  void operator()(T* pointer) const {
    free_function(pointer);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using File = std::unique_ptr<FILE, Free<fclose>>;

constexpr long day = 86400;
constexpr long authority_days = 3650;
constexpr long leaf_days = 397;  // browsers refuse server certificates that run longer
constexpr int renew_before_days = 30;

template <class T>
T made(T object) {
  if (!object) throw std::runtime_error("certificate: OpenSSL failed");
  return object;
}

bool is_address(const std::string& host) {
  in6_addr address{};  // room for either
  return inet_pton(AF_INET, host.c_str(), &address) == 1 || inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const auto extension = made(std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str())));
  X509_add_ext(certificate, extension.get(), -1);
}

/// Everything but subject, extensions and signature.
Certificate blank(EVP_PKEY* key, const std::string& name, long days) {
  Certificate certificate = made(Certificate(X509_new()));
  X509_set_version(certificate.get(), 2);
  std::uint64_t serial = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1)
    throw std::runtime_error("certificate: no random bytes");
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), days * day);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return certificate;
}

File open_for_writing(const fs::path& path, mode_t mode) {
  fs::remove(path);
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), path.string());
  return File(fdopen(descriptor, "w"));
}

void write_key(const fs::path& path, EVP_PKEY* key) {
  const auto file = open_for_writing(path, 0600);
  if (PEM_write_PrivateKey(file.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1)
    throw std::runtime_error("certificate: cannot write " + path.string());
}

void write_certificates(const fs::path& path, std::initializer_list<X509*> chain) {
  const auto file = open_for_writing(path, 0644);
  for (auto* certificate : chain)
    if (PEM_write_X509(file.get(), certificate) != 1)
      throw std::runtime_error("certificate: cannot write " + path.string());
}

Key read_key(const fs::path& path) {
  const File file(fopen(path.c_str(), "r"));
  return Key(file ? PEM_read_PrivateKey(file.get(), nullptr, nullptr, nullptr) : nullptr);
}

Certificate read_certificate(const fs::path& path) {
  const File file(fopen(path.c_str(), "r"));
  return Certificate(file ? PEM_read_X509(file.get(), nullptr, nullptr, nullptr) : nullptr);
}

bool runs_on(X509* certificate, std::chrono::system_clock::time_point now) {
  auto until = std::chrono::system_clock::to_time_t(now + std::chrono::days(renew_before_days));
  return X509_cmp_time(X509_get0_notAfter(certificate), &until) > 0;
}

bool names(X509* certificate, const std::string& host) {
  return is_address(host) ? X509_check_ip_asc(certificate, host.c_str(), 0) == 1
                          : X509_check_host(certificate, host.c_str(), host.size(), 0, nullptr) == 1;
}

}  // namespace

std::vector<std::string> own_hosts() {
  std::vector<std::string> hosts{"localhost", "127.0.0.1", "::1"};
  const auto add = [&](const std::string& host) {
    if (!host.empty() && std::find(hosts.begin(), hosts.end(), host) == hosts.end()) hosts.push_back(host);
  };
  char name[256] = "";
  if (gethostname(name, sizeof name - 1) == 0) add(name);
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return hosts;
  // IPv4 last: the last one is what links carry.
  for (const int family : {AF_INET6, AF_INET})
    for (const auto* one = all; one != nullptr; one = one->ifa_next) {
      if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != family) continue;
      const void* address = &reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr;
      if (family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6*>(one->ifa_addr)->sin6_addr;
        if (IN6_IS_ADDR_LINKLOCAL(&v6)) continue;  // means nothing without the interface
        address = &v6;
      }
      char text[INET6_ADDRSTRLEN] = "";
      inet_ntop(family, address, text, sizeof text);
      add(text);
    }
  freeifaddrs(all);
  return hosts;
}

CertificateFiles prepare_certificate(const fs::path& folder, const std::vector<std::string>& hosts,
                                     std::chrono::system_clock::time_point now) {
  fs::create_directories(folder);
  const auto authority_key_file = folder / "authority.key";
  const CertificateFiles files{folder / "authority.pem", folder / "server.pem", folder / "server.key"};

  Key authority_key = read_key(authority_key_file);
  Certificate authority = read_certificate(files.authority);
  if (!authority_key || !authority || !runs_on(authority.get(), now)) {
    authority_key = made(Key(EVP_EC_gen("P-256")));
    authority = blank(authority_key.get(), "Điểm Cầu", authority_days);
    X509_set_issuer_name(authority.get(), X509_get_subject_name(authority.get()));
    add_extension(authority.get(), authority.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(authority.get(), authority.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(authority.get(), authority.get(), NID_subject_key_identifier, "hash");
    X509_sign(authority.get(), authority_key.get(), EVP_sha256());
    write_key(authority_key_file, authority_key.get());
    write_certificates(files.authority, {authority.get()});
    fs::remove(files.certificate);
  }

  const Certificate present = read_certificate(files.certificate);
  if (present && read_key(files.key) && runs_on(present.get(), now) &&
      std::all_of(hosts.begin(), hosts.end(), [&](const auto& host) { return names(present.get(), host); }))
    return files;

  const Key key = made(Key(EVP_EC_gen("P-256")));
  const Certificate leaf = blank(key.get(), hosts.front(), leaf_days);
  X509_set_issuer_name(leaf.get(), X509_get_subject_name(authority.get()));
  std::string alternatives;
  for (const auto& host : hosts)
    alternatives += (alternatives.empty() ? "" : ",") + std::string(is_address(host) ? "IP:" : "DNS:") + host;
  add_extension(leaf.get(), authority.get(), NID_subject_alt_name, alternatives);
  add_extension(leaf.get(), authority.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(leaf.get(), authority.get(), NID_key_usage, "critical,digitalSignature");
  add_extension(leaf.get(), authority.get(), NID_ext_key_usage, "serverAuth");
  add_extension(leaf.get(), authority.get(), NID_authority_key_identifier, "keyid");
  X509_sign(leaf.get(), authority_key.get(), EVP_sha256());
  write_key(files.key, key.get());
  write_certificates(files.certificate, {leaf.get(), authority.get()});
  return files;
}

}  // namespace diemcau::http
