#pragma once

#include <string_view>

#include "crypto/webauthn/refused.hpp"
#include "platform/base/result.hpp"

namespace gatehouse::crypto::webauthn {

// What a registration brings (section 6.5). Views point into the input.
struct AttestationObject {
  std::string_view format;     // none, packed, tpm …: what the authenticator says of itself
  std::string_view statement;  // CBOR: read for its form alone, never trusted
  std::string_view authenticator_data;
};

// Exactly one CBOR map with these three members. Errors: malformed_attestation; wrong_attestation, when the format is
// `none` and there is a statement all the same (section 8.7).
[[nodiscard]] base::Result<AttestationObject, Refused> parse_attestation_object(std::string_view cbor);

}  // namespace gatehouse::crypto::webauthn
