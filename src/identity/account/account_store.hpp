#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/ids.hpp"
#include "identity/account/account.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/result.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

enum class StoreError {
  taken,    // the username, one that looks like it, or the e-mail address belongs to another account
  missing,  // no such account
};

struct NewAccount {
  contract::AccountId id;
  std::string username;           // canonical
  std::string username_skeleton;  // UTS 39
  std::string email_index;        // empty: the address is not proven yet
  std::string data_key_seed;
  std::string profile_sealed;
  std::string password_hash;  // as text
  std::vector<std::string> roles;
  base::TimePoint created_at;
};

// The account that it makes. `profile` is what `profile_sealed` holds.
[[nodiscard]] Account account_of(const NewAccount& row, Profile profile);

// What changes of an account's names; what is empty stays.
struct NameChange {
  std::optional<std::string> username{};
  std::optional<std::string> username_skeleton{};  // REQUIRES: set exactly when username is
  std::optional<std::string> email_index{};
  std::string profile_sealed;  // always written
};

struct AccountFilter {
  std::optional<contract::AccountId> after{};  // only accounts behind this one: the cursor
  std::string username_prefix{};               // canonical; empty: every account
  std::size_t limit = 50;
};

struct AccountName {
  contract::AccountId id;
  std::string username;
};

// What `account.username_skeleton` holds: nothing where the name is its own skeleton, so that the rows stay small.
[[nodiscard]] std::string_view skeleton_column(std::string_view username, std::string_view skeleton);

// The tables `account` and `account_profile`, one row in each for every account. Holds no state: every call works
// inside the caller's transaction, so that two of them compose to one atomic step. Thread-safe for that reason.
class AccountStore {
 public:
  // Writes the account with its profile. Uniqueness is the database's: of two that race, one is `taken`.
  [[nodiscard]] base::Result<void, StoreError> insert(db::Transaction& tx, const NewAccount& account) const;

  [[nodiscard]] std::optional<AccountRecord> find(db::Transaction& tx, contract::AccountId id) const;
  [[nodiscard]] std::optional<AccountRecord> find_by_username(db::Transaction& tx, std::string_view canonical) const;
  [[nodiscard]] std::optional<AccountRecord> find_by_email_index(db::Transaction& tx, std::string_view index) const;
  // For what shows the account or writes to its owner; a sign-in needs none of it.
  [[nodiscard]] std::optional<AccountWithProfile> find_with_profile(db::Transaction& tx, contract::AccountId id) const;

  // Replaces the hash only while it still is `expected`, so that a slow verification can't overwrite a password that
  // was changed meanwhile. False: it is another by now, or the account is gone.
  [[nodiscard]] bool replace_password_hash(db::Transaction& tx, contract::AccountId id, std::string_view expected,
                                           std::string_view replacement, base::TimePoint now) const;

  // Both void the account's older access tokens: they return the new epoch, which the caller puts into the revocation
  // log in the same transaction. Nothing: no such account. set_state to the state it already has still grows the epoch.
  [[nodiscard]] std::optional<std::int64_t> set_state(db::Transaction& tx, contract::AccountId id, AccountState state,
                                                      base::TimePoint now) const;
  [[nodiscard]] std::optional<std::int64_t> set_roles(db::Transaction& tx, contract::AccountId id,
                                                      const std::vector<std::string>& roles, base::TimePoint now) const;

  [[nodiscard]] base::Result<void, StoreError> change_names(db::Transaction& tx, contract::AccountId id,
                                                            const NameChange& change, base::TimePoint now) const;

  // In the order of ids, which is that of creation, or with a prefix in that of usernames; at most `limit`. `after` is
  // the account that the page before ended with: should it have been renamed since, the next page begins at its new
  // name.
  [[nodiscard]] std::vector<AccountWithProfile> page(db::Transaction& tx, const AccountFilter& filter) const;

  // Of those accounts that there are, in no order.
  [[nodiscard]] std::vector<AccountName> names(db::Transaction& tx, std::span<const contract::AccountId> ids) const;
};

}  // namespace gatehouse::identity
