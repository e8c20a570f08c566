#include "media/transport/srtp.h"

#include <cstring>

#include <gtest/gtest.h>

#include "media/transport/srtp_keys.h"
#include "tests/unit/media/rtp_packets.h"

namespace diemcau::transport {
namespace {

template <std::size_t size>
std::array<unsigned char, size> octets(std::string_view text) {
  const auto bytes = hex(text);
  std::array<unsigned char, size> all{};
  std::memcpy(all.data(), bytes.data(), size);
  return all;
}

TEST(SrtpKeys, AreDerivedAsInRfc3711B3) {
  const auto key = octets<16>("E1F97A0D3E018BE0D64FA32C06DE4139");
  const auto salt = octets<14>("0EC675AD498AFEEBB6960B3AABE6");
  std::array<unsigned char, 16> cipher_key{};
  derive_srtp_key(key, salt, SrtpLabel::rtp_key, cipher_key);
  EXPECT_EQ(to_hex(std::as_bytes(std::span(cipher_key))), "c61e7a93744f39ee10734afe3ff7a087");
  std::array<unsigned char, 14> cipher_salt{};
  derive_srtp_key(key, salt, SrtpLabel::rtp_salt, cipher_salt);
  EXPECT_EQ(to_hex(std::as_bytes(std::span(cipher_salt))), "30cbbc08863d8c85d49db34a9ae1");
}

struct GcmVector {
  const char* name;
  const char* iv;
  const char* header;
  const char* text;
  const char* sealed;  ///< with the tag
};

class GcmOfRfc7714 : public testing::TestWithParam<GcmVector> {};

TEST_P(GcmOfRfc7714, SealsAndOpens) {
  const auto key = octets<16>("000102030405060708090a0b0c0d0e0f");
  const auto iv = octets<12>(GetParam().iv);
  const auto header = hex(GetParam().header);
  const auto plain = hex(GetParam().text);
  auto text = plain;
  std::array<std::byte, srtp_tag_size> tag{};
  Gcm(Gcm::Direction::encrypt, key).seal(iv, header, text, tag.data());
  EXPECT_EQ(to_hex(joined(text, tag)), to_hex(hex(GetParam().sealed)));

  Gcm opener(Gcm::Direction::decrypt, key);
  ASSERT_TRUE(opener.open(iv, header, text, tag.data()));
  EXPECT_EQ(to_hex(text), to_hex(plain));
  auto other = header;
  other[1] ^= std::byte{1};
  EXPECT_FALSE(opener.open(iv, other, text, tag.data()));
}

INSTANTIATE_TEST_SUITE_P(
    Vectors, GcmOfRfc7714,
    testing::Values(
        GcmVector{"Srtp_16_1_1", "51753c6580c2726f20718414", "8040f17b 8041f8d3 5501a0b2",
                  "47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070 61727465 73207472 6573",
                  "f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833"
                  "899d 7f27beb1 6a9152cf 765ee439 0cce"},
        GcmVector{"Srtcp_17_1", "517524055203726f207170bb", "81c8000d 4d617273 800005d4",
                  "4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 deadbeef deadbeef deadbeef deadbeef "
                  "deadbeef",
                  "63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda 4ce09b46 86303ded "
                  "0bb9275b"
                  "c84aa458 96cf4d2f c5abf872 45d9eade"}),
    [](const auto& test) { return std::string(test.param.name); });

/// Both ends with the same keys.
class Srtp : public testing::Test {
 protected:
  static SrtpKeys::Direction keys(unsigned char seed) {
    SrtpKeys::Direction made;
    for (std::size_t i = 0; i < made.key.size(); ++i) made.key[i] = static_cast<unsigned char>(seed + i);
    for (std::size_t i = 0; i < 12; ++i) made.salt[i] = static_cast<unsigned char>(seed * 3 + i);
    return made;
  }
  static Bytes plain(std::uint32_t extended, std::uint32_t ssrc = 0x1000) {
    rtp::Fields fields;
    fields.sequence = static_cast<std::uint16_t>(extended);
    fields.ssrc = ssrc;
    fields.extension = hex("10 80");
    return rtp::write_packet(fields, text_bytes("packet " + std::to_string(extended)));
  }
  Bytes protect(std::uint32_t extended, std::uint32_t ssrc = 0x1000) {
    auto buffer = plain(extended, ssrc);
    const auto size = buffer.size();
    buffer.resize(size + srtp_tag_size);
    constexpr std::size_t header = 12 + 8;
    EXPECT_EQ(sender.protect_rtp(buffer, size, header, extended >> 16), buffer.size());
    return buffer;
  }
  static Bytes head(const Bytes& bytes, std::size_t size) { return copy(std::span(bytes).first(size)); }
  /// The plain packet as text, or "refused".
  std::string read(Bytes packet) {
    const auto opened = receiver.unprotect_rtp(packet);
    return opened ? to_hex(*opened) : "refused";
  }

  SrtpSender sender{keys(1)};
  SrtpReceiver receiver{keys(1)};
};

TEST_F(Srtp, TheReceiverReadsWhatTheSenderWrote) {
  const auto sealed = protect(100);
  EXPECT_EQ(to_hex(head(sealed, 20)), to_hex(head(plain(100), 20))) << "the header is in the clear";
  EXPECT_NE(to_hex(head(sealed, 26)), to_hex(head(plain(100), 26)));
  EXPECT_EQ(read(sealed), to_hex(plain(100)));
}

TEST_F(Srtp, TheSamePacketIsSealedToTheSameBytes) { EXPECT_EQ(to_hex(protect(7)), to_hex(protect(7))); }

TEST_F(Srtp, OtherKeysReadNothing) {
  SrtpReceiver stranger(keys(2));
  auto sealed = protect(100);
  EXPECT_FALSE(stranger.unprotect_rtp(sealed));
}

TEST_F(Srtp, AReplayIsRefused) {
  const auto sealed = protect(100);
  EXPECT_EQ(read(sealed), to_hex(plain(100)));
  EXPECT_EQ(read(sealed), "refused");
  EXPECT_EQ(read(protect(101)), to_hex(plain(101)));
  EXPECT_EQ(read(sealed), "refused");
}

TEST_F(Srtp, ReorderedPacketsAreReadOnceEach) {
  EXPECT_EQ(read(protect(200)), to_hex(plain(200)));
  for (const std::uint32_t late : {137U, 136U, 199U, 73U}) {
    EXPECT_EQ(read(protect(late)), to_hex(plain(late))) << late;
    EXPECT_EQ(read(protect(late)), "refused") << late;
  }
  EXPECT_EQ(read(protect(72)), "refused") << "128 packets behind: nobody remembers";
}

TEST_F(Srtp, AnyChangedBitIsRefused) {
  const auto sealed = protect(100);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto forged = sealed;
    forged[i] ^= std::byte{0x04};
    EXPECT_EQ(read(forged), "refused") << "byte " << i;
  }
  EXPECT_EQ(read(sealed), to_hex(plain(100))) << "forged packets do no harm to the true one";
}

TEST_F(Srtp, ACutPacketIsRefused) {
  const auto sealed = protect(100);
  for (std::size_t size = 0; size < sealed.size(); ++size)
    EXPECT_EQ(read(copy(std::span(sealed).first(size))), "refused") << size;
}

TEST_F(Srtp, HeadersThatPromiseTooMuchAreRefused) {
  EXPECT_EQ(read(hex("8f 60 0001 00000000 00001000 00000000000000000000000000000000")), "refused")
      << "15 sources";
  EXPECT_EQ(read(hex("90 60 0001 00000000 00001000 bede ffff 00000000000000000000000000000000")), "refused");
}

TEST_F(Srtp, TheSequenceNumberGoesRoundInOrder) {
  for (std::uint32_t extended = 65530; extended < 65545; ++extended)
    EXPECT_EQ(read(protect(extended)), to_hex(plain(extended)));
}

TEST_F(Srtp, TheSequenceNumberGoesRoundThriceWithLoss) {
  for (std::uint32_t extended = 1; extended < 3 * 65536 + 10; extended += 9973)
    EXPECT_EQ(read(protect(extended)), to_hex(plain(extended))) << extended;
}

TEST_F(Srtp, APacketFromBeforeTheRoundIsReadAfterIt) {
  EXPECT_EQ(read(protect(65533)), to_hex(plain(65533)));
  EXPECT_EQ(read(protect(65540)), to_hex(plain(65540)));
  EXPECT_EQ(read(protect(65535)), to_hex(plain(65535)));
  EXPECT_EQ(read(protect(65535)), "refused");
  EXPECT_EQ(read(protect(65541)), to_hex(plain(65541)));
}

TEST_F(Srtp, MadeUpStreamsTakeNoPlace) {
  for (std::uint32_t ssrc = 0x5000; ssrc < 0x5000 + 10000; ++ssrc) {
    auto forged = protect(1, 0x1000);
    forged[10] = static_cast<std::byte>(ssrc >> 8);
    forged[11] = static_cast<std::byte>(ssrc);
    ASSERT_EQ(read(forged), "refused");
  }
  for (std::uint32_t ssrc = 1; ssrc <= 64; ++ssrc)
    EXPECT_EQ(read(protect(1, ssrc)), to_hex(plain(1, ssrc))) << ssrc;
  EXPECT_EQ(read(protect(1, 65)), "refused") << "no browser has so many streams";
}

class Srtcp : public Srtp {
 protected:
  Bytes protect_rtcp(std::string_view text = "81c90001 00001000 01020304") {
    auto buffer = hex(text);
    const auto size = buffer.size();
    buffer.resize(size + srtcp_overhead);
    EXPECT_EQ(sender.protect_rtcp(buffer, size), buffer.size());
    return buffer;
  }
  std::string read_rtcp(Bytes packet) {
    const auto opened = receiver.unprotect_rtcp(packet);
    return opened ? to_hex(*opened) : "refused";
  }
};

TEST_F(Srtcp, TheReceiverReadsWhatTheSenderWrote) {
  EXPECT_EQ(read_rtcp(protect_rtcp()), "81c900010000100001020304");
  EXPECT_EQ(read_rtcp(protect_rtcp()), "81c900010000100001020304") << "the next index";
}

TEST_F(Srtcp, AReplayIsRefused) {
  const auto first = protect_rtcp();
  const auto second = protect_rtcp();
  EXPECT_NE(read_rtcp(second), "refused");
  EXPECT_NE(read_rtcp(first), "refused");
  EXPECT_EQ(read_rtcp(first), "refused");
  EXPECT_EQ(read_rtcp(second), "refused");
}

TEST_F(Srtcp, AnyChangedBitOrCutIsRefused) {
  const auto sealed = protect_rtcp();
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto forged = sealed;
    forged[i] ^= std::byte{0x80};
    EXPECT_EQ(read_rtcp(forged), "refused") << "byte " << i;
    EXPECT_EQ(read_rtcp(copy(std::span(sealed).first(i))), "refused") << "cut at " << i;
  }
  EXPECT_NE(read_rtcp(sealed), "refused");
}

TEST(AesCm, MakesTheKeyStreamOfRfc3711B2) {
  AesCm cipher(octets<16>("2B7E151628AED2A6ABF7158809CF4F3C"), octets<14>("F0F1F2F3F4F5F6F7F8F9FAFBFCFD"),
               std::array<unsigned char, 20>{});
  Bytes text(48);
  cipher.apply(0, 0, text);
  EXPECT_EQ(to_hex(text),
            "e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab"
            "41e95b3bb0a2e8dd477901e4fca894c0");
}

TEST(AesCm, DerivesItsAuthenticationKeyAsInRfc3711B3) {
  std::array<unsigned char, 20> key{};
  derive_srtp_key(octets<16>("E1F97A0D3E018BE0D64FA32C06DE4139"), octets<14>("0EC675AD498AFEEBB6960B3AABE6"),
                  SrtpLabel::rtp_authentication, key);
  EXPECT_EQ(to_hex(std::as_bytes(std::span(key))), "cebe321f6ff7716b6fd4ab49af256a156d38baa4");
}

TEST(AesCm, TagsAsRfc2202) {
  std::array<unsigned char, 20> key{};
  key.fill(0x0b);
  AesCm cipher(std::array<unsigned char, 16>{}, std::array<unsigned char, 14>{}, key);
  for (int again = 0; again < 2; ++again) {
    EXPECT_EQ(to_hex(cipher.tag(text_bytes("Hi There"))), "b617318655057264e28b");
    EXPECT_EQ(to_hex(cipher.tag(text_bytes("Hi "), text_bytes("There"))), "b617318655057264e28b");
  }
}

/// Both ends with the same keys and the profile of peers that have no GCM.
class SrtpWithAesCm : public testing::Test {
 protected:
  static SrtpKeys::Direction keys() {
    return {octets<16>("E1F97A0D3E018BE0D64FA32C06DE4139"), octets<14>("0EC675AD498AFEEBB6960B3AABE6")};
  }
  Bytes protect(std::uint16_t sequence, std::uint32_t rollover = 0) {
    auto buffer = plain(sequence);
    const auto size = buffer.size();
    buffer.resize(size + srtp_tag_size);
    buffer.resize(sender.protect_rtp(buffer, size, 12, rollover));
    return buffer;
  }
  static Bytes plain(std::uint16_t sequence) {
    auto packet = hex("800f1234 decafbad cafebabe abababab abababab abababab abababab");
    packet[2] = static_cast<std::byte>(sequence >> 8);
    packet[3] = static_cast<std::byte>(sequence);
    return packet;
  }
  Bytes protect_rtcp() {
    auto buffer = hex("81c90001 00001000 01020304");
    const auto size = buffer.size();
    buffer.resize(size + srtcp_overhead);
    buffer.resize(sender.protect_rtcp(buffer, size));
    return buffer;
  }
  std::string read(Bytes packet) {
    const auto opened = receiver.unprotect_rtp(packet);
    return opened ? to_hex(*opened) : "refused";
  }
  std::string read_rtcp(Bytes packet) {
    const auto opened = receiver.unprotect_rtcp(packet);
    return opened ? to_hex(*opened) : "refused";
  }

  SrtpSender sender{keys(), SrtpProfile::aes128_cm_sha1_80};
  SrtpReceiver receiver{keys(), SrtpProfile::aes128_cm_sha1_80};
};

TEST_F(SrtpWithAesCm, WritesThePacketThatOtherImplementationsWrite) {
  // libsrtp's reference packet for these keys.
  EXPECT_EQ(to_hex(protect(0x1234)),
            "800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb");
  EXPECT_EQ(read(protect(0x1234)), to_hex(plain(0x1234)));
}

TEST_F(SrtpWithAesCm, CountsRoundsAndRefusesReplaysAndForgeries) {
  EXPECT_EQ(read(protect(65535)), to_hex(plain(65535)));
  const auto sealed = protect(0, 1);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto forged = sealed;
    forged[i] ^= std::byte{0x04};
    EXPECT_EQ(read(forged), "refused") << "byte " << i;
    EXPECT_EQ(read(copy(std::span(sealed).first(i))), "refused") << "cut at " << i;
  }
  EXPECT_EQ(read(sealed), to_hex(plain(0)));
  EXPECT_EQ(read(sealed), "refused");
}

TEST_F(SrtpWithAesCm, ProtectsRtcp) {
  const auto sealed = protect_rtcp();
  EXPECT_EQ(sealed.size(), 12U + 4 + AesCm::tag_size);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto forged = sealed;
    forged[i] ^= std::byte{0x80};
    EXPECT_EQ(read_rtcp(forged), "refused") << "byte " << i;
    EXPECT_EQ(read_rtcp(copy(std::span(sealed).first(i))), "refused") << "cut at " << i;
  }
  EXPECT_EQ(read_rtcp(sealed), "81c900010000100001020304");
  EXPECT_EQ(read_rtcp(sealed), "refused");
  EXPECT_EQ(read_rtcp(protect_rtcp()), "81c900010000100001020304") << "the next index";
}

TEST(ReplayWindow, RemembersExactlyTheLast128) {
  for (const std::uint64_t step : {1, 3, 63, 64, 65, 127, 128, 500}) {
    ReplayWindow window;
    EXPECT_TRUE(window.is_new(1000));
    window.mark(1000);
    window.mark(1000 + step);
    EXPECT_EQ(window.highest(), 1000 + step);
    EXPECT_FALSE(window.is_new(1000 + step));
    EXPECT_FALSE(window.is_new(1000)) << step;
    EXPECT_TRUE(window.is_new(1000 + step + 1));
    if (step > 1) {
      EXPECT_TRUE(window.is_new(1000 + step - 1)) << step;
    }
    EXPECT_FALSE(window.is_new(1000 + step - 128)) << "too old to tell";
  }
}

}  // namespace
}  // namespace diemcau::transport
