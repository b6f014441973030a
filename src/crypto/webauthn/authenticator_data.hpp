#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/webauthn/refused.hpp"
#include "platform/base/result.hpp"

namespace gatehouse::crypto::webauthn {

// What an authenticator signs (section 6.1). Views point into the input.
struct AuthenticatorData {
  std::string_view rp_id_hash;  // SHA-256, 32 bytes
  bool user_present = false;
  bool user_verified = false;
  bool backup_eligible = false;  // the credential may be copied to other devices: a synced passkey
  bool backed_up = false;
  std::uint32_t sign_count = 0;

  struct NewCredential {
    std::string_view aaguid;      // the model, 16 bytes; zero when it is not told
    std::string_view id;          // 1 to 1,023 bytes
    std::string_view public_key;  // COSE_Key
  };
  std::optional<NewCredential> credential{};  // with a registration
};

inline constexpr std::size_t kLongestCredentialId = 1'023;  // section 4

// Exactly one: what is left over, or an extension that is no CBOR map, is malformed_authenticator_data; a credential
// that is backed up and can't be is inconsistent_backup.
[[nodiscard]] base::Result<AuthenticatorData, Refused> parse_authenticator_data(std::string_view bytes);

}  // namespace gatehouse::crypto::webauthn
