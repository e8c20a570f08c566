#pragma once
#include <string>

namespace diemcau::protocol {

/// The text of web/shared/protocol.ts: every message, view, command and HTTP body as TypeScript types, and
/// their hash.
std::string typescript();

/// First 16 hex digits of the SHA-256 of those types: a page built with other types must reload.
const std::string& hash();

}  // namespace diemcau::protocol
