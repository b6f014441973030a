#pragma once

#include "identity/mail/mail_facts.hpp"
#include "identity/privacy/erasure_store.hpp"

namespace gatehouse::identity {

// What the letter `account_deletion` says: the day. It is not sent once the owner has thought better of it. REQUIRES:
// the store outlives it.
[[nodiscard]] MailFactsOf deletion_letter(const ErasureStore& erasures);

}  // namespace gatehouse::identity
