#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/secret.hpp"

namespace gatehouse::identity {

// Signatures of Standard Webhooks (standardwebhooks.com, specification 1.0), the symmetric scheme.

// `whsec_` + base64 of 32 random bytes.
[[nodiscard]] base::Secret new_webhook_secret(base::Random& random);

// `v1,` + base64(HMAC-SHA-256 over `id.timestamp.body`), one for each secret, separated by spaces: while a secret is
// being replaced, receivers with either one are served. REQUIRES: secrets that new_webhook_secret made.
[[nodiscard]] std::string webhook_signature(std::span<const base::Secret> secrets, std::string_view id,
                                            std::int64_t timestamp_seconds, std::string_view body);

// RFC 4648 section 4, with padding.
[[nodiscard]] std::string base64_encode(std::string_view bytes);
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

}  // namespace gatehouse::identity
