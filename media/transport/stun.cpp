#include "media/transport/stun.h"

#include <array>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <zlib.h>

#include "media/byte_reader.h"

namespace diemcau::transport {
namespace {

constexpr std::uint32_t magic_cookie = 0x2112A442;
constexpr std::size_t header_size = 20;
constexpr std::uint16_t binding_request_type = 0x0001;
constexpr std::uint16_t binding_success_type = 0x0101;
// Attributes: RFC 8489 18.3, RFC 8445 16.1.
constexpr std::uint16_t username = 0x0006;
constexpr std::uint16_t message_integrity = 0x0008;
constexpr std::uint16_t xor_mapped_address = 0x0020;
constexpr std::uint16_t priority = 0x0024;
constexpr std::uint16_t use_candidate = 0x0025;
constexpr std::uint16_t fingerprint = 0x8028;
constexpr std::uint16_t ice_controlled = 0x8029;
constexpr std::uint16_t ice_controlling = 0x802a;
constexpr std::size_t integrity_size = 20;
constexpr std::size_t longest_message = 1500;

struct Attribute {
  std::uint16_t type{};
  std::size_t offset{};  ///< of its header within the message
  std::span<const std::byte> value;
};

/// Calls `visit` for each attribute; false when the lengths do not add up.
template <class Visit>
bool for_each_attribute(std::span<const std::byte> message, Visit visit) {
  media::ByteReader in(message.subspan(header_size));
  while (in.rest().size() >= 4) {
    Attribute attribute;
    attribute.offset = message.size() - in.rest().size();
    attribute.type = in.read<std::uint16_t>();
    const std::size_t length = in.read<std::uint16_t>();
    attribute.value = in.take(length);
    if (!in.ok()) return false;
    // Each attribute is padded to four bytes; RFC 8489 14.
    in.take((4 - length % 4) % 4);
    if (!in.ok()) return false;
    visit(attribute);
  }
  return in.rest().empty();
}

std::array<unsigned char, integrity_size> hmac_sha1(std::string_view key, std::span<const std::byte> head,
                                                    std::size_t claimed_length) {
  // The length field must read as if the message ended with the attribute that is being computed; RFC
  // 8489 14.5.
  std::array<std::byte, longest_message> bytes;
  std::copy(head.begin(), head.end(), bytes.begin());
  bytes[2] = static_cast<std::byte>(claimed_length >> 8);
  bytes[3] = static_cast<std::byte>(claimed_length);
  std::array<unsigned char, integrity_size> digest{};
  unsigned int size = digest.size();
  HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(bytes.data()), head.size(), digest.data(), &size);
  return digest;
}

std::uint32_t crc(std::span<const std::byte> bytes) {
  return static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const unsigned char*>(bytes.data()),
                                          static_cast<unsigned int>(bytes.size())));
}

constexpr std::uint32_t fingerprint_mask = 0x5354554E;

class Builder {
 public:
  template <class Range>
  Builder(std::uint16_t type, const Range& transaction) {
    u16(type);
    u16(0);
    u32(magic_cookie);
    append(transaction);
  }
  void attribute(std::uint16_t type, std::size_t size) {
    u16(type);
    u16(size);
  }
  void u16(std::size_t value) {
    bytes_.push_back(static_cast<std::byte>(value >> 8));
    bytes_.push_back(static_cast<std::byte>(value));
  }
  void u32(std::uint32_t value) {
    u16(value >> 16);
    u16(value & 0xffff);
  }
  template <class Range>
  void append(const Range& range) {
    for (const auto byte : range) bytes_.push_back(static_cast<std::byte>(byte));
  }
  /// With MESSAGE-INTEGRITY and FINGERPRINT; each sees the length that the message has with it.
  std::vector<std::byte> finish(std::string_view password) {
    set_length(bytes_.size() - header_size + 4 + integrity_size);
    const auto digest = hmac_sha1(password, bytes_, bytes_.size() - header_size + 4 + integrity_size);
    attribute(message_integrity, integrity_size);
    append(digest);
    set_length(bytes_.size() - header_size + 8);
    const auto sum = crc(bytes_) ^ fingerprint_mask;
    attribute(fingerprint, 4);
    u32(sum);
    return std::move(bytes_);
  }

 private:
  void set_length(std::size_t length) {
    bytes_[2] = static_cast<std::byte>(length >> 8);
    bytes_[3] = static_cast<std::byte>(length);
  }

  std::vector<std::byte> bytes_;
};

struct Header {
  std::uint16_t type{};
  std::span<const std::byte> transaction;
};

std::optional<Header> parse_header(std::span<const std::byte> message) {
  if (message.size() > longest_message) return std::nullopt;
  media::ByteReader in(message);
  Header header;
  header.type = in.read<std::uint16_t>();
  const std::size_t length = in.read<std::uint16_t>();
  const auto cookie = in.read<std::uint32_t>();
  header.transaction = in.take(std::tuple_size_v<Transaction>);
  if (!in.ok() || cookie != magic_cookie || length != message.size() - header_size) return std::nullopt;
  return header;
}

}  // namespace

bool looks_like_stun(std::span<const std::byte> datagram) {
  return datagram.size() >= header_size && std::to_integer<unsigned>(datagram[0]) < 4;
}

std::optional<BindingRequest> parse_binding_request(std::span<const std::byte> message) {
  const auto header = parse_header(message);
  if (!header || header->type != binding_request_type) return std::nullopt;
  BindingRequest request;
  request.transaction = header->transaction;
  bool proved = false;
  const bool whole = for_each_attribute(message, [&](const Attribute& attribute) {
    // What follows MESSAGE-INTEGRITY may be anybody's: it is ignored (RFC 8489 14.5).
    if (proved) return;
    proved = attribute.type == message_integrity;
    if (attribute.type == username) {
      const std::string_view name(reinterpret_cast<const char*>(attribute.value.data()),
                                  attribute.value.size());
      request.local_ufrag = name.substr(0, name.find(':'));
    } else if (attribute.type == use_candidate) {
      request.use_candidate = true;
    }
  });
  if (!whole || request.local_ufrag.empty()) return std::nullopt;
  return request;
}

std::optional<std::span<const std::byte>> parse_binding_response(std::span<const std::byte> message) {
  const auto header = parse_header(message);
  if (!header || header->type != binding_success_type) return std::nullopt;
  return header->transaction;
}

bool is_authentic(std::span<const std::byte> message, std::string_view password) {
  if (message.size() < header_size || message.size() > longest_message) return false;
  bool integrity_right = false;
  bool fingerprint_right = false;
  const bool whole = for_each_attribute(message, [&](const Attribute& attribute) {
    if (attribute.type == message_integrity && attribute.value.size() == integrity_size) {
      const auto digest = hmac_sha1(password, message.first(attribute.offset),
                                    attribute.offset - header_size + 4 + integrity_size);
      integrity_right = CRYPTO_memcmp(digest.data(), attribute.value.data(), integrity_size) == 0;
    } else if (attribute.type == fingerprint && attribute.value.size() == 4) {
      media::ByteReader value(attribute.value);
      fingerprint_right =
          value.read<std::uint32_t>() == (crc(message.first(attribute.offset)) ^ fingerprint_mask);
    }
  });
  return whole && integrity_right && fingerprint_right;
}

std::vector<std::byte> binding_request(const Check& check) {
  Builder out(binding_request_type, check.transaction);
  const auto name = check.theirs.ufrag + ":" + check.ours.ufrag;
  out.attribute(username, name.size());
  out.append(name);
  out.append(std::string((4 - name.size() % 4) % 4, '\0'));
  out.attribute(priority, 4);
  out.u32(0x6e7f1eff);  // of a peer-reflexive candidate, were it one (RFC 8445 5.1.2.1)
  // The tie-breaker settles who controls when both want to: not where one side is lite.
  out.attribute(check.controlling ? ice_controlling : ice_controlled, 8);
  out.u32(0x01234567);
  out.u32(0x89abcdef);
  if (check.use_candidate) out.attribute(use_candidate, 0);
  return out.finish(check.theirs.password);
}

std::vector<std::byte> binding_response(const BindingRequest& request, const Endpoint& from,
                                        std::string_view password) {
  Builder out(binding_success_type, request.transaction);
  const bool v4 = from.is_v4();
  out.attribute(xor_mapped_address, v4 ? 8 : 20);
  out.u16(v4 ? 1 : 2);
  out.u16(from.port ^ (magic_cookie >> 16));
  // An IPv6 address is masked with the cookie and then the transaction id; an IPv4 one with the cookie. RFC
  // 8489 14.2.
  for (std::size_t i = v4 ? 12 : 0; i < 16; ++i) {
    const std::size_t at = v4 ? i - 12 : i;
    const auto mask = at < 4 ? static_cast<unsigned>(magic_cookie >> (24 - 8 * at)) & 0xff
                             : std::to_integer<unsigned>(request.transaction[at - 4]);
    out.append(std::array{from.address.s6_addr[i] ^ mask});
  }
  return out.finish(password);
}

}  // namespace diemcau::transport
