#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "contract/ids.hpp"
#include "contract/revocation.hpp"
#include "identity/account/account_store.hpp"
#include "identity/session/session_store.hpp"
#include "identity/token/revocation_store.hpp"
#include "platform/audit/log.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

// A deletion that was asked for and can be cancelled.
struct PendingDeletion {
  base::TimePoint requested_at{};
  base::TimePoint erase_at{};
  friend bool operator==(const PendingDeletion&, const PendingDeletion&) = default;
};

// Whose doing an erasure is, as its event says.
struct Eraser {
  std::string_view by;                           // a literal: owner, administrator, operator, restore
  std::optional<contract::AccountId> account{};  // the administrator's
};

struct ErasedAccount {
  contract::AccountId id;
  base::TimePoint erased_at{};
};

// The tables `account_deletion` and `erased_account`, and the step that erases. Works inside the caller's transaction;
// thread-safe.
class ErasureStore {
 public:
  struct Parts {  // all outlive the store
    const AccountStore& accounts;
    const SessionStore& sessions;
    const RevocationStore& revocations;
    const audit::Log& events;
  };
  explicit ErasureStore(Parts parts) : parts_(parts) {}

  // When the account is to be erased. One that was asked for before stays as it is: asking again wins no time and
  // loses none. REQUIRES: there is such an account.
  [[nodiscard]] PendingDeletion request(db::Transaction& tx, contract::AccountId account, base::TimePoint now,
                                        base::TimePoint erase_at) const;
  [[nodiscard]] std::optional<PendingDeletion> pending(db::Transaction& tx, contract::AccountId account) const;
  // False: none was asked for.
  [[nodiscard]] bool cancel(db::Transaction& tx, contract::AccountId account) const;
  // Whose time has come, at most `limit`, oldest first. None while another node erases: it goes on until none is left.
  [[nodiscard]] std::vector<contract::AccountId> due(db::Transaction& tx, base::TimePoint now, std::size_t limit) const;

  // The account is gone: its row with the seed of its data key, and every row that refers to it. Its names are free;
  // its id is not given again, so that whoever registers them next inherits nothing (U08). An open invite to its
  // address goes, too. Ends every session and voids every token: returns the rows, for RevocationFeed after the commit.
  // Nothing: there was no such account.
  [[nodiscard]] std::optional<std::vector<contract::Revocation>> erase(db::Transaction& tx, contract::AccountId account,
                                                                       const Eraser& eraser, base::TimePoint now) const;

  // In the order of ids, behind `after`, at most `limit`: for the list that a restore is given.
  [[nodiscard]] std::vector<ErasedAccount> erased(db::Transaction& tx, std::optional<contract::AccountId> after,
                                                  std::size_t limit) const;
  // Another one after each erasure, whichever process did it and whatever its clock says.
  struct Mark {
    std::int64_t count = 0;
    std::int64_t last_ms = 0;
    friend bool operator==(const Mark&, const Mark&) = default;
  };
  [[nodiscard]] Mark mark(db::Transaction& tx) const;
  // Removes at most `limit` that were erased before `then`: no backup is that old any more. Returns how many.
  std::size_t sweep(db::Transaction& tx, base::TimePoint then, std::size_t limit) const;

 private:
  Parts parts_;
};

}  // namespace gatehouse::identity
