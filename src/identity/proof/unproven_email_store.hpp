#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "contract/ids.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

// The table `unproven_email`: accounts with an address that nobody has shown to read. Such an address is only in the
// account's profile; `account.email_index`, by which one signs in and which is unique, stays empty until it is proven.
// So nobody can take an address by naming it, and several accounts may name the same one. Works inside the caller's
// transaction; stateless, thread-safe.
class UnprovenEmailStore {
 public:
  // REQUIRES: the account has none yet.
  void add(db::Transaction& tx, contract::AccountId account, std::string_view email_index, base::TimePoint now) const;

  // The blind index of the account's address; nothing: it is proven, or there is none.
  [[nodiscard]] std::optional<std::string> find(db::Transaction& tx, contract::AccountId account) const;
  // The newest account that names this address.
  [[nodiscard]] std::optional<contract::AccountId> newest_with(db::Transaction& tx, std::string_view email_index) const;

  // False: there was none.
  bool remove(db::Transaction& tx, contract::AccountId account) const;
};

}  // namespace gatehouse::identity
