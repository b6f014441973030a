#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "contract/ids.hpp"
#include "platform/base/clock.hpp"

namespace gatehouse::identity {

// Disabled: nobody signs in, no session goes on; the row and its names stay taken.
enum class AccountState : std::uint8_t { active, disabled };
[[nodiscard]] constexpr std::string_view to_string(AccountState state) {
  return state == AccountState::active ? "active" : "disabled";
}

// What the column `account.state` holds. Whatever is not plainly active may not sign in.
[[nodiscard]] constexpr std::string_view state_column(AccountState state) {
  return state == AccountState::active ? "a" : "d";
}
[[nodiscard]] constexpr AccountState state_of_column(std::string_view column) {
  return column == state_column(AccountState::active) ? AccountState::active : AccountState::disabled;
}

// What of an account is personal and so lies sealed under the account's own key. Never logged.
struct Profile {
  std::string email;         // as text::prepare_email gives it back
  std::string display_name;  // may be empty
  std::string language{};    // of letters (text::is_language); empty: the installation's
};

// An account as its owner and an administrator may see it: no hash, no key.
struct Account {
  contract::AccountId id;
  std::string username;
  Profile profile;
  bool email_verified = false;  // the address is the account's own: one signs in with it, and nobody else gets it
  AccountState state = AccountState::active;
  std::vector<std::string> roles;  // sorted, without repetition
  base::TimePoint created_at;
};

// The stored hash of an account without a password: no text matches it.
inline constexpr const char* kNoPassword = "*";

// An account as it lies in the database, as far as signing in and refreshing need it.
struct AccountRecord {
  contract::AccountId id;
  std::string username;       // canonical form
  std::string email_index;    // empty until the address is proven (proof/unproven_email_store.hpp), and once erased
  std::string data_key_seed;  // empty once erased
  std::string password_hash;  // as text: a PHC string, or bcrypt's
  AccountState state = AccountState::active;
  std::vector<std::string> roles;  // sorted, without repetition
  std::int64_t epoch = 1;          // access tokens of a smaller epoch are void
};

// The same with what lies in a table of its own.
struct AccountWithProfile : AccountRecord {
  std::string profile_sealed;  // empty once erased
  base::TimePoint created_at;
};

}  // namespace gatehouse::identity
