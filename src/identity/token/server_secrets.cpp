#include "identity/token/server_secrets.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/mac.hpp"
#include "identity/token/master_key_change.hpp"

namespace gatehouse::identity {
namespace {

constexpr std::size_t kSecretBytes = 32;
struct Purpose {
  std::string_view name;                 // also its `aad`, so that no secret can be moved to another purpose
  std::string_view derived_before = "";  // as what earlier programs derived it from the master key
};
// In the order of ServerSecrets.
constexpr std::array<Purpose, 12> kPurposes{{{"refresh_mac"},
                                             {"blind_index"},
                                             {"account_kek"},
                                             {"one_time_mac"},
                                             {"endpoint_kek"},
                                             {"audit_seal"},
                                             {"ticket_mac"},
                                             {"device_mac", "gatehouse known devices v1"},
                                             {"work_mac", "gatehouse proof of work v1"},
                                             {"address_index", "gatehouse address block index v1"},
                                             {"address_kek", "gatehouse address block v1"},
                                             {"profile_kek", "gatehouse profile cache v1"}}};
using Secrets = std::vector<std::optional<base::Secret>>;  // by purpose; nothing: not there yet

base::Result<Secrets, ServerSecretError> load(db::Transaction& tx, const crypto::MasterKeys& master_keys) {
  Secrets secrets(kPurposes.size());
  for (std::size_t i = 0; i < kPurposes.size(); ++i) {
    const auto sealed = tx.query_one("SELECT sealed FROM server_secret WHERE purpose = $1", {kPurposes[i].name},
                                     [](const db::Row& row) { return row.blob(0); });
    if (!sealed) continue;
    auto opened = master_keys.open(*sealed, kPurposes[i].name);
    if (!opened || opened->plain.size() != kSecretBytes) return ServerSecretError::wrong_master_key;
    secrets[i] = std::move(opened->plain);
  }
  return secrets;
}

// At random, but for what an installation from before has derived until now: known devices stay known.
base::Secret make(const Purpose& purpose, bool first_start, const crypto::SealingKey& master, base::Random& random) {
  if (first_start || purpose.derived_before.empty()) return base::Secret(random.bytes(kSecretBytes));
  return crypto::derive_key(master.bytes(), purpose.derived_before);
}

// REQUIRES: `secrets` are all that there are.
void add_missing(db::Transaction& tx, Secrets& secrets, const crypto::SealingKey& master, base::Random& random,
                 base::TimePoint now) {
  const bool first_start = std::ranges::none_of(secrets, [](const auto& secret) { return secret.has_value(); });
  for (std::size_t i = 0; i < kPurposes.size(); ++i) {
    if (secrets[i]) continue;
    auto fresh = make(kPurposes[i], first_start, master, random);
    const std::string sealed = master.seal(fresh.expose(), kPurposes[i].name, random);
    tx.execute("INSERT INTO server_secret (purpose, sealed, created_at) VALUES ($1, $2, $3)",
               {kPurposes[i].name, db::Blob{sealed}, base::to_unix_ms(now)});
    secrets[i] = std::move(fresh);
  }
}

}  // namespace

const char* to_string(ServerSecretError error) {
  switch (error) {
    case ServerSecretError::wrong_master_key:
      return "the keys in the database were sealed under another master key; give the one this data folder was made "
             "with, or has been changed to, as the master key or as the previous one";
  }
  return "unknown";
}

base::Result<ServerSecrets, ServerSecretError> load_or_create_server_secrets(db::Database& database,
                                                                             const crypto::MasterKeys& master_keys,
                                                                             base::Random& random,
                                                                             const base::Clock& clock) {
  auto secrets = database.write_blocking([&](db::Transaction& tx) -> base::Result<Secrets, ServerSecretError> {
    auto loaded = load(tx, master_keys);
    const auto in_force = master_key_in_force(tx, master_keys);
    if (!loaded || !in_force) return ServerSecretError::wrong_master_key;
    add_missing(tx, *loaded, master_keys.key(*in_force), random, clock.now());
    return loaded;
  });
  if (!secrets) return secrets.error();
  auto& found = *secrets;
  const auto sealing_key = [&found](std::size_t purpose) { return *crypto::SealingKey::from_bytes(*found[purpose]); };
  return ServerSecrets{.refresh_mac = std::move(*found[0]),
                       .blind_index = std::move(*found[1]),
                       .account_kek = std::move(*found[2]),
                       .one_time_mac = std::move(*found[3]),
                       .endpoint_kek = sealing_key(4),
                       .audit_seal = std::move(*found[5]),
                       .ticket_mac = std::move(*found[6]),
                       .device_mac = std::move(*found[7]),
                       .work_mac = std::move(*found[8]),
                       .address_index = std::move(*found[9]),
                       .address_kek = sealing_key(10),
                       .profile_kek = sealing_key(11)};
}

}  // namespace gatehouse::identity
