#include "media/rtp/sdp.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <sstream>
#include <utility>

namespace diemcau::rtp {
namespace {

constexpr std::size_t most_media = 64;
constexpr std::size_t most_codecs = 80;
constexpr std::string_view mid_uri = "urn:ietf:params:rtp-hdrext:sdes:mid";
constexpr std::string_view level_uri = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
constexpr std::string_view rid_uri = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
constexpr std::string_view repaired_rid_uri = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
// How long a receiver should wait before it shows a picture. Of libwebrtc
// (docs/native-code/rtp-hdrext/playout-delay).
constexpr std::string_view playout_delay_uri = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";
constexpr std::string_view transport_sequence_uri =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// Cuts `text` up to `separator` off its front.
std::string_view cut(std::string_view& text, char separator) {
  const auto at = text.find(separator);
  const auto head = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return head;
}

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// mid, ufrag and password come back in our answer or in tables: only what the grammars allow (RFC 8839 5.4,
/// RFC 5888 4).
bool is_token(std::string_view text, std::size_t longest) {
  return !text.empty() && text.size() <= longest &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 ||
                  std::string_view("+/-_.~!{}").find(static_cast<char>(c)) != std::string_view::npos;
         });
}

bool are_complete(const media::IceCredentials& ice) {
  return is_token(ice.ufrag, 256) && is_token(ice.password, 256);
}

class OfferReader {
 public:
  std::optional<Offer> read(std::string_view text, std::string& why) {
    if (!text.starts_with("v=0")) {
      why = "it does not begin with v=0";
      return std::nullopt;
    }
    while (!text.empty()) {
      auto line = cut(text, '\n');
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      if (line.size() < 2 || line[1] != '=') continue;
      if (line[0] == 'm' && !begin_media(line.substr(2))) why_ = "too many m-lines";
      if (line[0] == 'a') attribute(line.substr(2));
      if (!why_.empty()) break;
    }
    if (why_.empty()) check();
    why = why_;
    return why.empty() ? std::optional(std::move(offer_)) : std::nullopt;
  }

 private:
  bool begin_media(std::string_view line) {
    if (offer_.media.size() == most_media) return false;
    auto& media = offer_.media.emplace_back();
    media.kind_text = cut(line, ' ');
    media.kind = media.kind_text == "audio"   ? MediaKind::audio
                 : media.kind_text == "video" ? MediaKind::video
                                              : MediaKind::other;
    media.rejected = cut(line, ' ') == "0";
    media.protocol = cut(line, ' ');
    if (!is_token(media.kind_text, 20) || !is_token(media.protocol, 40)) why_ = "an m-line is broken";
    while (!line.empty() && media.codecs.size() < most_codecs)
      if (const auto payload_type = number<int>(cut(line, ' '));
          payload_type && *payload_type >= 0 && *payload_type < 128)
        media.codecs.push_back({*payload_type, {}, 0, 1, {}, {}});
    return true;
  }

  void attribute(std::string_view line) {
    const auto name = cut(line, ':');
    // Bundled: the first of each holds for all.
    if (name == "ice-ufrag") return keep_first(offer_.ice.ufrag, line);
    if (name == "ice-pwd") return keep_first(offer_.ice.password, line);
    if (name == "group" && bundle_.empty() && cut(line, ' ') == "BUNDLE") {
      while (!line.empty()) bundle_.insert(std::string(cut(line, ' ')));
      return;
    }
    if (name == "fingerprint") {
      if (lower(cut(line, ' ')) == "sha-256") keep_first(offer_.fingerprint, line);
      return;
    }
    if (offer_.media.empty()) return;
    auto& media = offer_.media.back();
    if (name == "mid") {
      media.mid = line;
      if (!is_token(line, 32)) why_ = "a mid is broken";
    } else if (name == "sendonly") {
      media.direction = Direction::send;
    } else if (name == "recvonly") {
      media.direction = Direction::receive;
    } else if (name == "sendrecv") {
      media.direction = Direction::both;
    } else if (name == "inactive") {
      media.direction = Direction::none;
    } else if (name == "bundle-only") {
      media.rejected = false;  // port 0 is how later bundled m-lines are written (RFC 9143 6)
    } else if (name == "rtcp-mux") {
      media.multiplexed = true;
    } else if (name == "rtpmap") {
      read_codec(media, line);
    } else if (name == "fmtp") {
      if (auto* codec = find(media, cut(line, ' '))) codec->parameters = line.substr(0, 400);
    } else if (name == "rtcp-fb") {
      read_feedback(media, line);
    } else if (name == "extmap") {
      read_extension(media, line);
    } else if (name == "simulcast") {
      read_simulcast(media, line);
    } else if (name == "ssrc") {
      if (const auto ssrc = number<std::uint32_t>(cut(line, ' '));
          ssrc && media.ssrcs.size() < 16 &&
          std::find(media.ssrcs.begin(), media.ssrcs.end(), *ssrc) == media.ssrcs.end())
        media.ssrcs.push_back(*ssrc);
    } else if (name == "ssrc-group" && cut(line, ' ') == "FID") {
      const auto first = number<std::uint32_t>(cut(line, ' '));
      const auto second = number<std::uint32_t>(cut(line, ' '));
      if (first && second && media.repair_pairs.size() < 16) media.repair_pairs.emplace_back(*first, *second);
    }
  }

  static void keep_first(std::string& field, std::string_view value) {
    if (field.empty()) field = value.substr(0, 256);
  }
  static OfferedCodec* find(OfferedMedia& media, std::string_view payload_type) {
    const auto wanted = number<int>(payload_type);
    for (auto& codec : media.codecs)
      if (wanted && codec.payload_type == *wanted) return &codec;
    return nullptr;
  }
  static void read_codec(OfferedMedia& media, std::string_view line) {
    if (auto* codec = find(media, cut(line, ' '))) {
      codec->name = lower(cut(line, '/')).substr(0, 40);
      codec->clock_rate = number<int>(cut(line, '/')).value_or(0);
      codec->channels = number<int>(line).value_or(1);
    }
  }
  static void read_feedback(OfferedMedia& media, std::string_view line) {
    const auto payload_type = cut(line, ' ');
    for (auto& codec : media.codecs)
      if ((payload_type == "*" || number<int>(payload_type) == codec.payload_type) &&
          codec.feedback.size() < 12)
        codec.feedback.emplace_back(line.substr(0, 40));
  }
  /// "send q;h;~f recv …": alternatives are separated by commas, "~" is paused at first (RFC 8853 5.1).
  static void read_simulcast(OfferedMedia& media, std::string_view line) {
    while (!line.empty()) {
      const auto direction = cut(line, ' ');
      auto streams = cut(line, ' ');
      if (direction != "send") continue;
      while (!streams.empty()) {
        auto alternatives = cut(streams, ';');
        auto rid = cut(alternatives, ',');
        if (rid.starts_with('~')) rid.remove_prefix(1);
        // RFC 8851 10: letters, digits, "-" and "_"; ours fit into one-byte header extensions.
        if (is_token(rid, 16) && media.simulcast.size() < most_layers) media.simulcast.emplace_back(rid);
      }
    }
  }
  static void read_extension(OfferedMedia& media, std::string_view line) {
    auto id_and_direction = cut(line, ' ');
    const auto id = number<int>(cut(id_and_direction, '/'));
    if (id && *id >= 1 && *id <= 255 && media.extensions.size() < 32)
      media.extensions.push_back({*id, std::string(cut(line, ' ')).substr(0, 120)});
  }

  void check() {
    if (offer_.media.empty()) {
      why_ = "no m-line";
    } else if (!are_complete(offer_.ice)) {
      why_ = "no ICE user name or password";
    } else if (offer_.fingerprint.size() != 95) {  // 32 bytes as hex with colons
      why_ = "no SHA-256 fingerprint";
    } else if (std::any_of(offer_.media.begin(), offer_.media.end(),
                           [](const auto& m) { return m.mid.empty(); })) {
      why_ = "an m-line without mid";
    } else if (bundle_.empty()) {
      why_ = "no BUNDLE";
    } else {
      std::set<std::string> mids;
      for (const auto& media : offer_.media) check(media, mids);
    }
  }

  void check(const OfferedMedia& media, std::set<std::string>& mids) {
    if (!mids.insert(media.mid).second) why_ = "two m-lines with one mid";
    if (media.rejected) return;
    if (!bundle_.contains(media.mid)) why_ = "an m-line outside of the BUNDLE";
    // A data channel has no RTCP.
    if (media.kind != MediaKind::other && !media.multiplexed) why_ = "no RTCP mux";
  }

  Offer offer_;
  std::set<std::string> bundle_;
  std::string why_;
};

int extension_id(const OfferedMedia& media, std::string_view uri) {
  for (const auto& extension : media.extensions)
    // Our packets use the one-byte form, whose ids end at 14.
    if (extension.uri == uri && extension.id <= 14) return extension.id;
  return 0;
}

/// RED that may hold this codec: its fmtp lists payload types, "111/111" (RFC 2198 5).
int red_of(const OfferedMedia& media, const OfferedCodec& codec) {
  const auto carried = std::to_string(codec.payload_type);
  for (const auto& other : media.codecs)
    if (other.name == "red" && other.clock_rate == codec.clock_rate && other.channels == codec.channels &&
        (other.parameters == carried || other.parameters.starts_with(carried + "/")))
      return other.payload_type;
  return -1;
}

bool repairs(const OfferedCodec& other, const OfferedCodec& codec) {
  return other.name == "rtx" && other.parameters == "apt=" + std::to_string(codec.payload_type);
}

AgreedCodec agreed_codec(const OfferedMedia& media, Codec codec, const OfferedCodec& offered,
                         std::string profile = {}) {
  AgreedCodec agreed{codec, offered.payload_type, -1, std::move(profile)};
  for (const auto& other : media.codecs)
    if (repairs(other, offered)) agreed.repair_payload_type = other.payload_type;
  return agreed;
}

/// The value of a parameter of a=fmtp ("a=1;b=2"), in lower case; empty: it is not there.
std::string parameter(const OfferedCodec& codec, std::string_view name) {
  std::string_view rest = codec.parameters;
  while (!rest.empty()) {
    auto value = cut(rest, ';');
    while (value.starts_with(' ')) value.remove_prefix(1);
    if (lower(cut(value, '=')) == name) return lower(value);
  }
  return {};
}

/// How gladly an H.264 of the offer is taken: main holds constrained baseline, and a slot carries either.
/// Nothing (0) without packetization-mode=1: single NAL units would limit what a sender may send.
int liking(const OfferedCodec& codec) {
  if (codec.name != "h264" || codec.clock_rate != 90000 || parameter(codec, "packetization-mode") != "1")
    return 0;
  // RFC 6184 8.1: profile_idc, constraints, level_idc as hex; without it baseline.
  const auto profile = parameter(codec, "profile-level-id");
  if (profile.size() != 6 ||
      !std::all_of(profile.begin(), profile.end(), [](unsigned char c) { return std::isxdigit(c) != 0; }))
    return profile.empty() ? 1 : 0;
  if (profile.starts_with("4d")) return 3;
  if (!profile.starts_with("42")) return 0;
  return (std::stoi(profile.substr(2, 2), nullptr, 16) & 0x40) != 0 ? 2 : 1;
}

std::vector<AgreedCodec> agreed_pictures(const OfferedMedia& media, bool only_one) {
  std::vector<AgreedCodec> agreed;
  for (const auto& offered : media.codecs)
    if (offered.name == "vp8" && offered.clock_rate == 90000 && agreed.empty())
      agreed.push_back(agreed_codec(media, Codec::vp8, offered));
  if (only_one && !agreed.empty()) return agreed;
  // Of equals the first: what the offerer likes best.
  const auto best = std::max_element(media.codecs.begin(), media.codecs.end(),
                                     [](const auto& a, const auto& b) { return liking(a) < liking(b); });
  if (best != media.codecs.end() && liking(*best) > 0)
    agreed.push_back(agreed_codec(media, Codec::h264, *best, parameter(*best, "profile-level-id")));
  return agreed;
}

void write_picture_codec(std::ostringstream& out, const AgreedCodec& codec) {
  const auto payload_type = codec.payload_type;
  out << "a=rtpmap:" << payload_type << ' ' << name_of(codec.codec) << "/90000\r\n";
  if (codec.codec == Codec::h264) {
    out << "a=fmtp:" << payload_type << " level-asymmetry-allowed=1;packetization-mode=1";
    if (!codec.profile.empty()) out << ";profile-level-id=" << codec.profile;
    out << "\r\n";
  }
  for (const auto* feedback : {"nack", "nack pli", "ccm fir"})
    out << "a=rtcp-fb:" << payload_type << ' ' << feedback << "\r\n";
  if (codec.repair_payload_type >= 0)
    out << "a=rtpmap:" << codec.repair_payload_type << " rtx/90000\r\na=fmtp:" << codec.repair_payload_type
        << " apt=" << payload_type << "\r\n";
}

void write_media(std::ostringstream& out, const OfferedMedia& offered, const AgreedMedia& agreed) {
  if (!agreed.accepted) {
    out << "m=" << offered.kind_text << " 0 " << offered.protocol
        << " 0\r\nc=IN IP4 0.0.0.0\r\na=mid:" << offered.mid << "\r\na=inactive\r\n";
    return;
  }
  out << "m=" << offered.kind_text << " 9 " << offered.protocol;
  // The first one is what they send: a voice with redundancy wherever it is known. 34 kbit/s more while
  // somebody speaks, and a lost packet is there with the next one, without asking.
  if (agreed.red_payload_type >= 0 && agreed.to_us) out << ' ' << agreed.red_payload_type;
  for (const auto& codec : agreed.codecs) out << ' ' << codec.payload_type;
  if (agreed.red_payload_type >= 0 && !agreed.to_us) out << ' ' << agreed.red_payload_type;
  for (const auto& codec : agreed.codecs)
    if (codec.repair_payload_type >= 0) out << ' ' << codec.repair_payload_type;
  out << "\r\nc=IN IP4 0.0.0.0\r\na=mid:" << offered.mid << "\r\na=rtcp-mux\r\na=rtcp-rsize\r\na="
      << (agreed.to_us && agreed.from_us ? "sendrecv"
          : agreed.from_us               ? "sendonly"
                                         : "recvonly")
      << "\r\n";
  for (const auto& [id, uri] :
       {std::pair(agreed.mid_extension, mid_uri), std::pair(agreed.level_extension, level_uri),
        std::pair(agreed.transport_sequence_extension, transport_sequence_uri),
        std::pair(agreed.rid_extension, rid_uri), std::pair(agreed.repaired_rid_extension, repaired_rid_uri),
        std::pair(agreed.playout_delay_extension, playout_delay_uri)})
    if (id != 0) out << "a=extmap:" << id << ' ' << uri << "\r\n";
  if (agreed.kind == MediaKind::audio) {
    const auto payload_type = agreed.codec().payload_type;
    out << "a=rtpmap:" << payload_type << " opus/48000/2\r\na=fmtp:" << payload_type
        << " minptime=10;useinbandfec=1;usedtx=1\r\n";
    if (agreed.repeats_audio) out << "a=rtcp-fb:" << payload_type << " nack\r\n";
    if (agreed.red_payload_type >= 0)
      out << "a=rtpmap:" << agreed.red_payload_type << " red/48000/2\r\na=fmtp:" << agreed.red_payload_type
          << ' ' << payload_type << '/' << payload_type << "\r\n";
  } else {
    for (const auto& codec : agreed.codecs) write_picture_codec(out, codec);
  }
  if (!agreed.rids.empty()) {
    for (const auto& rid : agreed.rids) out << "a=rid:" << rid << " recv\r\n";
    const char* separator = "a=simulcast:recv ";
    for (const auto& rid : agreed.rids) out << std::exchange(separator, ";") << rid;
    out << "\r\n";
  }
  if (agreed.transport_sequence_extension != 0)
    for (const auto& codec : agreed.codecs) out << "a=rtcp-fb:" << codec.payload_type << " transport-cc\r\n";
  if (agreed.from_us)
    out << "a=msid:stage slot" << offered.mid << "\r\na=ssrc:" << agreed.slot_ssrc << " cname:stage\r\n";
}

// Of a draft: where an answer has the version of its session, and who we are.
constexpr std::string_view origin = "o=- 1 1 IN IP4 0.0.0.0";
constexpr std::string_view setup = "a=setup:passive";

/// Of a description of our own.
std::vector<std::string_view> lines_of(std::string_view description) {
  std::vector<std::string_view> lines;
  for (std::size_t end = 0; (end = description.find("\r\n")) != std::string_view::npos;
       description.remove_prefix(end + 2))
    lines.push_back(description.substr(0, end));
  return lines;
}

}  // namespace

std::optional<Offer> parse_offer(std::string_view text, std::string& why) {
  return OfferReader().read(text, why);
}

std::vector<AgreedMedia> agree(const Offer& offer) {
  std::vector<AgreedMedia> all;
  for (const auto& offered : offer.media) {
    auto& agreed = all.emplace_back();
    agreed.kind = offered.kind;
    agreed.mid = offered.mid;
    if (offered.rejected || offered.direction == Direction::none) continue;
    agreed.to_us = offered.direction == Direction::send || offered.direction == Direction::both;
    agreed.from_us = offered.direction == Direction::receive || offered.direction == Direction::both;
    if (offered.kind == MediaKind::video) agreed.codecs = agreed_pictures(offered, agreed.to_us);
    if (offered.kind == MediaKind::audio)
      for (const auto& codec : offered.codecs)
        if (codec.name == "opus" && codec.clock_rate == 48000 && agreed.codecs.empty())
          agreed.codecs.push_back(agreed_codec(offered, Codec::opus, codec));
    agreed.accepted = !agreed.codecs.empty();
    if (!agreed.accepted) continue;
    const auto codec = std::find_if(offered.codecs.begin(), offered.codecs.end(), [&](const auto& one) {
      return one.payload_type == agreed.codec().payload_type;
    });
    agreed.mid_extension = extension_id(offered, mid_uri);
    if (offered.kind == MediaKind::audio) {
      agreed.level_extension = extension_id(offered, level_uri);
      agreed.repeats_audio =
          std::find(codec->feedback.begin(), codec->feedback.end(), "nack") != codec->feedback.end();
      agreed.red_payload_type = red_of(offered, *codec);
    }
    // On a slot it is of use only when its viewer reports what arrived.
    if (agreed.to_us ||
        std::find(codec->feedback.begin(), codec->feedback.end(), "transport-cc") != codec->feedback.end())
      agreed.transport_sequence_extension = extension_id(offered, transport_sequence_uri);
    if (agreed.from_us && offered.kind == MediaKind::video)
      agreed.playout_delay_extension = extension_id(offered, playout_delay_uri);
    agreed.ssrcs = offered.ssrcs;
    agreed.repair_pairs = offered.repair_pairs;
    if (!agreed.to_us || offered.kind != MediaKind::video || offered.simulcast.empty()) continue;
    // Without these extensions nobody could tell the layers apart (RFC 8853 5.5).
    agreed.rid_extension = extension_id(offered, rid_uri);
    if (agreed.rid_extension == 0 || agreed.mid_extension == 0) continue;
    agreed.repaired_rid_extension = extension_id(offered, repaired_rid_uri);
    agreed.rids = offered.simulcast;
  }
  return all;
}

std::string draft_answer(const Offer& offer, const std::vector<AgreedMedia>& agreed) {
  std::ostringstream out;
  out << "v=0\r\n" << origin << "\r\ns=-\r\nt=0 0\r\na=group:BUNDLE";
  for (const auto& media : agreed)
    if (media.accepted) out << ' ' << media.mid;
  out << "\r\na=ice-lite\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS *\r\n";
  for (std::size_t i = 0; i < agreed.size(); ++i) {
    write_media(out, offer.media[i], agreed[i]);
    if (agreed[i].accepted) out << setup << "\r\n";
  }
  return out.str();
}

std::string complete_answer(const std::string& draft, int version, const AnswerIdentity& identity) {
  std::string answer;
  bool first = true;
  for (const auto line : lines_of(draft)) {
    if (line == origin) {
      answer += "o=- 1 " + std::to_string(version) + " IN IP4 0.0.0.0\r\n";
      continue;
    }
    // RFC 9143 7.3.3 wants them on the first bundled m-line only; webrtcbin refuses an answer that lacks them
    // on any, and browsers write them on all.
    if (line == setup)
      answer += "a=ice-ufrag:" + identity.ice.ufrag + "\r\na=ice-pwd:" + identity.ice.password +
                "\r\na=fingerprint:sha-256 " + identity.fingerprint + "\r\n";
    answer += line;
    answer += "\r\n";
    if (line != setup || !std::exchange(first, false)) continue;
    for (const auto& candidate : identity.candidates) answer += "a=candidate:" + candidate + "\r\n";
    answer += "a=end-of-candidates\r\n";
  }
  return answer;
}

std::string ice_fragment(const std::string& answer) {
  std::string fragment;
  bool in_first = false;
  for (const auto line : lines_of(answer)) {
    if (line.starts_with("m=")) {
      if (in_first) break;                                       // a bundle has its candidates in one m-line
      if (line.find(" 0 ") != std::string_view::npos) continue;  // not accepted
      in_first = true;
    }
    const bool told =
        line == "a=ice-lite" || line.starts_with("a=group:") ||
        (in_first && (line.starts_with("m=") || line.starts_with("a=mid:") || line.starts_with("a=ice-") ||
                      line.starts_with("a=candidate:") || line == "a=end-of-candidates"));
    if (told) fragment += std::string(line) + "\r\n";
  }
  return fragment;
}

std::optional<media::IceCredentials> parse_ice_fragment(std::string_view fragment) {
  media::IceCredentials ice;
  while (!fragment.empty()) {
    auto line = cut(fragment, '\n');
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const auto name = cut(line, ':');
    if (name == "a=ice-ufrag" && ice.ufrag.empty()) ice.ufrag = line;
    if (name == "a=ice-pwd" && ice.password.empty()) ice.password = line;
  }
  return are_complete(ice) ? std::optional(std::move(ice)) : std::nullopt;
}

}  // namespace diemcau::rtp
