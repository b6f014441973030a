#pragma once

#include <chrono>

#include "identity/account/account_store.hpp"
#include "identity/account/account_vault.hpp"
#include "identity/account/password_work.hpp"
#include "identity/account/profile_cache.hpp"
#include "identity/account/verification_mail.hpp"
#include "identity/mail/mail_outbox.hpp"
#include "identity/proof/mail_proof_store.hpp"
#include "identity/proof/unproven_email_store.hpp"
#include "identity/session/session_service.hpp"
#include "identity/session/session_store.hpp"
#include "identity/token/one_time_token.hpp"
#include "platform/audit/event_types.hpp"
#include "platform/audit/log.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/result.hpp"
#include "platform/db/database.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::identity {

// What the services of this folder work with; all outlive them.
struct RecoveryParts {
  db::Database& database;
  const AccountStore& accounts;
  const AccountVault& vault;
  const MailProofStore& proofs;
  const UnprovenEmailStore& unproven;
  const OneTimeTokenCodec& tokens;
  const VerificationMail& verification_mail;
  const MailOutbox& outbox;
  const audit::Log& audit;
  PasswordWork& passwords;
  const SessionStore& session_store;
  SessionService& sessions;
  const base::Clock& clock;
  base::Random& random;
  telemetry::Logger& log;
  ProfileCache* profiles = nullptr;  // nullptr: there is no cache that would have to forget
};

inline constexpr std::chrono::minutes kLinkLifetime{30};   // of every link but the two below
inline constexpr std::chrono::hours kRestoreLifetime{72};  // to put a replaced address back
inline constexpr std::chrono::hours kInviteLifetime{24 * 7};

// How many mails of one kind an address gets within an hour, whoever asks. Said nowhere: what is beyond is not sent.
inline constexpr std::size_t kMailsAnHour = 3;

// The blind index of the address that the account goes by now, proven or not; empty once erased.
[[nodiscard]] std::string current_email_index(const RecoveryParts& parts, db::Transaction& tx,
                                              const AccountRecord& record);

// A proof of this moment, added; its mail goes to the account's own address.
[[nodiscard]] MailProof add_proof(const RecoveryParts& parts, db::Transaction& tx, contract::AccountId account,
                                  ProofPurpose purpose, std::string email_index);

// The mailbox was shown to be read: the address is the account's own from now on, unless another account proved it
// first (`taken`; nothing has changed). Nothing to do when it is already.
[[nodiscard]] base::Result<void, StoreError> own_address(const RecoveryParts& parts, db::Transaction& tx,
                                                         const AccountWithProfile& record,
                                                         const std::string& email_index);

}  // namespace gatehouse::identity
