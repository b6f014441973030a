#pragma once

#include "identity/account/account_store.hpp"
#include "identity/factor/factor_store.hpp"
#include "identity/factor/factor_vault.hpp"
#include "identity/mail/mail_facts.hpp"

namespace gatehouse::identity {

// What the letter `factor_changed` says besides what its job does: the name of a factor that is there. Nothing of one
// that is gone, and of recovery codes, is kept. REQUIRES: all outlive it.
[[nodiscard]] MailFactsOf factor_letter(const AccountStore& accounts, const FactorStore& factors,
                                        const FactorVault& vault);

}  // namespace gatehouse::identity
