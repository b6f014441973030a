#pragma once

#include "identity/account/account_store.hpp"
#include "identity/factor/factor_store.hpp"
#include "identity/factor/factor_vault.hpp"
#include "identity/mail/mail_facts.hpp"

namespace gatehouse::identity {

// What the letter `factor_changed` says: of a factor that was added, its name; of one that is gone, and of recovery
// codes, only that something has changed, because nothing of them is kept. REQUIRES: all outlive it.
[[nodiscard]] MailFactsOf factor_letter(const AccountStore& accounts, const FactorStore& factors,
                                        const FactorVault& vault);

}  // namespace gatehouse::identity
