#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "media/ice_credentials.h"
#include "media/transport/endpoint.h"

/// The part of STUN (RFC 8489) that ICE needs (RFC 8445): binding requests and answers to them.
namespace diemcau::transport {

using Transaction = std::array<std::byte, 12>;

struct BindingRequest {
  std::span<const std::byte> transaction;  ///< 12 bytes of the message
  std::string_view local_ufrag;            ///< ours: the part of USERNAME before the colon
  bool use_candidate = false;              ///< the controlling side nominates this pair
};

/// A check as it is sent (RFC 8445 7.2.4).
struct Check {
  media::IceCredentials ours, theirs;
  Transaction transaction{};
  bool controlling = false;    ///< the side that chooses the path: a full agent when the other is lite
  bool use_candidate = false;  ///< chooses this one
};

/// True for what RFC 7983 calls STUN: first byte 0..3.
bool looks_like_stun(std::span<const std::byte> datagram);

/// Reads a binding request and what it claims to be; nullopt for anything else or for bytes that do not add
/// up. The caller finds the password of `local_ufrag` and must then call is_authentic. The views point into
/// `message`.
std::optional<BindingRequest> parse_binding_request(std::span<const std::byte> message);

/// The transaction of a success response; nullopt and is_authentic as above, its password being theirs.
std::optional<std::span<const std::byte>> parse_binding_response(std::span<const std::byte> message);

/// MESSAGE-INTEGRITY (HMAC-SHA1 with our password) and FINGERPRINT are both there and right.
bool is_authentic(std::span<const std::byte> message, std::string_view password);

std::vector<std::byte> binding_request(const Check& check);

/// The success response: XOR-MAPPED-ADDRESS, MESSAGE-INTEGRITY, FINGERPRINT.
std::vector<std::byte> binding_response(const BindingRequest& request, const Endpoint& from,
                                        std::string_view password);

}  // namespace diemcau::transport
