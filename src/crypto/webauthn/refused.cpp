#include "crypto/webauthn/refused.hpp"

namespace gatehouse::crypto::webauthn {

std::string_view to_string(Refused refused) {
  switch (refused) {
    case Refused::malformed_client_data: return "malformed_client_data";
    case Refused::malformed_authenticator_data: return "malformed_authenticator_data";
    case Refused::malformed_attestation: return "malformed_attestation";
    case Refused::malformed_key: return "malformed_key";
    case Refused::unsupported_algorithm: return "unsupported_algorithm";
    case Refused::wrong_type: return "wrong_type";
    case Refused::wrong_challenge: return "wrong_challenge";
    case Refused::wrong_origin: return "wrong_origin";
    case Refused::cross_origin: return "cross_origin";
    case Refused::wrong_relying_party: return "wrong_relying_party";
    case Refused::user_absent: return "user_absent";
    case Refused::user_not_verified: return "user_not_verified";
    case Refused::inconsistent_backup: return "inconsistent_backup";
    case Refused::wrong_attestation: return "wrong_attestation";
    case Refused::wrong_signature: return "wrong_signature";
  }
  return "unknown";
}

}  // namespace gatehouse::crypto::webauthn
