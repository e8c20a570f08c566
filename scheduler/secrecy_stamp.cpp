#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/documents.h"
#include "scheduler/text_folding.h"

namespace diemcau::scheduler {
namespace {

/// A word, or one of the marks that tell a stamp from a sentence.
using Tokens = std::vector<std::string>;

constexpr std::string_view telling_marks = "()[]:";

/// Words as they are between blanks and punctuation: file names put '_' and '-' between them.
Tokens tokens_of(const std::string& text) {
  Tokens tokens;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) tokens.push_back(std::move(word));
    word.clear();
  };
  for (const char c : text) {
    const bool in_word = static_cast<signed char>(c) < 0 || (c >= '0' && c <= '9') ||
                         (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (in_word) {
      word += c;
      continue;
    }
    end_word();
    if (telling_marks.find(c) != std::string_view::npos) tokens.emplace_back(1, c);
  }
  end_word();
  return tokens;
}

template <std::size_t Size>
bool is_one_of(const std::string& word, const std::array<std::string_view, Size>& list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// In a title all in capitals MẬT is also part of harmless words: BÍ MẬT KINH DOANH, BẢO MẬT, SỎI MẬT; MẬT ĐỘ,
// MẬT KHẨU, MẬT ONG.
constexpr std::array<std::string_view, 14> harmless_before{
    "BÍ", "BẢO", "CƠ", "TÚI", "SỎI", "ỐNG", "ĐƯỜNG", "GAN", "DỊCH", "GIẢI", "CẨN", "THÂN", "TRÙ", "KHÔNG"};
constexpr std::array<std::string_view, 14> harmless_after{
    "ĐỘ", "KHẨU", "MÃ", "ONG", "THIẾT", "DANH", "VỤ", "THƯ", "NGHỊ", "THÁM", "LỆNH", "GẤU", "NGỌT", "MÍA"};
constexpr std::array<std::string_view, 2> degrees{"TỐI", "TUYỆT"};
/// What stands after "độ mật:" on papers that are not secret.
constexpr std::array<std::string_view, 5> no_degree{"không", "thường", "bình", "none", "0"};

class StampSearch {
 public:
  explicit StampSearch(Tokens tokens) : tokens_(std::move(tokens)) {}

  bool found() const {
    for (std::size_t at = 0; at < tokens_.size(); ++at) {
      if (is_stamp_in_capitals(at) || is_in_brackets(at) || is_degree_field(at)) return true;
    }
    return false;
  }

 private:
  /// The token `by` places further on, or back; empty outside.
  const std::string& token(std::size_t at, int by = 0) const {
    static const std::string none;
    const auto wanted = at + static_cast<std::size_t>(by);  // wraps round far beyond the end
    return wanted < tokens_.size() ? tokens_[wanted] : none;
  }

  bool is_stamp_in_capitals(std::size_t at) const {
    // A name typed without marks: only the degrees are unmistakable (MAT is also MẶT, MẮT, MÁT).
    if (token(at) == "MAT") return token(at, -1) == "TUYET" || token(at, -1) == "TOI";
    if (token(at) != "MẬT") return false;
    if (is_one_of(token(at, -1), degrees)) return true;
    return !is_one_of(token(at, -1), harmless_before) && !is_one_of(token(at, 1), harmless_after);
  }

  /// "(mật)", "[Tối mật]": alone in brackets, however it is written.
  bool is_in_brackets(std::size_t at) const {
    if (token(at) != "(" && token(at) != "[") return false;
    const auto first = lower(token(at, 1));
    const int last = first == "tối" || first == "tuyệt" ? 2 : 1;
    return lower(token(at, last)) == "mật" && (token(at, last + 1) == ")" || token(at, last + 1) == "]");
  }

  /// "độ mật: tối mật", "Mức độ mật: A".
  bool is_degree_field(std::size_t at) const {
    if (lower(token(at)) != "độ" || lower(token(at, 1)) != "mật" || token(at, 2) != ":") return false;
    const auto degree = lower(token(at, 3));
    return !degree.empty() && !is_one_of(degree, no_degree);
  }

  Tokens tokens_;
};

}  // namespace

bool has_secrecy_stamp_line(const std::string& text) {
  static constexpr std::array<std::string_view, 6> stamps{"MẬT",       "TỐIMẬT",       "TUYỆTMẬT",
                                                          "độmật:mật", "độmật:tốimật", "độmật:tuyệtmật"};
  for (std::size_t from = 0; from < text.size();) {
    const auto until = std::min(text.find('\n', from), text.size());
    auto line = clean_line(std::string_view(text).substr(from, std::min<std::size_t>(until - from, 200)));
    from = until + 1;
    std::erase(line, ' ');
    if (is_one_of(line, stamps) || is_one_of(lower(line), stamps)) return true;
  }
  return false;
}

bool has_secrecy_stamp(const std::string& text) { return StampSearch(tokens_of(clean_line(text))).found(); }

}  // namespace diemcau::scheduler
