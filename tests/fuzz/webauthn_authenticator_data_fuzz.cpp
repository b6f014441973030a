#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "crypto/webauthn/authenticator_data.hpp"
#include "crypto/webauthn/cose_key.hpp"

// What an authenticator signs, and the key that comes with it: read in place, so whatever is given back lies within
// what was given.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse::crypto::webauthn;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto parsed = parse_authenticator_data(bytes);
  if (!parsed) return 0;
  const auto lies_within = [&](std::string_view part) {
    return part.data() >= bytes.data() && part.data() + part.size() <= bytes.data() + bytes.size();
  };
  if (!lies_within(parsed->rp_id_hash) || parsed->rp_id_hash.size() != 32) std::abort();
  if (parsed->backed_up && !parsed->backup_eligible) std::abort();
  if (!parsed->credential) return 0;
  const auto& credential = *parsed->credential;
  if (!lies_within(credential.id) || credential.id.empty() || credential.id.size() > kLongestCredentialId) std::abort();
  if (!lies_within(credential.public_key) || credential.aaguid.size() != 16) std::abort();
  const auto key = CoseKey::parse(credential.public_key);
  if (key && key->verify("message", "no signature")) std::abort();
  return 0;
}
