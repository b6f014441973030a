#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "identity/account/account_store.hpp"
#include "identity/account/refusal.hpp"
#include "identity/factor/code_guard.hpp"
#include "identity/factor/factor_notices.hpp"
#include "identity/factor/factor_store.hpp"
#include "identity/factor/factor_vault.hpp"
#include "identity/factor/recovery_codes.hpp"
#include "identity/factor/sign_in_demand.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

enum class CodeMethod : std::uint8_t { totp, recovery_code };

// A typed code as proof of a second factor, in the one way that all who ask for one share: counted, used once, and the
// same whatever asked. Where the account asks for passkeys, no app's code is right. Works inside the caller's
// transaction; stateless, thread-safe.
class CodeCheck {
 public:
  struct Parts {  // all outlive it
    const FactorStore& factors;
    const FactorVault& vault;
    const RecoveryCodes& recovery_codes;
    const CodeGuard& guard;
    const FactorNotices& notices;
    const base::Clock& clock;
  };
  explicit CodeCheck(Parts parts) : parts_(parts) {}

  // Success: the code is used up. Errors: throttled (nothing was looked at), wrong_code (counted). The counting is part
  // of the transaction: it has to be committed whatever the answer is.
  [[nodiscard]] base::Result<void, Refusal> check(db::Transaction& tx, const AccountRecord& account, CodeMethod method,
                                                  const base::Secret& code) const;

 private:
  [[nodiscard]] bool use_totp(db::Transaction& tx, const AccountRecord& account, std::string_view code) const;

  Parts parts_;
  SignInDemand demand_;
};

}  // namespace gatehouse::identity
