#include "media/transport/srtp.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "media/transport/srtp_keys.h"

namespace diemcau::transport {
namespace {

using Iv = std::array<unsigned char, 12>;

template <std::size_t size>
std::array<unsigned char, size> derive(const SrtpKeys::Direction& master, SrtpLabel label) {
  // The 96-bit salt of GCM stands in front of 16 zero bits (RFC 7714 11), and so it is kept.
  std::array<unsigned char, size> out{};
  derive_srtp_key(master.key, master.salt, label, out);
  return out;
}

SrtpCipher make_cipher(const SrtpKeys::Direction& master, SrtpProfile profile, Gcm::Direction direction,
                       SrtpLabel key, SrtpLabel authentication, SrtpLabel salt) {
  if (profile == SrtpProfile::aead_aes_128_gcm)
    return {Gcm(direction, derive<16>(master, key)), derive<12>(master, salt), srtp_tag_size};
  return {AesCm(derive<16>(master, key), derive<14>(master, salt), derive<20>(master, authentication)),
          {},
          AesCm::tag_size};
}

SrtpCipher rtp_cipher(const SrtpKeys::Direction& master, SrtpProfile profile, Gcm::Direction direction) {
  return make_cipher(master, profile, direction, SrtpLabel::rtp_key, SrtpLabel::rtp_authentication,
                     SrtpLabel::rtp_salt);
}

SrtpCipher rtcp_cipher(const SrtpKeys::Direction& master, SrtpProfile profile, Gcm::Direction direction) {
  return make_cipher(master, profile, direction, SrtpLabel::rtcp_key, SrtpLabel::rtcp_authentication,
                     SrtpLabel::rtcp_salt);
}

void put32(unsigned char* at, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) at[i] = static_cast<unsigned char>(value >> (24 - 8 * i));
}

/// RFC 7714 8.1.
Iv rtp_iv(const Iv& salt, std::uint32_t ssrc, std::uint32_t rollover, std::uint16_t sequence) {
  Iv iv{};
  put32(iv.data() + 2, ssrc);
  put32(iv.data() + 6, rollover);
  iv[10] = static_cast<unsigned char>(sequence >> 8);
  iv[11] = static_cast<unsigned char>(sequence);
  for (std::size_t i = 0; i < iv.size(); ++i) iv[i] ^= salt[i];
  return iv;
}

/// RFC 7714 9.1.
Iv rtcp_iv(const Iv& salt, std::uint32_t ssrc, std::uint32_t index) {
  Iv iv{};
  put32(iv.data() + 2, ssrc);
  put32(iv.data() + 8, index);
  for (std::size_t i = 0; i < iv.size(); ++i) iv[i] ^= salt[i];
  return iv;
}

std::uint32_t get32(std::span<const std::byte> bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = (value << 8) | std::to_integer<std::uint32_t>(bytes[at + i]);
  return value;
}

/// Fixed header, contributing sources and extension (RFC 3550 5.1): what stays in the clear. transport/ reads
/// no more of a packet than SRTP itself needs.
std::optional<std::size_t> header_size_of(std::span<const std::byte> packet) {
  if (packet.size() < 12 || std::to_integer<unsigned>(packet[0]) >> 6 != 2) return std::nullopt;
  const auto flags = std::to_integer<unsigned>(packet[0]);
  std::size_t size = 12 + 4 * static_cast<std::size_t>(flags & 0x0f);
  if ((flags & 0x10) != 0) {
    if (packet.size() < size + 4) return std::nullopt;
    size += 4 + 4 * (std::to_integer<std::size_t>(packet[size + 2]) << 8 |
                     std::to_integer<std::size_t>(packet[size + 3]));
  }
  return size <= packet.size() ? std::optional(size) : std::nullopt;
}

/// The index that a sequence number most likely stands for, given the highest seen (RFC 3711 3.3.1 and
/// appendix A).
std::uint64_t guess_index(const ReplayWindow& window, std::uint16_t sequence) {
  if (!window.started()) return sequence;
  const auto highest = window.highest();
  const auto rollover = highest >> 16;
  const auto last = static_cast<std::uint16_t>(highest);
  auto guess = rollover;
  if (last < 0x8000) {
    if (sequence - last > 0x8000 && rollover > 0) guess = rollover - 1;
  } else if (last - 0x8000 > sequence) {
    guess = rollover + 1;
  }
  return (guess << 16) | sequence;
}

/// The rollover counter as the tag of AES-CM covers it (RFC 3711 4.2).
std::array<std::byte, 4> as_bytes(std::uint32_t value) {
  std::array<std::byte, 4> bytes;
  put32(reinterpret_cast<unsigned char*>(bytes.data()), value);
  return bytes;
}

bool same(const AesCm::Tag& expected, const std::byte* given) {
  return CRYPTO_memcmp(expected.data(), given, expected.size()) == 0;
}

}  // namespace

void derive_srtp_key(std::span<const unsigned char, 16> master_key,
                     std::span<const unsigned char, 14> master_salt, SrtpLabel label,
                     std::span<unsigned char> out) {
  std::array<unsigned char, 16> counter{};
  std::copy(master_salt.begin(), master_salt.end(), counter.begin());
  counter[7] ^= static_cast<unsigned char>(label);
  std::fill(out.begin(), out.end(), static_cast<unsigned char>(0));
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                EVP_CIPHER_CTX_free);
  int written = 0;
  EVP_EncryptInit_ex(context.get(), EVP_aes_128_ctr(), nullptr, master_key.data(), counter.data());
  EVP_EncryptUpdate(context.get(), out.data(), &written, out.data(), static_cast<int>(out.size()));
}

void Gcm::Free::operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }

Gcm::Gcm(Direction direction, std::span<const unsigned char, 16> key) : context_(EVP_CIPHER_CTX_new()) {
  if (!context_ || EVP_CipherInit_ex(context_.get(), EVP_aes_128_gcm(), nullptr, key.data(), nullptr,
                                     direction == Direction::encrypt) != 1)
    throw std::bad_alloc();
}

void Gcm::seal(std::span<const unsigned char, 12> iv, std::span<const std::byte> header,
               std::span<std::byte> text, std::byte* tag) {
  int size = 0;
  auto* const in_place = reinterpret_cast<unsigned char*>(text.data());
  EVP_EncryptInit_ex(context_.get(), nullptr, nullptr, nullptr, iv.data());
  EVP_EncryptUpdate(context_.get(), nullptr, &size, reinterpret_cast<const unsigned char*>(header.data()),
                    static_cast<int>(header.size()));
  EVP_EncryptUpdate(context_.get(), in_place, &size, in_place, static_cast<int>(text.size()));
  EVP_EncryptFinal_ex(context_.get(), in_place + size, &size);
  EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, srtp_tag_size, tag);
}

bool Gcm::open(std::span<const unsigned char, 12> iv, std::span<const std::byte> header,
               std::span<std::byte> text, const std::byte* tag) {
  int size = 0;
  auto* const in_place = reinterpret_cast<unsigned char*>(text.data());
  std::array<std::byte, srtp_tag_size> expected;
  std::memcpy(expected.data(), tag, expected.size());
  EVP_DecryptInit_ex(context_.get(), nullptr, nullptr, nullptr, iv.data());
  EVP_DecryptUpdate(context_.get(), nullptr, &size, reinterpret_cast<const unsigned char*>(header.data()),
                    static_cast<int>(header.size()));
  EVP_DecryptUpdate(context_.get(), in_place, &size, in_place, static_cast<int>(text.size()));
  EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, srtp_tag_size, expected.data());
  return EVP_DecryptFinal_ex(context_.get(), in_place + size, &size) == 1;
}

bool ReplayWindow::is_new(std::uint64_t index) const {
  if (!started_ || index > highest_) return true;
  const auto age = highest_ - index;
  if (age >= 128) return false;
  return (seen_[age / 64] >> (age % 64) & 1) == 0;
}

void ReplayWindow::mark(std::uint64_t index) {
  if (!started_) {
    started_ = true;
    highest_ = index;
  }
  if (index > highest_) {
    const auto shift = index - highest_;
    if (shift >= 128) {
      seen_[0] = seen_[1] = 0;
    } else if (shift >= 64) {
      seen_[1] = shift == 64 ? seen_[0] : seen_[0] << (shift - 64);
      seen_[0] = 0;
    } else {
      seen_[1] = seen_[1] << shift | seen_[0] >> (64 - shift);
      seen_[0] <<= shift;
    }
    highest_ = index;
  }
  const auto age = highest_ - index;
  if (age < 128) seen_[age / 64] |= std::uint64_t{1} << (age % 64);
}

SrtpReceiver::SrtpReceiver(const SrtpKeys::Direction& keys, SrtpProfile profile)
    : rtp_(rtp_cipher(keys, profile, Gcm::Direction::decrypt)),
      rtcp_(rtcp_cipher(keys, profile, Gcm::Direction::decrypt)) {}
SrtpReceiver::~SrtpReceiver() { OPENSSL_cleanse(rtp_.salt.data(), rtp_.salt.size()); }

std::optional<std::span<std::byte>> SrtpReceiver::unprotect_rtp(std::span<std::byte> packet) {
  const auto header_size = header_size_of(packet);
  if (!header_size || packet.size() < *header_size + rtp_.tag_size) return std::nullopt;
  const auto ssrc = get32(packet, 8);
  const auto sequence = static_cast<std::uint16_t>(std::to_integer<unsigned>(packet[2]) << 8 |
                                                   std::to_integer<unsigned>(packet[3]));
  // A window is stored only once a packet has proved authentic: made-up SSRCs cost no memory.
  const auto known = rtp_windows_.find(ssrc);
  if (known == rtp_windows_.end() && rtp_windows_.size() >= most_streams) return std::nullopt;
  const ReplayWindow fresh;
  const auto& window = known == rtp_windows_.end() ? fresh : known->second;
  const auto index = guess_index(window, sequence);
  if (!window.is_new(index)) return std::nullopt;
  const auto plain = packet.first(packet.size() - rtp_.tag_size);
  const auto text = plain.subspan(*header_size);
  const auto* const tag = packet.data() + plain.size();
  const auto rollover = static_cast<std::uint32_t>(index >> 16);
  if (auto* const gcm = std::get_if<Gcm>(&rtp_.cipher)) {
    if (!gcm->open(rtp_iv(rtp_.salt, ssrc, rollover, sequence), packet.first(*header_size), text, tag))
      return std::nullopt;
  } else {
    auto& cm = std::get<AesCm>(rtp_.cipher);
    if (!same(cm.tag(plain, as_bytes(rollover)), tag)) return std::nullopt;
    cm.apply(ssrc, index, text);
  }
  rtp_windows_[ssrc].mark(index);
  return plain;
}

std::optional<std::span<std::byte>> SrtpReceiver::unprotect_rtcp(std::span<std::byte> packet) {
  constexpr std::size_t header = 8;
  if (packet.size() < header + rtcp_.tag_size + 4) return std::nullopt;
  auto* const gcm = std::get_if<Gcm>(&rtcp_.cipher);
  // GCM: tag, then index (RFC 7714 9.3). AES-CM: index, then tag (RFC 3711 3.4).
  const auto trailer_at = packet.size() - 4 - (gcm != nullptr ? 0 : rtcp_.tag_size);
  const auto trailer = get32(packet, trailer_at);
  // The E bit says that the rest is encrypted; we never agreed to anything else. RFC 7714 9.2.
  if ((trailer & 0x80000000U) == 0) return std::nullopt;
  const auto index = trailer & 0x7fffffffU;
  const auto ssrc = get32(packet, 4);
  const auto known = rtcp_windows_.find(ssrc);
  if (known == rtcp_windows_.end() && rtcp_windows_.size() >= most_streams) return std::nullopt;
  if (known != rtcp_windows_.end() && !known->second.is_new(index)) return std::nullopt;
  const auto plain = packet.first(packet.size() - rtcp_.tag_size - 4);
  const auto text = plain.subspan(header);
  if (gcm != nullptr) {
    std::array<std::byte, 12> associated;
    std::memcpy(associated.data(), packet.data(), header);
    std::memcpy(associated.data() + header, packet.data() + trailer_at, 4);
    if (!gcm->open(rtcp_iv(rtcp_.salt, ssrc, index), associated, text, packet.data() + plain.size()))
      return std::nullopt;
  } else {
    auto& cm = std::get<AesCm>(rtcp_.cipher);
    if (!same(cm.tag(packet.first(trailer_at + 4)), packet.data() + trailer_at + 4)) return std::nullopt;
    cm.apply(ssrc, index, text);
  }
  rtcp_windows_[ssrc].mark(index);
  return plain;
}

SrtpSender::SrtpSender(const SrtpKeys::Direction& keys, SrtpProfile profile)
    : rtp_(rtp_cipher(keys, profile, Gcm::Direction::encrypt)),
      rtcp_(rtcp_cipher(keys, profile, Gcm::Direction::encrypt)) {}
SrtpSender::~SrtpSender() { OPENSSL_cleanse(rtp_.salt.data(), rtp_.salt.size()); }

std::size_t SrtpSender::protect_rtp(std::span<std::byte> buffer, std::size_t size, std::size_t header_size,
                                    std::uint32_t rollover) {
  const auto sequence = static_cast<std::uint16_t>(std::to_integer<unsigned>(buffer[2]) << 8 |
                                                   std::to_integer<unsigned>(buffer[3]));
  const auto ssrc = get32(buffer, 8);
  const auto text = buffer.subspan(header_size, size - header_size);
  if (auto* const gcm = std::get_if<Gcm>(&rtp_.cipher)) {
    gcm->seal(rtp_iv(rtp_.salt, ssrc, rollover, sequence), buffer.first(header_size), text,
              buffer.data() + size);
  } else {
    auto& cm = std::get<AesCm>(rtp_.cipher);
    cm.apply(ssrc, static_cast<std::uint64_t>(rollover) << 16 | sequence, text);
    const auto tag = cm.tag(buffer.first(size), as_bytes(rollover));
    std::copy(tag.begin(), tag.end(), buffer.begin() + static_cast<std::ptrdiff_t>(size));
  }
  return size + rtp_.tag_size;
}

std::size_t SrtpSender::protect_rtcp(std::span<std::byte> buffer, std::size_t size) {
  constexpr std::size_t header = 8;
  const auto index = rtcp_index_++ & 0x7fffffffU;
  const auto trailer = as_bytes(index | 0x80000000U);
  const auto ssrc = get32(buffer, 4);
  const auto text = buffer.subspan(header, size - header);
  if (auto* const gcm = std::get_if<Gcm>(&rtcp_.cipher)) {
    std::array<std::byte, header + trailer.size()> associated;
    std::memcpy(associated.data(), buffer.data(), header);
    std::memcpy(associated.data() + header, trailer.data(), trailer.size());
    gcm->seal(rtcp_iv(rtcp_.salt, ssrc, index), associated, text, buffer.data() + size);
    std::memcpy(buffer.data() + size + srtp_tag_size, trailer.data(), trailer.size());
  } else {
    auto& cm = std::get<AesCm>(rtcp_.cipher);
    cm.apply(ssrc, index, text);
    std::memcpy(buffer.data() + size, trailer.data(), trailer.size());
    const auto tag = cm.tag(buffer.first(size + trailer.size()));
    std::memcpy(buffer.data() + size + trailer.size(), tag.data(), tag.size());
  }
  return size + rtcp_.tag_size + trailer.size();
}

}  // namespace diemcau::transport
