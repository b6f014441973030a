#pragma once

#include <optional>

#include "identity/mail/mail_facts.hpp"
#include "identity/recovery/invite_store.hpp"
#include "identity/recovery/recovery_parts.hpp"

namespace gatehouse::identity {

// What the letters about proofs, invites and new devices say (MailFactsOf), read when they are written. A letter whose
// link is used, closed or expired by then is not sent. Thread-safe.
class LetterFacts {
 public:
  // REQUIRES: both outlive it.
  LetterFacts(const RecoveryParts& parts, const InviteStore& invites) : parts_(parts), invites_(invites) {}

  // verify_email, confirm_new_email, email_changed_notice, reset_password: of the open proof that is its reference.
  [[nodiscard]] std::optional<MailFacts> of_proof(db::Transaction& tx, const MailJob& job) const;
  [[nodiscard]] std::optional<MailFacts> of_invite(db::Transaction& tx, const MailJob& job) const;
  // The kind of browser and the address, as the owner's list of sessions shows them; no place is looked up anywhere.
  [[nodiscard]] std::optional<MailFacts> of_new_device(db::Transaction& tx, const MailJob& job) const;

 private:
  const RecoveryParts& parts_;
  const InviteStore& invites_;
};

}  // namespace gatehouse::identity
