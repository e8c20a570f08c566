#include "media/rtp/sdp.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace diemcau::rtp;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto ice = parse_ice_fragment(text)) must(!ice->ufrag.empty() && ice->ufrag.size() <= 256);
  std::string why;
  const auto offer = parse_offer(text, why);
  must(offer.has_value() == why.empty());
  if (!offer) return 0;
  const auto agreed = agree(*offer);
  must(agreed.size() == offer->media.size());
  const auto answer = complete_answer(draft_answer(*offer, agreed), 1, {{"ufrag", "password"}, "AA", {}});
  // What they wrote must not become lines of ours: one m-line each, and no control characters but line ends.
  std::size_t lines = 0;
  for (std::size_t at = 0; (at = answer.find("\r\nm=", at)) != std::string::npos; ++at) ++lines;
  must(lines == agreed.size());
  for (const char c : answer) must((c >= 0x20 && c < 0x7f) || c == '\r' || c == '\n');
  return 0;
}
