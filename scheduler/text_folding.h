#pragma once
#include <cstddef>
#include <string>
#include <string_view>

/// Vietnamese text: the one form in which it is stored, and the two in which it is compared. Any thread.
namespace diemcau::scheduler {

/// NFC. "Nậm" typed on a Mac arrives as N a ̣ ̂ m; stored it is N ậ m. Bytes that are not UTF-8 become U+FFFD.
std::string nfc(std::string_view text);

/// What is stored for a field of one line: NFC, trimmed; line ends and tabs are blanks; control characters,
/// invisible characters and those that turn the direction of writing are gone.
std::string clean_line(std::string_view text);

/// The same for a field of several lines: line ends stay, as '\n'.
std::string clean_lines(std::string_view text);

/// Code points, as the decreed field lengths count them.
std::size_t length(std::string_view text);

/// For matching without diacritics: marks dropped, đ and the Ð (U+00D0) that some keyboards give are d, lower
/// case. Both placements of the tone, hòa and hoà, fold alike. "Nậm Cha" and "Nậm Chà" do too: never use it
/// to tell names apart.
std::string fold(std::string_view text);

/// For matching with diacritics: NFC, lower case, Ð is đ, and the tone of a final oa, oe, uy stands on its
/// first vowel (hoà → hòa), since both are correct spelling.
std::string with_marks(std::string_view word);

/// Lower case, all marks kept.
std::string lower(std::string_view text);

/// True when the text has a mark or a đ: whoever typed it meant exactly these letters.
bool has_marks(std::string_view text);

}  // namespace diemcau::scheduler
