#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "media/ice_credentials.h"
#include "media/rtp/codec.h"

/// SDP (RFC 8866) as WebRTC uses it (RFC 9429): reading an offer and writing the one answer.
namespace diemcau::rtp {

enum class MediaKind { audio, video, other };
/// As the offerer means it: `send` is what it sends to us.
enum class Direction { send, receive, both, none };

struct OfferedCodec {
  int payload_type{};
  std::string name;  ///< lower case: GStreamer writes OPUS
  int clock_rate{};
  int channels = 1;
  std::string parameters;             ///< of a=fmtp
  std::vector<std::string> feedback;  ///< of a=rtcp-fb: "nack pli", "transport-cc"
};

struct Extension {
  int id{};
  std::string uri;
};

struct OfferedMedia {
  MediaKind kind{};
  std::string kind_text;  ///< "audio", "video", "application"
  std::string protocol;   ///< "UDP/TLS/RTP/SAVPF"
  std::string mid;
  Direction direction = Direction::both;
  bool rejected = false;     ///< port 0 without bundle-only
  bool multiplexed = false;  ///< RTP and RTCP on one port
  std::vector<OfferedCodec> codecs;
  std::vector<Extension> extensions;
  std::vector<std::uint32_t> ssrcs;                                   ///< of a=ssrc, in order, each once
  std::vector<std::pair<std::uint32_t, std::uint32_t>> repair_pairs;  ///< a=ssrc-group:FID: stream, its RTX
  std::vector<std::string> simulcast;  ///< rids of a=simulcast:send in its order (RFC 8853 5.1)
};

struct Offer {
  media::IceCredentials ice;
  std::string fingerprint;  ///< SHA-256, "AB:CD:…"
  std::vector<OfferedMedia> media;
};

/// Reads an offer; nullopt with `why` (for the log and the problem's detail) when it makes no sense or lacks
/// what we need: BUNDLE with mids, ICE credentials, a SHA-256 fingerprint, RTCP mux.
std::optional<Offer> parse_offer(std::string_view text, std::string& why);

/// Of one camera: as browsers send them.
inline constexpr std::size_t most_layers = 3;

struct AgreedCodec {
  Codec codec{};
  int payload_type = -1, repair_payload_type = -1;
  std::string profile;  ///< of H.264: profile-level-id as it was offered
};

/// What was agreed for one m-line.
struct AgreedMedia {
  MediaKind kind{};
  std::string mid;
  bool accepted = false;
  bool to_us = false;    ///< they send, we receive
  bool from_us = false;  ///< a slot
  /// Of what they send exactly one; a slot carries any of them. None: not accepted.
  std::vector<AgreedCodec> codecs;
  const AgreedCodec& codec() const { return codecs.front(); }
  // Of audio: what was offered is agreed.
  int red_payload_type = -1;   ///< RFC 2198, of Opus; -1: not offered
  bool repeats_audio = false;  ///< lost packets are asked for and sent again (RFC 4585 6.2.1)
  // Header extension ids of the offer, 0 when not offered.
  int mid_extension = 0, level_extension = 0, transport_sequence_extension = 0;
  int rid_extension = 0, repaired_rid_extension = 0;
  int playout_delay_extension = 0;  ///< of a slot of pictures
  /// Layers that they send at once, at most most_layers; empty: one stream. Their order says nothing about
  /// their size.
  std::vector<std::string> rids;
  std::vector<std::uint32_t> ssrcs;  ///< theirs, as declared
  std::vector<std::pair<std::uint32_t, std::uint32_t>> repair_pairs;
  std::uint32_t slot_ssrc = 0;  ///< ours; set by the caller of draft_answer
};

/// Picks Opus, VP8 and H.264, and the extensions that we know. An m-line of other codecs is not accepted. Of
/// what they send VP8 is taken, and H.264 from who has nothing else: packetization-mode=1 (RFC 6184 6.2),
/// baseline or main profile. A slot gets both where both are offered.
std::vector<AgreedMedia> agree(const Offer& offer);

struct AnswerIdentity {
  media::IceCredentials ice;
  std::string fingerprint;
  /// Whole values of a=candidate, best first.
  std::vector<std::string> candidates;
};

/// The answer to `offer`, but who we are: ICE-lite, DTLS passive, the agreed m-lines in the order of the
/// offer.
std::string draft_answer(const Offer& offer, const std::vector<AgreedMedia>& agreed);

/// The answer of such a draft. After an ICE restart (RFC 8839 4.4.1.1.1): with other credentials, and a
/// higher version of the session (RFC 3264 8).
std::string complete_answer(const std::string& draft, int version, const AnswerIdentity& identity);

/// The ICE part of an answer as application/trickle-ice-sdpfrag (RFC 8840 9), for who restarts ICE over HTTP
/// (RFC 9725 4.3.3).
std::string ice_fragment(const std::string& answer);
/// Whom such a fragment is of; nullopt: it does not say so.
std::optional<media::IceCredentials> parse_ice_fragment(std::string_view fragment);

}  // namespace diemcau::rtp
