#pragma once

#include <memory>
#include <optional>

#include "app/settings.hpp"
#include "crypto/master_key.hpp"
#include "crypto/master_keys.hpp"
#include "crypto/signing_key.hpp"
#include "identity/account/account_store.hpp"
#include "identity/account/account_vault.hpp"
#include "identity/account/administration.hpp"
#include "identity/alert/alert_outbox.hpp"
#include "identity/defence/address_block_store.hpp"
#include "identity/factor/factor_notices.hpp"
#include "identity/factor/factor_reset.hpp"
#include "identity/factor/factor_store.hpp"
#include "identity/factor/factor_vault.hpp"
#include "identity/factor/recovery_codes.hpp"
#include "identity/factor/sign_in_step_store.hpp"
#include "identity/mail/mail_outbox.hpp"
#include "identity/overview/activity_store.hpp"
#include "identity/privacy/erasure_store.hpp"
#include "identity/proof/mail_proof_store.hpp"
#include "identity/proof/unproven_email_store.hpp"
#include "identity/recovery/invite_store.hpp"
#include "identity/role/role_steps.hpp"
#include "identity/role/roles.hpp"
#include "identity/session/known_clients.hpp"
#include "identity/session/session_store.hpp"
#include "identity/token/key_manager.hpp"
#include "identity/token/one_time_token.hpp"
#include "identity/token/revocation_store.hpp"
#include "identity/token/server_secrets.hpp"
#include "platform/audit/log.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/reference_clock.hpp"
#include "platform/db/database.hpp"
#include "platform/queue/job_store.hpp"
#include "platform/telemetry/log.hpp"

namespace gatehouse::app {

// The data folder, opened: what `serve` and the commands both work with. Thread-safe as its parts are.
struct Installation {
  const Settings& settings;
  const base::Clock& clock;
  base::Random& random;
  std::unique_ptr<db::Database> database;
  crypto::MasterKeys master_keys;
  identity::ServerSecrets secrets;
  audit::Log audit;
  crypto::SigningKey audit_key;
  identity::RevocationStore revocations;
  identity::SessionStore sessions;
  identity::AccountStore accounts;
  identity::FactorStore factors;
  identity::SignInStepStore sign_in_steps;
  identity::ErasureStore erasures;
  identity::AccountVault vault;
  identity::AddressBlockStore address_blocks;
  identity::Roles roles;
  identity::RoleSteps role_steps;
  identity::AccountSteps account_steps;
  queue::JobStore jobs;
  identity::AlertOutbox alerts;
  identity::MailOutbox mail;
  identity::RecoveryCodes recovery_codes;
  identity::FactorVault factor_vault;
  identity::FactorNotices factor_notices;
  identity::FactorReset factor_reset;
  identity::OneTimeTokenCodec one_time_tokens;
  identity::MailProofStore proofs;
  identity::UnprovenEmailStore unproven_emails;
  identity::KnownClients known_clients;
  identity::InviteStore invites;
  identity::ActivityStore activities;
  identity::KeyManager keys;

  // Order: folder → database → migrations → master key → server secrets → signing keys. Throws std::runtime_error with
  // a text for the operator. Puts `clock` right (keep_time.hpp); `log` hears of what was made anew. REQUIRES: all
  // references outlive it.
  [[nodiscard]] static std::unique_ptr<Installation> open(const Settings& settings, base::ReferenceClock& clock,
                                                          base::Random& random, telemetry::Logger& log);

  Installation(const Settings& all_settings, const base::Clock& a_clock, base::Random& a_random,
               std::unique_ptr<db::Database> opened, crypto::MasterKeys masters,
               identity::ServerSecrets server_secrets);
  Installation(const Installation&) = delete;
  Installation& operator=(const Installation&) = delete;
};

struct LoadedMasterKeys {
  crypto::MasterKey current;
  std::optional<crypto::MasterKey> previous;  // while it is being replaced

  [[nodiscard]] crypto::MasterKeys for_sealing() const;
  // The bytes of the current one and, where there is one, of the previous one behind them.
  [[nodiscard]] base::Secret together() const;
};
// From where the settings say; the current one made anew in the data folder where they say nothing and it has none.
// Throws std::runtime_error with a text for the operator.
[[nodiscard]] LoadedMasterKeys load_master_keys_of(const Settings& settings, base::Random& random);
// Whether the settings, or a file in the data folder, say which it is.
[[nodiscard]] bool master_key_is_given(const Settings& settings);

}  // namespace gatehouse::app
