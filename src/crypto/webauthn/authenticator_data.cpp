#include "crypto/webauthn/authenticator_data.hpp"

#include "crypto/webauthn/cbor.hpp"

namespace gatehouse::crypto::webauthn {
namespace {

enum Flag : unsigned {
  kUserPresent = 0x01,
  kUserVerified = 0x04,
  kBackupEligible = 0x08,
  kBackedUp = 0x10,
  kCredential = 0x40,
  kExtensions = 0x80,
};

constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kFixedBytes = kHashBytes + 1 + 4;
constexpr std::size_t kAaguidBytes = 16;

unsigned byte(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

// One CBOR item off the front, as it stands there; nothing when there is none.
std::optional<std::string_view> take_item(std::string_view& rest) {
  CborReader reader(rest);
  if (!reader.skip()) return std::nullopt;
  const auto item = rest.substr(0, rest.size() - reader.rest().size());
  rest.remove_prefix(item.size());
  return item;
}

std::optional<AuthenticatorData::NewCredential> take_credential(std::string_view& rest) {
  if (rest.size() < kAaguidBytes + 2) return std::nullopt;
  AuthenticatorData::NewCredential credential;
  credential.aaguid = rest.substr(0, kAaguidBytes);
  const std::size_t size = (byte(rest, kAaguidBytes) << 8U) | byte(rest, kAaguidBytes + 1);
  rest.remove_prefix(kAaguidBytes + 2);
  if (size == 0 || size > kLongestCredentialId || size > rest.size()) return std::nullopt;
  credential.id = rest.substr(0, size);
  rest.remove_prefix(size);
  const auto key = take_item(rest);
  if (!key) return std::nullopt;
  credential.public_key = *key;
  return credential;
}

}  // namespace

base::Result<AuthenticatorData, Refused> parse_authenticator_data(std::string_view bytes) {
  if (bytes.size() < kFixedBytes) return Refused::malformed_authenticator_data;
  AuthenticatorData data;
  data.rp_id_hash = bytes.substr(0, kHashBytes);
  const unsigned flags = byte(bytes, kHashBytes);
  data.user_present = (flags & kUserPresent) != 0;
  data.user_verified = (flags & kUserVerified) != 0;
  data.backup_eligible = (flags & kBackupEligible) != 0;
  data.backed_up = (flags & kBackedUp) != 0;
  for (std::size_t i = 0; i < 4; ++i) data.sign_count = (data.sign_count << 8U) | byte(bytes, kHashBytes + 1 + i);

  auto rest = bytes.substr(kFixedBytes);
  if ((flags & kCredential) != 0) {
    data.credential = take_credential(rest);
    if (!data.credential) return Refused::malformed_authenticator_data;
  }
  if ((flags & kExtensions) != 0) {
    const bool is_map = !rest.empty() && (byte(rest, 0) >> 5U) == 5;
    if (!is_map || !take_item(rest)) return Refused::malformed_authenticator_data;
  }
  if (!rest.empty()) return Refused::malformed_authenticator_data;
  if (data.backed_up && !data.backup_eligible) return Refused::inconsistent_backup;
  return data;
}

}  // namespace gatehouse::crypto::webauthn
