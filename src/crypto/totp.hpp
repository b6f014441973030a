#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/clock.hpp"
#include "platform/base/secret.hpp"

namespace gatehouse::crypto {

// Time-based one-time passwords, RFC 6238, in the one form that every authenticator app knows: HMAC-SHA-1, six digits,
// steps of 30 seconds. All are thread-safe.

inline constexpr std::size_t kTotpKeyBytes = 20;  // as long as the hash (RFC 4226 section 4, R6)
inline constexpr int kTotpDigits = 6;
inline constexpr std::chrono::seconds kTotpStep{30};

// Which step `now` lies in. REQUIRES: `now` is not before 1970.
[[nodiscard]] std::int64_t totp_step(base::TimePoint now);

// The code of a counter, with leading zeros (RFC 4226 section 5.3). REQUIRES: `digits` within 6 … 8.
[[nodiscard]] std::string hotp(const base::Secret& key, std::int64_t counter, int digits = kTotpDigits);

// Which step `code` belongs to: the one of `now`, the one before or the one after, and later than `last_used`, so that
// no code is good twice and none is older than one that was used. Nothing for every other text: exactly six ASCII
// digits are a code. Takes the same time whether, and for which step, the code is right.
[[nodiscard]] std::optional<std::int64_t> check_totp(const base::Secret& key, std::string_view code,
                                                     base::TimePoint now, std::int64_t last_used);

}  // namespace gatehouse::crypto
