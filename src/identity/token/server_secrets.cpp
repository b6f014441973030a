#include "identity/token/server_secrets.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::identity {
namespace {

constexpr std::size_t kSecretBytes = 32;
// In the order of ServerSecrets. Also the `aad` of each, so that no secret can be moved to another purpose.
constexpr std::array<std::string_view, 7> kPurposes{"refresh_mac",  "blind_index", "account_kek", "one_time_mac",
                                                    "endpoint_kek", "audit_seal",  "ticket_mac"};
using Secrets = std::vector<std::optional<base::Secret>>;  // by purpose; nothing: not there yet

base::Result<Secrets, ServerSecretError> load(db::Transaction& tx, const crypto::SealingKey& master_key) {
  Secrets secrets(kPurposes.size());
  for (std::size_t i = 0; i < kPurposes.size(); ++i) {
    const auto sealed = tx.query_one("SELECT sealed FROM server_secret WHERE purpose = $1", {kPurposes[i]},
                                     [](const db::Row& row) { return row.blob(0); });
    if (!sealed) continue;
    secrets[i] = master_key.open(*sealed, kPurposes[i]);
    if (!secrets[i] || secrets[i]->size() != kSecretBytes) return ServerSecretError::wrong_master_key;
  }
  return secrets;
}

}  // namespace

const char* to_string(ServerSecretError error) {
  switch (error) {
    case ServerSecretError::wrong_master_key:
      return "the keys in the database were sealed under another master key; give the one this data folder was made "
             "with";
  }
  return "unknown";
}

base::Result<ServerSecrets, ServerSecretError> load_or_create_server_secrets(db::Database& database,
                                                                             const crypto::SealingKey& master_key,
                                                                             base::Random& random,
                                                                             const base::Clock& clock) {
  auto secrets = database.write_blocking([&](db::Transaction& tx) -> base::Result<Secrets, ServerSecretError> {
    auto loaded = load(tx, master_key);
    if (!loaded) return loaded;
    for (std::size_t i = 0; i < kPurposes.size(); ++i) {
      if ((*loaded)[i]) continue;
      base::Secret fresh(random.bytes(kSecretBytes));
      const std::string sealed = master_key.seal(fresh.expose(), kPurposes[i], random);
      tx.execute("INSERT INTO server_secret (purpose, sealed, created_at) VALUES ($1, $2, $3)",
                 {kPurposes[i], db::Blob{sealed}, base::to_unix_ms(clock.now())});
      (*loaded)[i] = std::move(fresh);
    }
    return loaded;
  });
  if (!secrets) return secrets.error();
  auto& found = *secrets;
  auto endpoint_kek = crypto::SealingKey::from_bytes(*found[4]);
  return ServerSecrets{.refresh_mac = std::move(*found[0]),
                       .blind_index = std::move(*found[1]),
                       .account_kek = std::move(*found[2]),
                       .one_time_mac = std::move(*found[3]),
                       .endpoint_kek = std::move(*endpoint_kek),
                       .audit_seal = std::move(*found[5]),
                       .ticket_mac = std::move(*found[6])};
}

}  // namespace gatehouse::identity
