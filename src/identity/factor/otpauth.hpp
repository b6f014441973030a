#pragma once

#include <string>

#include "platform/base/secret.hpp"

namespace gatehouse::identity {

struct OtpauthLabel {
  std::string service;  // shown as the issuer
  std::string account;
};

// What an authenticator app scans: otpauth://totp/SERVICE:ACCOUNT?secret=…&issuer=…, percent-encoded throughout.
// `base32_key` as base::base32_encode writes it. Algorithm, digits and period are those of crypto/totp.hpp; said
// although they are the default, because apps differ in what they take for it.
[[nodiscard]] base::Secret otpauth_uri(const OtpauthLabel& label, const base::Secret& base32_key);

}  // namespace gatehouse::identity
