#pragma once

#include <cstdint>
#include <string_view>

namespace gatehouse::crypto::webauthn {

// Why an answer of an authenticator is no good. For the log and tests; clients get one answer for all.
enum class Refused : std::uint8_t {
  malformed_client_data,
  malformed_authenticator_data,
  malformed_attestation,
  malformed_key,
  unsupported_algorithm,  // none of ES256, EdDSA, RS256
  wrong_type,             // an assertion where a registration is asked for, or the other way round
  wrong_challenge,        // not the one that was given
  wrong_origin,           // of another site: phishing
  cross_origin,           // from inside a frame of another site
  wrong_relying_party,    // signed for another relying party
  user_absent,            // nobody touched it
  user_not_verified,      // no PIN, finger or face, where one is needed
  inconsistent_backup,    // says that it is backed up and that it can't be
  wrong_attestation,      // `none` with a statement
  wrong_signature,
};
[[nodiscard]] std::string_view to_string(Refused refused);

}  // namespace gatehouse::crypto::webauthn
