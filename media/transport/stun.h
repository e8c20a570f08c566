#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "media/transport/endpoint.h"

/// The part of STUN (RFC 8489) that an ICE-lite agent (RFC 8445 2.5) needs: to read binding requests and
/// answer them.
namespace diemcau::transport {

struct BindingRequest {
  std::span<const std::byte> transaction;  ///< 12 bytes of the message
  std::string_view local_ufrag;            ///< ours: the part of USERNAME before the colon
  bool use_candidate = false;              ///< the controlling side nominates this pair
};

/// True for what RFC 7983 calls STUN: first byte 0..3.
bool looks_like_stun(std::span<const std::byte> datagram);

/// Reads a binding request and what it claims to be; nullopt for anything else or for bytes that do not add
/// up. The caller finds the password of `local_ufrag` and must then call is_authentic. The views point into
/// `message`.
std::optional<BindingRequest> parse_binding_request(std::span<const std::byte> message);

/// MESSAGE-INTEGRITY (HMAC-SHA1 with our password) and FINGERPRINT are both there and right.
bool is_authentic(std::span<const std::byte> message, std::string_view password);

/// The success response: XOR-MAPPED-ADDRESS, MESSAGE-INTEGRITY, FINGERPRINT.
std::vector<std::byte> binding_response(const BindingRequest& request, const Endpoint& from,
                                        std::string_view password);

}  // namespace diemcau::transport
