#pragma once

#include "crypto/master_keys.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/random.hpp"
#include "platform/base/result.hpp"
#include "platform/base/secret.hpp"
#include "platform/db/database.hpp"

namespace gatehouse::identity {

enum class ServerSecretError {
  wrong_master_key,  // what the database holds was sealed under none of the master keys, or has been tampered with
};
[[nodiscard]] const char* to_string(ServerSecretError error);

// The installation's own keys, each for one purpose, kept in `server_secret` sealed under the master key.
struct ServerSecrets {
  base::Secret refresh_mac;         // of refresh tokens
  base::Secret blind_index;         // of e-mail addresses
  base::Secret account_kek;         // what the accounts' data keys are derived from
  base::Secret one_time_mac;        // of mailed tokens and codes
  crypto::SealingKey endpoint_kek;  // of the addresses and secrets of webhooks
  base::Secret audit_seal;          // seed of the Ed25519 key that seals the audit log
  base::Secret ticket_mac;          // of what a sign-in goes on with; of recovery codes
  base::Secret device_mac;          // of the marks of known devices
  base::Secret work_mac;            // of challenges to work
  base::Secret address_index;       // of addresses that are blocked
  crypto::SealingKey address_kek;   // of the same
  crypto::SealingKey profile_kek;   // of profiles in Redis
};

// Loads them, making those that are missing: on the first start all of them, at random. When one that is there does not
// open, nothing is made or changed: a new key would silently void every session and hide every address. Two processes
// that start at once end up with the same ones. Blocks: for start-up and commands.
//
// The last five were derived from the master key by earlier programs. An installation of theirs keeps those values.
[[nodiscard]] base::Result<ServerSecrets, ServerSecretError> load_or_create_server_secrets(
    db::Database& database, const crypto::MasterKeys& master_keys, base::Random& random, const base::Clock& clock);

}  // namespace gatehouse::identity
