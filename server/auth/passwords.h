#pragma once
#include <string>

#include "scheduler/result.h"

/// argon2id, 64 MB and 3 passes (about 75 ms): for a job thread, at most two at a time.
namespace diemcau::auth {

/// The text that scheduler::Accounts keeps.
std::string hash_password(const std::string& password);
bool password_fits(const std::string& password, const std::string& hash);
/// A hash of nobody's password: checked when the user is unknown, so that the time tells nothing.
const std::string& nobodys_hash();
/// 10 … 200 bytes of what people type; no other rule (NIST SP 800-63B).
scheduler::Result<std::string> accept_password(const std::string& password);

}  // namespace diemcau::auth
