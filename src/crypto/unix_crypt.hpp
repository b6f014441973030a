#pragma once

#include <string>

#include "platform/base/secret.hpp"

// libxcrypt's crypt; internal to this folder. Thread-safe.
namespace gatehouse::crypto {

// The whole hash of the password under a setting (prefix, cost and salt); empty when libxcrypt refuses the setting.
// Throws base::Unavailable when there is no memory. REQUIRES: no NUL in the password.
[[nodiscard]] std::string unix_crypt(const base::Secret& password, const std::string& setting);

}  // namespace gatehouse::crypto
