#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "contract/principal.hpp"
#include "contract/revocation.hpp"
#include "identity/account/caller.hpp"
#include "identity/account/current_password.hpp"
#include "identity/account/refusal.hpp"
#include "identity/recovery/recovery_parts.hpp"

namespace gatehouse::identity {

struct EmailChangeRequest {
  std::string email;
  base::Secret password{};
};

// Another address for an account: asked for with the password, made by a link that only the new mailbox gets, told to
// the old one together with a link that puts everything back for 72 hours. Thread-safe.
//
// Errors: link_refused (as of EmailVerification); name_taken (another account proved the address first).
class EmailChange {
 public:
  // REQUIRES: both outlive it.
  EmailChange(const RecoveryParts& parts, CurrentPassword& current_password)
      : parts_(parts), current_password_(current_password) {}

  // Nothing changes yet. An address that is another account's gets the same answer, and its owner a mail.
  // Errors: invalid_input (`email`, `password`), throttled, wrong_password, session_ended, not_found.
  boost::asio::awaitable<base::Result<void, Refusal>> request(contract::Principal who, EmailChangeRequest wanted,
                                                              Caller caller);
  // By the new mailbox. Links that went to the old one die with it.
  boost::asio::awaitable<base::Result<void, Refusal>> confirm(base::Secret token, Caller caller);
  // By who is signed in and types the code of that mail. Five in half an hour; a right one is no guess.
  boost::asio::awaitable<base::Result<void, Refusal>> confirm_by_code(contract::Principal who, base::Secret code,
                                                                      Caller caller);

  // By the old mailbox: "that wasn't me". Whoever changed the address knew the password, so that is void, too, every
  // session ends, and a link to set a new password goes to the address that is the account's again. While another
  // account has that address: name_taken, and the link stays good.
  boost::asio::awaitable<base::Result<void, Refusal>> restore(base::Secret token, Caller caller);

 private:
  using Ended = std::vector<contract::Revocation>;
  [[nodiscard]] base::Result<void, Refusal> open(db::Transaction& tx, const contract::Principal& who,
                                                 const std::string& proven_hash, const text::Email& email) const;
  [[nodiscard]] std::optional<base::Uuid> match_code(db::Transaction& tx, contract::AccountId account,
                                                     const base::Secret& code) const;
  [[nodiscard]] base::Result<void, Refusal> apply(db::Transaction& tx, base::Uuid proof) const;
  boost::asio::awaitable<base::Result<void, Refusal>> finish(contract::AccountId account, base::Uuid proof,
                                                             Caller caller);
  [[nodiscard]] base::Result<Ended, Refusal> put_back(db::Transaction& tx, base::Uuid proof,
                                                      const std::string& unknown_hash) const;
  [[nodiscard]] base::Result<void, Refusal> write_address(db::Transaction& tx, const AccountWithProfile& record,
                                                          const MailProof& proof, std::string_view event) const;
  void tell_old_address(db::Transaction& tx, const AccountWithProfile& record, const std::string& old_address) const;
  boost::asio::awaitable<std::optional<MailProof>> find(const base::Secret& token, TokenPurpose purpose,
                                                        ProofPurpose proof);

  const RecoveryParts& parts_;
  CurrentPassword& current_password_;
};

}  // namespace gatehouse::identity
