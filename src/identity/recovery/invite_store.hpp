#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "contract/ids.hpp"
#include "identity/account/account_store.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/result.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

// An account in waiting: all of it but what only its owner can choose.
struct InviteRecord {
  contract::AccountId id;  // the account's, once there is one; what the link's token is a MAC over
  std::string email_index;
  std::string data_key_seed;
  std::string profile_sealed;
  std::vector<std::string> roles;
  std::optional<contract::AccountId> invited_by{};
  base::TimePoint created_at;
  base::TimePoint expires_at;
};

// As the account that it may become, so that the vault opens it.
[[nodiscard]] AccountWithProfile as_account(const InviteRecord& invite);

// The table `invite`. Works inside the caller's transaction; stateless, thread-safe.
class InviteStore {
 public:
  // Takes the place of an expired one to the same address. `taken`: an open one is there.
  [[nodiscard]] base::Result<void, StoreError> insert(db::Transaction& tx, const InviteRecord& invite) const;

  // Nothing: used, withdrawn or expired.
  [[nodiscard]] std::optional<InviteRecord> find_open(db::Transaction& tx, contract::AccountId id,
                                                      base::TimePoint now) const;
  // Open ones in the order of their making, behind `after`; at most `limit`.
  [[nodiscard]] std::vector<InviteRecord> page(db::Transaction& tx, std::optional<contract::AccountId> after,
                                               std::size_t limit, base::TimePoint now) const;

  // The atomic step: of all who remove it, one gets true.
  [[nodiscard]] bool remove(db::Transaction& tx, contract::AccountId id) const;

  // Removes at most `limit` that have expired, and their personal data with them; returns how many.
  std::size_t sweep(db::Transaction& tx, base::TimePoint now, std::size_t limit) const;
};

}  // namespace gatehouse::identity
