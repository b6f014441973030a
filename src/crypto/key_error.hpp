#pragma once

namespace gatehouse::crypto {

// Why key material was refused.
enum class KeyError {
  malformed,          // can't be decoded, or a member is missing or of the wrong type
  wrong_algorithm,    // the key is of another kind than the algorithm needs (RFC 8725 section 3.1)
  weak,               // RSA other than 3072 bit or e other than 65537, a shared secret below 32 bytes
  not_on_curve,       // no valid public point
  holds_private_key,  // a public key was wanted (RFC 7517 section 4: private members in a JWK)
  wrong_kid,          // the kid given is not the key's thumbprint, or is missing where it can't be computed
  duplicate_kid,      // two keys of one set would answer to the same name
};

[[nodiscard]] const char* to_string(KeyError error);

}  // namespace gatehouse::crypto
