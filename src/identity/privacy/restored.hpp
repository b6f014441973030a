#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <span>
#include <string_view>

#include "contract/ids.hpp"
#include "crypto/master_keys.hpp"
#include "identity/privacy/erasure_store.hpp"
#include "identity/token/server_secrets.hpp"
#include "platform/audit/log.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/result.hpp"
#include "platform/db/database.hpp"

namespace gatehouse::identity {

// A backup knows nothing of what ended after it was made: put back as it is, sessions that were signed out, keys that
// were revoked, links that were used and mails that were sent would all be there again. So none of these comes back.

// Tables whose rows a restore leaves out, whether a version has them or not.
inline constexpr std::array<std::string_view, 9> kNotRestored{"session",      "revocation",   "signing_key",
                                                              "job",          "mail_proof",   "code_attempt",
                                                              "sign_in_step", "spent_ticket", "invite"};

struct RestoredInstallation {
  std::size_t erased = 0;  // of the ids that were given, those that the backup held
};

struct RestoreRules {
  std::span<const contract::AccountId> erase;  // whose owners have gone since
  std::chrono::seconds grace;                  // at least, for deletions that were waiting: see below
};

// The rest of it, in one transaction: the keys under which refresh tokens and mailed links were made give way to new
// ones, the accounts of `erase` are erased again, and the audit log says what happened. Afterwards nobody is signed in.
// A deletion that was waiting may have been taken back since, and what it would destroy can't be brought back: it waits
// for `grace` once more.
// wrong_master_key: the backup was sealed under none of these; nothing has changed. Blocking.
// REQUIRES: the rows of kNotRestored were left out, and nobody else uses the database.
[[nodiscard]] base::Result<RestoredInstallation, ServerSecretError> settle_restored(
    db::Database& database, const crypto::MasterKeys& master_keys, const RestoreRules& rules,
    const ErasureStore& erasures, const audit::Log& events, base::Random& random, const base::Clock& clock);

}  // namespace gatehouse::identity
