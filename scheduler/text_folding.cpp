#include "scheduler/text_folding.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace diemcau::scheduler {
namespace {

void check(UErrorCode status, const char* what) {
  if (U_FAILURE(status)) throw std::runtime_error(std::string(what) + ": " + u_errorName(status));
}

icu::StringPiece piece(std::string_view text) {
  return {text.data(), static_cast<std::int32_t>(text.size())};
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<signed char>(c) >= 0; });
}

std::string ascii_lower(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lowered;
}

std::string normalized(const icu::Normalizer2& form, std::string_view text) {
  std::string result;
  icu::StringByteSink<std::string> sink(&result, static_cast<std::int32_t>(text.size()));
  UErrorCode status = U_ZERO_ERROR;
  form.normalizeUTF8(0, piece(text), sink, nullptr, status);
  check(status, "normalizing text");
  return result;
}

std::string nfd(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* form = icu::Normalizer2::getNFDInstance(status);
  check(status, "NFD");
  return normalized(*form, text);
}

void append(std::string& text, UChar32 point) {
  std::array<std::uint8_t, U8_MAX_LENGTH> bytes{};
  int size = 0;
  U8_APPEND_UNSAFE(bytes.data(), size, point);
  text.append(bytes.begin(), bytes.begin() + size);
}

/// Calls `use` with each code point; with U+FFFD for bytes that are not UTF-8.
template <class Use>
void each_point(std::string_view text, Use use) {
  const auto size = static_cast<std::int32_t>(text.size());
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  for (std::int32_t at = 0; at < size;) {
    UChar32 point = 0;
    U8_NEXT_OR_FFFD(bytes, at, size, point);
    use(point);
  }
}

bool ends_line(UChar32 point) {
  return point == '\n' || point == 0x0b || point == 0x0c || point == 0x85 || point == 0x2028 ||
         point == 0x2029;
}

/// Nothing to see, and good only for passing one text off as another: C0 and C1 controls, zero-width
/// characters, marks and overrides of direction, and noncharacters.
bool has_no_place_in_a_record(UChar32 point) {
  const auto category = u_charType(point);
  return category == U_CONTROL_CHAR || category == U_FORMAT_CHAR || U_IS_UNICODE_NONCHAR(point);
}

std::string clean(std::string_view text, bool keep_lines) {
  std::string kept;
  UChar32 before = 0;
  each_point(text, [&](UChar32 point) {
    const bool second_half = point == '\n' && before == '\r';
    before = point;
    if (second_half) return;
    if (point == '\r' || ends_line(point)) {
      kept += keep_lines ? '\n' : ' ';
    } else if (point == '\t' || u_charType(point) == U_SPACE_SEPARATOR) {
      kept += ' ';
    } else if (!has_no_place_in_a_record(point)) {
      append(kept, point);
    }
  });
  kept = nfc(kept);
  const auto first = kept.find_first_not_of(" \n");
  if (first == std::string::npos) return {};
  return kept.substr(first, kept.find_last_not_of(" \n") - first + 1);
}

/// oà oá oả oã oạ and so on, with the tone on the second vowel → on the first. NFC, lower case.
constexpr std::array<std::pair<std::string_view, std::string_view>, 15> tone_placements{{
    {"oà", "òa"},
    {"oá", "óa"},
    {"oả", "ỏa"},
    {"oã", "õa"},
    {"oạ", "ọa"},
    {"oè", "òe"},
    {"oé", "óe"},
    {"oẻ", "ỏe"},
    {"oẽ", "õe"},
    {"oẹ", "ọe"},
    {"uỳ", "ùy"},
    {"uý", "úy"},
    {"uỷ", "ủy"},
    {"uỹ", "ũy"},
    {"uỵ", "ụy"},
}};

}  // namespace

std::string nfc(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* form = icu::Normalizer2::getNFCInstance(status);
  check(status, "NFC");
  return normalized(*form, text);
}

std::string clean_line(std::string_view text) { return clean(text, false); }

std::string clean_lines(std::string_view text) { return clean(text, true); }

std::size_t length(std::string_view text) {
  std::size_t points = 0;
  each_point(text, [&](UChar32) { ++points; });
  return points;
}

std::string lower(std::string_view text) {
  if (is_ascii(text)) return ascii_lower(text);
  std::string lowered;
  icu::StringByteSink<std::string> sink(&lowered);
  UErrorCode status = U_ZERO_ERROR;
  icu::CaseMap::utf8ToLower("", 0, piece(text), sink, nullptr, status);
  check(status, "lower case");
  return lowered;
}

std::string fold(std::string_view text) {
  if (is_ascii(text)) return ascii_lower(text);
  std::string folded;
  each_point(nfd(text), [&](UChar32 point) {
    if (u_charType(point) == U_NON_SPACING_MARK) return;
    const UChar32 lowered = u_tolower(point);
    append(folded, lowered == 0x111 || lowered == 0xf0 ? U'd' : lowered);  // đ and ð do not decompose
  });
  return folded;
}

std::string with_marks(std::string_view word) {
  if (is_ascii(word)) return ascii_lower(word);
  std::string marked;
  each_point(lower(nfc(word)), [&](UChar32 point) { append(marked, point == 0xf0 ? 0x111 : point); });
  for (const auto& [second, first] : tone_placements) {
    if (marked.ends_with(second)) marked.replace(marked.size() - second.size(), second.size(), first);
  }
  return marked;
}

bool has_marks(std::string_view text) { return fold(text) != lower(nfc(text)); }

}  // namespace diemcau::scheduler
