#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/webauthn/refused.hpp"
#include "platform/base/result.hpp"

namespace gatehouse::crypto::webauthn {

// Who asks: us.
struct RelyingParty {
  std::string id;                    // `app.example`
  std::vector<std::string> origins;  // `https://app.example`: exactly these, as a browser writes them
};

// What a ceremony has to bring to be good.
struct Expected {
  const RelyingParty& relying_party;
  std::string_view challenge;  // the bytes that were given
  bool user_verified = false;  // a PIN, a finger or a face, and not only a touch
};

// As the browser's PublicKeyCredential.response has them, decoded.
struct RegistrationAnswer {
  std::string client_data_json;
  std::string attestation_object;
};
struct AssertionAnswer {
  std::string client_data_json;
  std::string authenticator_data;
  std::string signature;
};

struct NewCredential {
  std::string id;
  std::string public_key;  // COSE_Key: what verify_assertion takes
  std::string aaguid;      // what the authenticator says it is; nobody vouches for it
  std::uint32_t sign_count = 0;
  bool user_verified = false;
  bool backup_eligible = false;
};

struct Assertion {
  std::uint32_t sign_count = 0;
  bool user_verified = false;
  bool backup_eligible = false;
};

// Section 7.1. An attestation of whatever format is accepted and none is trusted: which makes of authenticators are
// allowed is nobody's question here. That the credential is new is the caller's to see.
[[nodiscard]] base::Result<NewCredential, Refused> verify_registration(const RegistrationAnswer& answer,
                                                                       const Expected& expected);

// Section 7.2. Whose credential `public_key` is, its user handle and the signature counter are the caller's to see.
[[nodiscard]] base::Result<Assertion, Refused> verify_assertion(const AssertionAnswer& answer,
                                                                std::string_view public_key, const Expected& expected);

}  // namespace gatehouse::crypto::webauthn
