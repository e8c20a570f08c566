#pragma once
#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace diemcau::scheduler {

/// What kind of refusal it is; server/ maps it to an HTTP status.
enum class ErrorCode {
  invalid,
  forbidden,
  not_found,
  conflict,
  gone,
  too_large,
  unsupported,
  too_many,
  unavailable
};

/// What a caller is expected to answer. `text_key` names the sentence in web/shared/texts
/// ("meeting.ends_before_start"); `detail` is what varies in it (a field, a name, a number), never a
/// sentence.
struct Error {
  ErrorCode code{};
  std::string text_key;
  std::string detail;
};

/// A value or a refusal. Faults (disk, SQL, our own bugs) are exceptions instead.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

inline tl::unexpected<Error> refuse(ErrorCode code, std::string text_key, std::string detail = {}) {
  return tl::unexpected(Error{code, std::move(text_key), std::move(detail)});
}

}  // namespace diemcau::scheduler
