#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "identity/account/account.hpp"
#include "platform/base/secret.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

// A sign-in whose password was right and that is not done: the client goes on with `transaction`, which is good for
// nothing else.
struct PendingSignIn {
  base::Secret transaction;               // `ghl_…`
  std::vector<std::string_view> methods;  // totp, webauthn, recovery_code: what the account has; literals
  std::chrono::seconds expires_in{0};
};

// What stands between a right password and a session. Implemented by identity/factor. Thread-safe; works inside the
// caller's transaction.
class SecondStep {
 public:
  virtual ~SecondStep() = default;

  // Whether the account has a second factor, so that one factor is never enough for it.
  [[nodiscard]] virtual bool required(db::Transaction& tx, contract::AccountId account) const = 0;
  // Nothing: the password was enough. Else the second step has begun; it ends with the account's password or epoch.
  [[nodiscard]] virtual std::optional<PendingSignIn> begin(db::Transaction& tx, const AccountRecord& proven) const = 0;
};

}  // namespace gatehouse::identity
