#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace gatehouse::gate {

// Why a check ended as it did: one metric each, none of it in the answer.
enum class Reason : std::uint8_t {
  allowed,          // 200: a signed-in caller
  allowed_public,   // 200: the rule asks for nobody
  no_credential,    // 401
  ambiguous,        // 401: a bearer token and a cookie, or one of them twice
  bad_token,        // 401: malformed, forged, of another issuer or audience …
  expired,          // 401
  revoked,          // 401: session, account, token or key
  stale_sign_in,    // 401: older than the rule's max_age (RFC 9470)
  not_permitted,    // 403: lacks role, permission, scope or factor
  denied_by_rule,   // 403
  bad_request,      // 403: headers of the proxy are missing, doubled or unreadable, or the path is not plain
  untrusted_proxy,  // 403: the peer is none of server.trusted_proxies
  too_many_bad,     // 429: this address has sent too many refused tokens
  feed_stale,       // 503: revocations may be missing
  kCount,
};

inline constexpr std::size_t kReasons = static_cast<std::size_t>(Reason::kCount);
inline constexpr std::array<const char*, kReasons> kReasonNames{
    "allowed",     "allowed_public",  "no_credential", "ambiguous",     "bad_token",
    "expired",     "revoked",         "stale_sign_in", "not_permitted", "denied_by_rule",
    "bad_request", "untrusted_proxy", "too_many_bad",  "feed_stale"};

}  // namespace gatehouse::gate
