#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "crypto/webauthn/refused.hpp"
#include "platform/base/result.hpp"

namespace gatehouse::crypto::webauthn {

// COSE algorithm identifiers that are accepted (RFC 9053, RFC 8812), in the order we prefer them.
inline constexpr int kEs256 = -7;
inline constexpr int kEdDsa = -8;
inline constexpr int kRs256 = -257;

// A credential's public key (COSE_Key, RFC 9052 section 7), bound to its one algorithm. Immutable, thread-safe.
class CoseKey {
 public:
  // Exactly one COSE_Key: an EC2 key on P-256 for ES256, an OKP key on Ed25519 for EdDSA, or RSA of 2,048 to 4,096 bits
  // for RS256. Errors: malformed_key, unsupported_algorithm.
  [[nodiscard]] static base::Result<CoseKey, Refused> parse(std::string_view cose);

  // Signatures as authenticators write them: DER for ES256. False for whatever is malformed.
  [[nodiscard]] bool verify(std::string_view message, std::string_view signature) const;

  class Verifier;  // one for each algorithm
  explicit CoseKey(std::shared_ptr<const Verifier> verifier);

 private:
  std::shared_ptr<const Verifier> verifier_;
};

}  // namespace gatehouse::crypto::webauthn
