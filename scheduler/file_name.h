#pragma once
#include <string>
#include <string_view>

namespace diemcau::scheduler {

/// A name under which a received file may be listed and saved on any system. NFC; no folders, control
/// characters, invisible or direction-turning characters (U+202E makes "baocao<U+202E>fdp.exe" end in
/// "exe.pdf"), reserved characters, names of Windows devices, or dots and blanks at the ends. At most 180
/// bytes, the extension kept. Never empty.
std::string safe_file_name(std::string_view name);

}  // namespace diemcau::scheduler
