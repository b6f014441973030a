#pragma once

#include <vector>

#include "contract/principal.hpp"
#include "identity/account/account_store.hpp"
#include "identity/account/refusal.hpp"
#include "identity/factor/factor.hpp"
#include "identity/factor/factor_store.hpp"
#include "identity/session/session_store.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/result.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

// Who acts on their own account, as the transaction of the change sees them.
struct Owner {
  AccountRecord account;
  std::vector<FactorRecord> factors;  // confirmed
};

// Looks the owner up where it counts: inside the transaction of the change. Thread-safe.
class Owners {
 public:
  // REQUIRES: all outlive it.
  Owners(const AccountStore& accounts, const SessionStore& sessions, const FactorStore& factors,
         const base::Clock& clock)
      : accounts_(accounts), sessions_(sessions), factors_(factors), clock_(clock) {}

  // Errors: not_found; session_ended (since the caller was authenticated).
  [[nodiscard]] base::Result<Owner, Refusal> find(db::Transaction& tx, const contract::Principal& who) const;
  // The same for what needs all that the account has: also stronger_sign_in, when the session was begun with one factor
  // and there is another by now (M06).
  [[nodiscard]] base::Result<Owner, Refusal> find_strong(db::Transaction& tx, const contract::Principal& who) const;

 private:
  const AccountStore& accounts_;
  const SessionStore& sessions_;
  const FactorStore& factors_;
  const base::Clock& clock_;
};

}  // namespace gatehouse::identity
