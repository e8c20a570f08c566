#include "media/rtp/sdp.h"

#include <gtest/gtest.h>

#include "tests/unit/media/golden.h"

namespace diemcau::rtp {
namespace {

constexpr const char* fingerprint =
    "60:82:09:A9:2B:91:08:F1:A1:3D:97:D6:77:88:70:D3:B5:DB:F1:0B:24:D4:CF:A5:E0:CE:6C:AE:8F:6B:3F:94";

/// The smallest offer there is, with one piece exchanged.
std::string offer_with(const std::string& piece = "", const std::string& instead = "") {
  std::string text =
      "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
      "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=ice-ufrag:ufrag\r\na=ice-pwd:password\r\n"
      "a=fingerprint:sha-256 " +
      std::string(fingerprint) +
      "\r\na=mid:0\r\na=sendonly\r\na=rtcp-mux\r\n"
      "a=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n";
  if (!piece.empty()) {
    const auto at = text.find(piece);
    if (at == std::string::npos) throw std::logic_error("not in the offer: " + piece);
    text.replace(at, piece.size(), instead);
  }
  return text;
}

std::string why_not(const std::string& text) {
  std::string why;
  return parse_offer(text, why) ? "taken" : why;
}

Offer taken(const std::string& text) {
  std::string why;
  auto offer = parse_offer(text, why);
  if (!offer) throw std::runtime_error(why);
  return std::move(*offer);
}

std::string answer_to(const Offer& offer) {
  auto agreed = agree(offer);
  std::uint32_t ssrc = 1000;
  for (auto& media : agreed)
    if (media.from_us) media.slot_ssrc = ++ssrc;
  return complete_answer(
      draft_answer(offer, agreed), 1,
      {{"ourufrag", "ourpassword"}, "AA:BB", {"1 1 udp 2130706431 192.0.2.1 8444 typ host"}});
}

TEST(SdpGolden, ChromiumsOfferIsAnswered) {
  const auto offer = taken(read_file(golden_path("chromium_offer.sdp")));
  ASSERT_EQ(offer.media.size(), 14u);
  EXPECT_EQ(offer.ice.ufrag, "mJNH");
  EXPECT_EQ(offer.fingerprint, fingerprint);
  const auto agreed = agree(offer);
  EXPECT_TRUE(agreed[0].to_us);
  EXPECT_FALSE(agreed[0].from_us);
  EXPECT_EQ(agreed[0].codec().payload_type, 111);
  EXPECT_EQ(agreed[0].level_extension, 1);
  EXPECT_EQ(agreed[0].mid_extension, 4);
  EXPECT_EQ(agreed[0].ssrcs, std::vector<std::uint32_t>{466308391});
  EXPECT_EQ(agreed[1].codec().payload_type, 96);
  EXPECT_EQ(agreed[1].codec().repair_payload_type, 97);
  EXPECT_EQ(agreed[1].transport_sequence_extension, 3);
  ASSERT_EQ(agreed[1].repair_pairs.size(), 1u);
  EXPECT_EQ(agreed[1].repair_pairs[0].first, agreed[1].ssrcs[0]);
  EXPECT_TRUE(agreed[2].from_us);
  EXPECT_EQ(agreed[2].transport_sequence_extension, 3) << "of a slot too: its viewer reports what arrives";
  EXPECT_EQ(agreed[2].playout_delay_extension, 5);
  EXPECT_EQ(agreed[1].playout_delay_extension, 0) << "nobody waits for what we get";
  expect_golden("chromium_answer.sdp", answer_to(offer));
}

TEST(SdpGolden, GStreamersOfferIsAnswered) {
  const auto offer = taken(read_file(golden_path("gstreamer_offer.sdp")));
  const auto agreed = agree(offer);
  ASSERT_EQ(agreed.size(), 4u);
  for (const auto& media : agreed) EXPECT_TRUE(media.accepted) << media.mid << ": port 0 means bundled here";
  EXPECT_EQ(agreed[0].codec().payload_type, 97) << "OPUS in capitals";
  EXPECT_EQ(agreed[0].mid_extension, 0);
  EXPECT_EQ(agreed[1].ssrcs, std::vector<std::uint32_t>{1746358110});
  EXPECT_EQ(agreed[1].codec().repair_payload_type, -1);
  expect_golden("gstreamer_answer.sdp", answer_to(offer));
}

TEST(Sdp, TheSmallestOfferIsTaken) {
  EXPECT_EQ(why_not(offer_with()), "taken");
  std::string bare;
  for (const char c : offer_with())
    if (c != '\r') bare += c;
  EXPECT_EQ(why_not(bare), "taken") << "lines may end without CR";
}

struct Broken {
  const char* name;
  std::string offer;
  const char* why;
};

class BrokenOffer : public testing::TestWithParam<Broken> {};

TEST_P(BrokenOffer, IsRefusedWithAReason) { EXPECT_EQ(why_not(GetParam().offer), GetParam().why); }

INSTANTIATE_TEST_SUITE_P(
    Sdp, BrokenOffer,
    testing::Values(
        Broken{"Empty", "", "it does not begin with v=0"},
        Broken{"Json", "{\"type\":\"offer\"}", "it does not begin with v=0"},
        Broken{"NoMedia", "v=0\r\na=ice-ufrag:u\r\n", "no m-line"},
        Broken{"NoUfrag", offer_with("a=ice-ufrag:ufrag\r\n"), "no ICE user name or password"},
        Broken{"NoPassword", offer_with("a=ice-pwd:password\r\n"), "no ICE user name or password"},
        Broken{"UfragWithBlank", offer_with("ufrag:ufrag", "ufrag:u f"), "no ICE user name or password"},
        Broken{"Sha1Only", offer_with("sha-256", "sha-1"), "no SHA-256 fingerprint"},
        Broken{"ShortFingerprint", offer_with(":3F:94", ""), "no SHA-256 fingerprint"},
        Broken{"NoMid", offer_with("a=mid:0\r\n"), "an m-line without mid"},
        Broken{"MidWithQuote", offer_with("a=mid:0", "a=mid:\"<script>\""), "a mid is broken"},
        Broken{"LongMid", offer_with("a=mid:0", "a=mid:" + std::string(33, '0')), "a mid is broken"},
        Broken{"EmptyMediaLine", offer_with("m=video 9 UDP/TLS/RTP/SAVPF 96 97", "m="),
               "an m-line is broken"},
        Broken{"NoBundle", offer_with("a=group:BUNDLE 0\r\n"), "no BUNDLE"},
        Broken{"BundleOfOthers", offer_with("BUNDLE 0", "BUNDLE 7"), "an m-line outside of the BUNDLE"},
        Broken{"NoRtcpMux", offer_with("a=rtcp-mux\r\n"), "no RTCP mux"},
        Broken{"TwoMidsAlike", offer_with() + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=rtcp-mux\r\n",
               "two m-lines with one mid"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Sdp, MoreThan64MediaLinesAreRefused) {
  auto text = offer_with("BUNDLE 0", "BUNDLE 0 a");
  for (int i = 0; i < 70; ++i) text += "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n";
  EXPECT_EQ(why_not(text), "too many m-lines");
}

/// An offer with one m-line of sound: its payload types, its lines, which way it goes.
std::string sound_offer(const std::string& types, const std::string& lines, const std::string& direction) {
  auto text = offer_with("m=video 9 UDP/TLS/RTP/SAVPF 96 97", "m=audio 9 UDP/TLS/RTP/SAVPF " + types);
  text.erase(text.find("a=rtpmap:96"));
  text.replace(text.find("a=sendonly"), 10, "a=" + direction);
  return text + "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n" + lines;
}
const std::string red_lines = "a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n";

TEST(Sdp, AVoiceIsProtectedAsFarAsItsBrowserKnows) {
  const auto offer = taken(sound_offer("111 63", "a=rtcp-fb:111 nack\r\n" + red_lines, "sendonly"));
  EXPECT_TRUE(agree(offer)[0].repeats_audio);
  EXPECT_EQ(agree(offer)[0].red_payload_type, 63);
  const auto answer = answer_to(offer);
  EXPECT_NE(answer.find("m=audio 9 UDP/TLS/RTP/SAVPF 63 111\r\n"), std::string::npos)
      << "the first payload type is what is sent\n"
      << answer;
  EXPECT_NE(answer.find("a=rtcp-fb:111 nack\r\n"), std::string::npos);
  EXPECT_NE(answer.find("a=fmtp:63 111/111\r\n"), std::string::npos);
  EXPECT_NE(answer.find("a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1\r\n"), std::string::npos);
}

TEST(Sdp, ASlotOfSoundIsPlainFirst) {
  const auto answer =
      answer_to(taken(sound_offer("111 63", "a=rtcp-fb:111 nack\r\n" + red_lines, "recvonly")));
  EXPECT_NE(answer.find("m=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\n"), std::string::npos) << answer;
}

TEST(Sdp, AnOldBrowserIsAnsweredWithWhatItKnows) {
  const auto offer = taken(sound_offer("111", "a=rtcp-fb:111 transport-cc\r\n", "sendonly"));
  EXPECT_FALSE(agree(offer)[0].repeats_audio);
  EXPECT_EQ(agree(offer)[0].red_payload_type, -1);
  const auto answer = answer_to(offer);
  EXPECT_NE(answer.find("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"), std::string::npos) << answer;
  EXPECT_EQ(answer.find("nack"), std::string::npos) << answer;
  EXPECT_EQ(answer.find("red/"), std::string::npos) << answer;
}

TEST(Sdp, RedundancyOfAnotherCodecIsNotAgreed) {
  const auto red_type = [](const std::string& lines) {
    return agree(taken(sound_offer("111 63 9", lines, "sendonly")))[0].red_payload_type;
  };
  EXPECT_EQ(red_type(red_lines), 63);
  EXPECT_EQ(red_type("a=rtpmap:63 red/48000/2\r\na=fmtp:63 9/9\r\n"), -1);
  EXPECT_EQ(red_type("a=rtpmap:63 red/48000/2\r\na=fmtp:63 1111/111\r\n"), -1);
  EXPECT_EQ(red_type("a=rtpmap:63 red/48000/2\r\n"), -1) << "it does not say of what";
  EXPECT_EQ(red_type("a=rtpmap:63 red/8000\r\na=fmtp:63 111/111\r\n"), -1);
}

TEST(Sdp, OtherCodecsAreNotAccepted) {
  const auto offer = taken(offer_with("VP8/90000", "VP9/90000"));
  EXPECT_FALSE(agree(offer)[0].accepted);
  const auto answer = answer_to(offer);
  EXPECT_NE(answer.find("m=video 0 UDP/TLS/RTP/SAVPF 0\r\n"), std::string::npos) << answer;
  EXPECT_NE(answer.find("a=inactive"), std::string::npos);
}

/// An offer of so many H.264 payload types, 102 and up, with these parameters.
std::string h264_offer(const std::vector<std::string>& parameters, const std::string& direction,
                       bool with_vp8) {
  std::string types, lines;
  int type = 102;
  for (const auto& one : parameters) {
    types += ' ' + std::to_string(type);
    lines += "a=rtpmap:" + std::to_string(type) + " H264/90000\r\n";
    if (!one.empty()) lines += "a=fmtp:" + std::to_string(type) + ' ' + one + "\r\n";
    ++type;
  }
  auto text = offer_with("SAVPF 96 97", "SAVPF 96 97" + types) + lines;
  text.replace(text.find("a=sendonly"), 10, "a=" + direction);
  if (!with_vp8) text.replace(text.find("a=rtpmap:96 VP8"), 15, "a=rtpmap:96 AV1");
  return text;
}

const std::string constrained = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f";
const std::string main_profile = "profile-level-id=4D001F; packetization-mode=1";

TEST(Sdp, ASenderOfVp8IsNotAskedForH264) {
  const auto agreed = agree(taken(h264_offer({constrained}, "sendonly", true)))[0];
  ASSERT_EQ(agreed.codecs.size(), 1u);
  EXPECT_EQ(agreed.codec().codec, Codec::vp8);
  EXPECT_EQ(agreed.codec().payload_type, 96);
}

TEST(Sdp, ASenderThatHasNothingElseSendsH264) {
  const auto offer = taken(h264_offer({constrained}, "sendonly", false));
  const auto agreed = agree(offer)[0];
  ASSERT_EQ(agreed.codecs.size(), 1u);
  EXPECT_EQ(agreed.codec().codec, Codec::h264);
  EXPECT_EQ(agreed.codec().payload_type, 102);
  const auto answer = answer_to(offer);
  EXPECT_NE(answer.find("m=video 9 UDP/TLS/RTP/SAVPF 102\r\n"), std::string::npos) << answer;
  EXPECT_NE(answer.find("a=rtpmap:102 H264/90000\r\na=fmtp:102 level-asymmetry-allowed=1;"
                        "packetization-mode=1;profile-level-id=42e01f\r\na=rtcp-fb:102 nack\r\n"),
            std::string::npos)
      << answer;
}

TEST(Sdp, ASlotCarriesBothCodecsAndOfH264TheWidestProfile) {
  const auto offer = taken(h264_offer({constrained, main_profile}, "recvonly", true));
  const auto agreed = agree(offer)[0];
  ASSERT_EQ(agreed.codecs.size(), 2u);
  EXPECT_EQ(agreed.codecs[0].codec, Codec::vp8);
  EXPECT_EQ(agreed.codecs[1].codec, Codec::h264);
  EXPECT_EQ(agreed.codecs[1].payload_type, 103);
  EXPECT_EQ(agreed.codecs[1].profile, "4d001f");
  EXPECT_NE(answer_to(offer).find("m=video 9 UDP/TLS/RTP/SAVPF 96 103 97\r\n"), std::string::npos);
}

TEST(Sdp, OtherKindsOfH264AreNotAccepted) {
  for (const std::string parameters :
       {"", "profile-level-id=42e01f", "packetization-mode=0;profile-level-id=42e01f",
        "packetization-mode=1;profile-level-id=64001f", "packetization-mode=1;profile-level-id=42e0",
        "packetization-mode=1;profile-level-id=42e0zz", "packetization-mode=2;profile-level-id=42e01f"})
    EXPECT_FALSE(agree(taken(h264_offer({parameters}, "sendonly", false)))[0].accepted) << parameters;
  const auto unstated = agree(taken(h264_offer({"packetization-mode=1"}, "sendonly", false)))[0];
  EXPECT_TRUE(unstated.accepted) << "without a profile it is baseline (RFC 6184 8.1)";
  EXPECT_EQ(unstated.codec().profile, "");
}

TEST(Sdp, ARejectedMediaLineStaysRejected) {
  const auto offer = taken(offer_with("m=video 9", "m=video 0"));
  EXPECT_TRUE(offer.media[0].rejected);
  EXPECT_FALSE(agree(offer)[0].accepted);
}

TEST(Sdp, ADataChannelIsNotAccepted) {
  const auto offer =
      taken(offer_with("BUNDLE 0", "BUNDLE 0 1") +
            "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:1\r\na=sctp-port:5000\r\n");
  const auto agreed = agree(offer);
  EXPECT_TRUE(agreed[0].accepted);
  EXPECT_FALSE(agreed[1].accepted);
  EXPECT_NE(answer_to(offer).find("m=application 0 UDP/DTLS/SCTP 0\r\n"), std::string::npos);
}

TEST(Sdp, AnExtensionIdOverFourteenIsNotAgreed) {
  const auto offer = taken(offer_with() + "a=extmap:15 urn:ietf:params:rtp-hdrext:sdes:mid\r\n");
  EXPECT_EQ(agree(offer)[0].mid_extension, 0) << "the one-byte form ends at 14";
}

const std::string layer_extensions =
    "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
    "a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n"
    "a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id\r\n";

TEST(Sdp, SimulcastIsAgreedInTheOrderOfTheOffer) {
  const auto offer = taken(offer_with() + layer_extensions +
                           "a=rid:q send\r\na=rid:h send\r\na=rid:f send\r\na=simulcast:send q;~h;f,g\r\n");
  EXPECT_EQ(agree(offer)[0].rids, (std::vector<std::string>{"q", "h", "f"}));
  const auto answer = answer_to(offer);
  EXPECT_NE(answer.find("a=rid:q recv\r\na=rid:h recv\r\na=rid:f recv\r\na=simulcast:recv q;h;f\r\n"),
            std::string::npos);
  EXPECT_NE(answer.find("a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n"), std::string::npos);
}

TEST(Sdp, WithoutTheExtensionThatTellsLayersApartThereIsNoSimulcast) {
  const auto offer = taken(offer_with() + "a=simulcast:send q;h;f\r\n");
  EXPECT_TRUE(agree(offer)[0].rids.empty());
  EXPECT_EQ(answer_to(offer).find("simulcast"), std::string::npos);
}

TEST(Sdp, BrokenLayersAreLeftOut) {
  const auto offer = taken(offer_with() + layer_extensions + "a=simulcast:recv x send q;;\x01;h;f;a;b\r\n");
  EXPECT_EQ(agree(offer)[0].rids, (std::vector<std::string>{"q", "h", "f"}));
}

TEST(Sdp, NothingOfTheOfferReachesTheAnswerButTokens) {
  auto text = offer_with("VP8/90000", "VP8/90000\r\na=rtcp-fb:96 nack\x01<b>");
  text += "a=extmap:5 urn:evil\r\na=ssrc:1 cname:\"evil\"\r\n";
  EXPECT_EQ(answer_to(taken(text)).find("evil"), std::string::npos);
}

TEST(Sdp, AFragmentSaysWhoRestarts) {
  // RFC 9725 4.3.3, example.
  const auto ice = parse_ice_fragment(
      "a=ice-options:trickle ice2\r\na=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n"
      "a=ice-ufrag:ysXw\r\na=ice-pwd:vw5LmwG4y/e6dPP/zAP9Gp5k\r\n"
      "a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0\r\n");
  ASSERT_TRUE(ice);
  EXPECT_EQ(ice->ufrag, "ysXw");
  EXPECT_EQ(ice->password, "vw5LmwG4y/e6dPP/zAP9Gp5k");
}

TEST(Sdp, AFragmentWithoutCredentialsSaysNothing) {
  for (const std::string broken :
       {"", "a=ice-ufrag:ysXw\n", "a=ice-pwd:vw5L\n", "a=ice-ufrag:\na=ice-pwd:vw5L\n",
        "a=ice-ufrag:y w\na=ice-pwd:vw5L\n", "b=a=ice-ufrag:ysXw\na=ice-pwd:vw5L\n"})
    EXPECT_FALSE(parse_ice_fragment(broken)) << broken;
  EXPECT_FALSE(parse_ice_fragment("a=ice-ufrag:" + std::string(257, 'u') + "\na=ice-pwd:vw5L"));
}

TEST(Sdp, ACutOfferNeverCrashes) {
  const auto whole = read_file(golden_path("chromium_offer.sdp"));
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    std::string why;
    if (const auto offer = parse_offer(std::string_view(whole).substr(0, size), why)) (void)answer_to(*offer);
  }
}

}  // namespace
}  // namespace diemcau::rtp
