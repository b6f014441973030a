#pragma once

#include <optional>

#include "identity/api/json_body.hpp"
#include "identity/factor/code_check.hpp"
#include "identity/factor/passkeys.hpp"
#include "platform/base/secret.hpp"

namespace gatehouse::identity {

// `method` and what belongs to it, as a sign-in's second step and a reauthentication take them.
struct SecondFactorBody {
  std::optional<PasskeyAnswer> passkey{};  // method webauthn, and then it is this alone
  CodeMethod method = CodeMethod::totp;
  base::Secret code{};
};
// Notes what is wrong in `body`. A `credential` without a method is a passkey's.
[[nodiscard]] SecondFactorBody read_second_factor(JsonBody& body);

}  // namespace gatehouse::identity
