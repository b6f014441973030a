#include "identity/api/second_factor_body.hpp"

#include "identity/api/passkey_body.hpp"

namespace gatehouse::identity {

SecondFactorBody read_second_factor(JsonBody& body) {
  SecondFactorBody factor;
  const auto method = body.text("method");
  if (method == "webauthn" || (!body.has("method") && body.has("credential"))) {
    factor.passkey = read_passkey_answer(body);
    return factor;
  }
  if (method == "recovery_code") factor.method = CodeMethod::recovery_code;
  if (method != "totp" && method != "recovery_code") body.reject("method", "must be totp, recovery_code or webauthn");
  factor.code = body.required_secret("code");
  return factor;
}

}  // namespace gatehouse::identity
