#include "media/caller/stun_request.h"

#include <cstdint>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <zlib.h>

namespace diemcau::caller {
namespace {

void put(std::vector<std::byte>& out, std::uint32_t value, int size) {
  for (int i = size - 1; i >= 0; --i) out.push_back(static_cast<std::byte>(value >> (8 * i)));
}

void set_length(std::vector<std::byte>& out, std::size_t length) {
  out[2] = static_cast<std::byte>(length >> 8);
  out[3] = static_cast<std::byte>(length);
}

}  // namespace

std::vector<std::byte> write_request(const StunRequest& request) {
  std::vector<std::byte> out;
  put(out, 0x0001, 2);
  put(out, 0, 2);
  put(out, 0x2112A442, 4);
  out.insert(out.end(), request.transaction.begin(), request.transaction.end());
  put(out, 0x0006, 2);  // USERNAME, padded to words
  put(out, static_cast<std::uint32_t>(request.username.size()), 2);
  for (const char c : request.username) out.push_back(static_cast<std::byte>(c));
  while (out.size() % 4 != 0) out.push_back(std::byte{0});
  put(out, 0x0024, 2);  // PRIORITY
  put(out, 4, 2);
  put(out, 0x6e7f1eff, 4);
  put(out, request.controlling ? 0x802a : 0x8029, 2);  // ICE-CONTROLLING, ICE-CONTROLLED
  put(out, 8, 2);
  put(out, 0x01234567, 4);
  put(out, 0x89abcdef, 4);
  if (request.use_candidate) {
    put(out, 0x0025, 2);
    put(out, 0, 2);
  }
  set_length(out, out.size() - 20 + 24);
  std::array<unsigned char, 20> digest{};
  unsigned int size = digest.size();
  HMAC(EVP_sha1(), request.password.data(), static_cast<int>(request.password.size()),
       reinterpret_cast<const unsigned char*>(out.data()), out.size(), digest.data(), &size);
  put(out, 0x0008, 2);  // MESSAGE-INTEGRITY
  put(out, 20, 2);
  for (const auto byte : digest) out.push_back(static_cast<std::byte>(byte));
  set_length(out, out.size() - 20 + 8);
  const auto sum = static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const unsigned char*>(out.data()), static_cast<unsigned int>(out.size())));
  put(out, 0x8028, 2);  // FINGERPRINT
  put(out, 4, 2);
  put(out, sum ^ 0x5354554eU, 4);
  return out;
}

}  // namespace diemcau::caller
