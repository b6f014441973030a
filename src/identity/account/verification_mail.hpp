#pragma once

#include <cstddef>
#include <string_view>

#include "contract/ids.hpp"
#include "identity/account/account_store.hpp"
#include "identity/mail/mail_outbox.hpp"
#include "identity/proof/mail_proof_store.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/db/transaction.hpp"

namespace gatehouse::identity {

// Asks whoever reads a mailbox to show it, within the transaction that has a reason to: a registration, a sign-in that
// needs it, the owner's wish. Thread-safe.
class VerificationMail {
 public:
  struct Parts {  // all outlive it
    const AccountStore& accounts;
    const MailProofStore& proofs;
    const MailOutbox& outbox;
    const base::Clock& clock;
    base::Random& random;
  };
  explicit VerificationMail(Parts parts) : parts_(parts) {}

  // One mail to the address, with the same steps whoever's it is: with a link that makes it the account's own; or,
  // when another account has proven it, to that account's owner, who learns that somebody named it. No mail once the
  // address got a few within an hour.
  void send(db::Transaction& tx, contract::AccountId account, std::string_view email_index) const;

 private:
  Parts parts_;
};

}  // namespace gatehouse::identity
