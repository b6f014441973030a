#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "contract/ids.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/uuid.hpp"

namespace gatehouse::identity {

using FactorId = base::Id<struct FactorTag>;  // UUIDv7

enum class FactorKind : std::uint8_t {
  totp,      // an authenticator app
  webauthn,  // a passkey or a security key
};
[[nodiscard]] constexpr std::string_view to_string(FactorKind kind) {
  return kind == FactorKind::totp ? "totp" : "webauthn";
}

inline constexpr std::size_t kMaxFactorsPerAccount = 20;
inline constexpr std::size_t kRecoveryCodes = 10;

// A second factor as it lies in the database. What is sealed is so under the account's own key (see factor_vault.hpp).
struct FactorRecord {
  FactorId id;
  contract::AccountId account;
  FactorKind kind = FactorKind::totp;
  std::string name_sealed;
  std::string material_sealed;   // totp: the key; webauthn: see passkey.hpp
  std::string credential_index;  // webauthn: what the credential is found by; totp: empty
  std::int64_t counter = 0;      // totp: the last step used; webauthn: the authenticator's signature counter
  base::TimePoint created_at;
  std::optional<base::TimePoint> confirmed_at{};  // nothing: waits for its first code and counts for nothing
  std::optional<base::TimePoint> last_used_at{};
};

// The same as its owner sees it.
struct FactorView {
  FactorId id;
  FactorKind kind = FactorKind::totp;
  std::string name;
  base::TimePoint created_at;
  std::optional<base::TimePoint> last_used_at{};
};

}  // namespace gatehouse::identity
