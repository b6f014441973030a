#include "crypto/webauthn/ceremony.hpp"

#include <algorithm>
#include <optional>

#include "crypto/mac.hpp"
#include "crypto/webauthn/attestation_object.hpp"
#include "crypto/webauthn/authenticator_data.hpp"
#include "crypto/webauthn/client_data.hpp"
#include "crypto/webauthn/cose_key.hpp"
#include "platform/base/secret.hpp"

namespace gatehouse::crypto::webauthn {
namespace {

std::optional<Refused> check_client_data(std::string_view json, std::string_view type, const Expected& expected) {
  const auto data = parse_client_data(json);
  if (!data) return data.error();
  if (data->type != type) return Refused::wrong_type;
  if (!base::equal_in_constant_time(data->challenge, expected.challenge)) return Refused::wrong_challenge;
  // Exactly: a browser writes an origin in one way, and whatever only begins or ends like ours is another site.
  if (std::ranges::find(expected.relying_party.origins, data->origin) == expected.relying_party.origins.end()) {
    return Refused::wrong_origin;
  }
  if (data->cross_origin) return Refused::cross_origin;
  return std::nullopt;
}

std::optional<Refused> check_authenticator_data(const AuthenticatorData& data, const Expected& expected) {
  if (data.rp_id_hash != sha256(expected.relying_party.id)) return Refused::wrong_relying_party;
  if (!data.user_present) return Refused::user_absent;
  if (expected.user_verified && !data.user_verified) return Refused::user_not_verified;
  return std::nullopt;
}

}  // namespace

base::Result<NewCredential, Refused> verify_registration(const RegistrationAnswer& answer, const Expected& expected) {
  if (const auto refused = check_client_data(answer.client_data_json, "webauthn.create", expected)) return *refused;
  const auto object = parse_attestation_object(answer.attestation_object);
  if (!object) return object.error();
  const auto data = parse_authenticator_data(object->authenticator_data);
  if (!data) return data.error();
  if (const auto refused = check_authenticator_data(*data, expected)) return *refused;
  if (!data->credential) return Refused::malformed_authenticator_data;
  if (const auto key = CoseKey::parse(data->credential->public_key); !key) return key.error();
  return NewCredential{.id = std::string(data->credential->id),
                       .public_key = std::string(data->credential->public_key),
                       .aaguid = std::string(data->credential->aaguid),
                       .sign_count = data->sign_count,
                       .user_verified = data->user_verified,
                       .backup_eligible = data->backup_eligible};
}

base::Result<Assertion, Refused> verify_assertion(const AssertionAnswer& answer, std::string_view public_key,
                                                  const Expected& expected) {
  if (const auto refused = check_client_data(answer.client_data_json, "webauthn.get", expected)) return *refused;
  const auto data = parse_authenticator_data(answer.authenticator_data);
  if (!data) return data.error();
  if (const auto refused = check_authenticator_data(*data, expected)) return *refused;
  const auto key = CoseKey::parse(public_key);
  if (!key) return key.error();
  if (!key->verify(answer.authenticator_data + sha256(answer.client_data_json), answer.signature)) {
    return Refused::wrong_signature;
  }
  return Assertion{
      .sign_count = data->sign_count, .user_verified = data->user_verified, .backup_eligible = data->backup_eligible};
}

}  // namespace gatehouse::crypto::webauthn
