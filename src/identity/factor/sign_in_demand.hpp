#pragma once

#include "contract/assurance.hpp"
#include "contract/ids.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

// What the owner of an account asks of its sign-ins, where two factors of any kind are not enough: a passkey, so that
// no code can be coaxed out of them. Recovery codes stay the way back. The table `sign_in_demand`, with a row where
// more is asked for than usual. Works inside the caller's transaction; stateless, thread-safe.
class SignInDemand {
 public:
  // two_factors or phishing_resistant.
  [[nodiscard]] contract::Assurance of(db::Transaction& tx, contract::AccountId account) const;
  // REQUIRES: one of these two; and for the second that the account has a passkey, or only recovery codes are left.
  void set(db::Transaction& tx, contract::AccountId account, contract::Assurance demand) const;
};

}  // namespace gatehouse::identity
